"""Every verb without a terminal and with standard input closed: it ends, and it never asks."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from factory_byok.commands import VERBS
from tests.doubles.faults import closed_port

pytestmark = pytest.mark.outside

# Words that lead each verb as far as it gets; a verb that is not here runs without any.
WORDS: dict[str, tuple[str, ...]] = {
    "explain": ("server_silent",),
    "add": ("ollama", "new:7b"),
    "set": ("Mine", "max_output=5"),
    "remove": ("Mine",),
    "pull": ("qwen2.5-coder:7b",),
    "window": ("m:7b", "--set", "32000", "--server"),
    "apply": ("byok.toml",),
    "test": ("--timeout", "1"),
    "completion": ("bash",),
    "setup": ("--model", "qwen2.5-coder:7b"),
}
LIMIT = 60  # seconds after which a verb counts as waiting for somebody


@pytest.fixture
def machine(empty_home: Path, tmp_path: Path) -> Path:
    """A machine with a broken file (so that `fix` has a question), an entry, and no server."""
    folder = empty_home / ".factory"
    folder.mkdir()
    entry = {
        "model_display_name": "Mine", "model": "m:7b", "api_key": "x", "max_tokens": 9,
        "base_url": "http://localhost:11434/v1", "provider": "generic-chat-completion-api",
    }  # fmt: skip
    (folder / "config.json").write_text(json.dumps({"custom_models": [entry]}))
    (folder / "settings.json").write_text('{"a": 1,}')
    (tmp_path / "byok.toml").write_text('[[entries]]\nname = "B"\nmodel = "b:7b"\n')
    return tmp_path


def byok(folder: Path, words: tuple[str, ...]) -> "subprocess.CompletedProcess[str]":
    """byok in a session of its own, which has no terminal, its standard input closed."""
    shell = 'exec "$@" <&-'
    return subprocess.run(
        ["sh", "-c", shell, "sh", sys.executable, "-m", "factory_byok", *words],
        cwd=folder,
        env={**os.environ, "OLLAMA_HOST": f"127.0.0.1:{closed_port()}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT,
        start_new_session=True,
    )


@pytest.mark.parametrize("form", [(), ("--json",)], ids=["text", "json"])
@pytest.mark.parametrize("verb", VERBS)
def test_it_ends_by_itself_with_a_documented_code(
    machine: Path, verb: str, form: tuple[str, ...]
) -> None:
    ran = byok(machine, (verb, *WORDS.get(verb, ()), *form))
    shown = ran.stdout + ran.stderr
    assert ran.returncode in (0, 1, 2), shown
    assert "Traceback" not in shown
    assert "[y/N]" not in shown
    if form:
        told = json.loads(ran.stdout)
        assert set(told) >= {"schema_version", "command", "status", "data", "findings"}
        assert (ran.returncode != 0) == (told["status"] == "error")
    elif ran.returncode:
        assert shown.strip()


@pytest.mark.parametrize("verb", VERBS)
def test_its_help_needs_nothing(machine: Path, verb: str) -> None:
    ran = byok(machine, (verb, "--help"))
    assert ran.returncode == 0
    assert "Usage: byok" in ran.stdout
