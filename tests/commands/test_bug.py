"""A bug in byok: what is written for the report holds no secret."""

from pathlib import Path

import pytest

from factory_byok.core.world import World
from tests.commands.conftest import Byok

KEY = "sk-live-4Hq8ZtWm2LxP0v"


def test_the_file_of_a_bug_holds_no_secret(byok: Byok, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError(f"http://me:hunter2-{KEY}@h/?zz={KEY} \x1b]0;pwn\x07")

    monkeypatch.setattr(World, "address", fail)
    ran = byok("doctor")
    path = Path(ran.err.replace("\n", "").rpartition("report it with ")[2].strip())
    told = path.read_text()
    path.unlink()
    assert ran.code == 3
    assert "RuntimeError" in told
    assert not any(sign in told + ran.err for sign in (KEY, "hunter2", "\x1b"))
