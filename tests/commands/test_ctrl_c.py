"""Ctrl-c in the middle of each verb that changes something: what is written is said, and undone."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.commands.conftest import Byok
from tests.commands.terminal import Person
from tests.doubles.ollama import Ollama, Registry, Script, a_model

pytestmark = pytest.mark.outside

Make = Callable[..., Ollama]
SLOW = a_model("slow:32b", script=Script(seconds_to_read=30.0))
COPY = "slow:32b-ctx32000"


@pytest.fixture
def server(ollama: Make, monkeypatch: pytest.MonkeyPatch) -> Ollama:
    """A double that never ends an answer, and sends a download piece by piece."""
    double = ollama([SLOW], registry=Registry([a_model("new:8b", 7.6)], pause=0.5))
    monkeypatch.setenv("OLLAMA_HOST", double.url.removeprefix("http://"))
    return double


CONFIG, SETTINGS = "wrote ~/.factory/config.json", "wrote ~/.factory/settings.json"
UNDO = "; `byok undo` takes it back"


@pytest.mark.parametrize(
    ("words", "until", "told"),
    [
        (
            "add ollama slow:32b --yes",
            "for one answer",
            f"Made the copy `{COPY}`, {CONFIG}, {SETTINGS}{UNDO}",
        ),
        ("window slow:32b --set 32000", "to measure", f"Made the copy `{COPY}`{UNDO}"),
        ("pull new:8b", "MB of 4.6 GB", "Nothing was changed. What came of the download stays"),
        (
            "setup --model slow:32b --yes",
            "droid's tools",
            f"Made the copy `{COPY}`, {CONFIG}, {SETTINGS}{UNDO}",
        ),
    ],
)
def test_what_was_written_is_said_and_goes_back(
    byok: Byok, server: Ollama, empty_home: Path, words: str, until: str, told: str
) -> None:
    if words.startswith("window"):
        server.state.load_seconds = 5.0
    person = Person(*words.split()).sees(until).presses_ctrl_c().sees("Interrupted.")
    assert person.ends() == 130
    assert "Traceback" not in person.seen
    assert " ".join(f"Interrupted. {told}".split()) in " ".join(person.seen.split())
    if "Nothing" not in told:
        assert byok("undo").code == 0
    assert not (empty_home / ".factory/config.json").exists()
    assert list(server.state.models) == ["slow:32b"]


SERVICE = """
from factory_byok.workflows import server_setting
server_setting.runner = lambda *_: "service"
"""


def test_a_servers_setting_is_said_to_be_changed_in_part_and_how_it_goes_back(
    server: Ollama, empty_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert server and empty_home
    for name, does in {"id": "echo 0", "install": "true", "systemctl": "sleep 60"}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{does}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    words = ("window", "slow:32b", "--set", "32000", "--server", "--yes")
    person = Person(*words, before=SERVICE).sees("Let systemd read it").presses_ctrl_c()
    assert person.sees("Interrupted.").ends() == 130
    told = " ".join(person.seen.split())
    assert "Interrupted. Changed the server's setting; Delete /etc/systemd/system/ollama" in told
    assert "Traceback" not in told


MANIFEST = """version = 1
[[models]]
name = "new:8b"
"""
ENTRY = {
    "model_display_name": "New",
    "model": "new:8b",
    "api_key": "x",
    "provider": "generic-chat-completion-api",
    "max_tokens": 4000,
}


@pytest.mark.parametrize("verb", ["fix", "apply"])
def test_a_plan_that_downloads_leaves_droids_files_alone(
    server: Ollama, empty_home: Path, verb: str
) -> None:
    config, manifest = empty_home / ".factory/config.json", empty_home / "byok.toml"
    config.parent.mkdir()
    config.write_text(json.dumps({"custom_models": [{**ENTRY, "base_url": server.base_url}]}))
    manifest.write_text(MANIFEST)
    before = config.read_bytes()
    words = ("fix", "model_missing") if verb == "fix" else ("apply", str(manifest))
    person = Person(*words, "--yes").sees("MB of 4.6 GB").presses_ctrl_c().sees("Interrupted.")
    assert person.ends() == 130
    assert "Interrupted. Nothing was changed" in person.seen and "Traceback" not in person.seen
    assert config.read_bytes() == before
