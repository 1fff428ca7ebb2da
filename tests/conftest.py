"""What every test gets: the doubles, an empty home, and a guard against the outside."""

import os
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest

pytest_plugins = ["tests.doubles.fixtures"]

_LEAKING = ("OLLAMA_", "FACTORY_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "XDG_")


@pytest.fixture(autouse=True)
def empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test starts with an empty home and without the developer's own variables."""
    home = tmp_path / "home"
    home.mkdir()
    for name in list(os.environ):
        if name.upper().startswith(_LEAKING):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("FACTORY_HOME_OVERRIDE", str(home))
    monkeypatch.delenv("COLUMNS", raising=False)
    return home


@pytest.fixture(autouse=True)
def guard(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test without the mark `outside` opens no socket and starts no process."""
    if request.node.get_closest_marker("outside"):
        return

    def refuse(*_: Any, **__: Any) -> Any:
        pytest.fail("this test reaches outside; mark it with @pytest.mark.outside")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "bind", refuse)
    monkeypatch.setattr(subprocess, "Popen", refuse)
