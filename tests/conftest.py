"""What every test gets: the doubles, an empty home, and a guard against the outside."""

import os
import signal
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest

pytest_plugins = ["tests.doubles.fixtures"]

_LEAKING = ("OLLAMA_", "FACTORY_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "XDG_")


# A shell starts its background jobs with ctrl-c ignored, and children inherit that: byok's own
# answer to an interrupt could not be tested then.
signal.signal(signal.SIGINT, signal.default_int_handler)
REAL_HOME = Path.home()


def _home_names() -> set[str]:
    """What lies in the real home."""
    return {each.name for each in REAL_HOME.iterdir()} if REAL_HOME.is_dir() else set()


HOME_BEFORE = _home_names()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A test that wrote into the real home fails the run."""
    new = _home_names() - HOME_BEFORE
    if new and not hasattr(session.config, "workerinput"):
        print(f"\nthe tests wrote into {REAL_HOME}: {', '.join(sorted(new))}")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


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

    def refuse(*words: Any, **_: Any) -> Any:
        if words and isinstance(words[0], socket.socket):
            words[0].close()  # a probe that an earlier test left behind is no leak of this one
        pytest.fail("this test reaches outside; mark it with @pytest.mark.outside")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "bind", refuse)
    monkeypatch.setattr(subprocess, "Popen", refuse)
