"""Verbs on a machine where Ollama answers at another address than the one that is asked."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from factory_byok.core.facts import Known, OllamaInstall
from factory_byok.providers.ollama import install
from tests.commands.conftest import Byok
from tests.doubles.faults import closed_port
from tests.doubles.ollama import Ollama

pytestmark = pytest.mark.outside

Make = Callable[..., Ollama]
NAME = "qwen2.5-coder:32b"


@pytest.fixture
def moved(ollama: Make, factory: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Ollama, str]:
    """Ollama, seen by its process alone, and the silent address of the only entry."""
    double, silent = ollama([NAME]), f"http://127.0.0.1:{closed_port()}"
    monkeypatch.setenv("OLLAMA_HOST", silent.removeprefix("http://"))
    seen = Known(OllamaInstall("/usr/bin/ollama", "by hand", True, (double.port,)))
    monkeypatch.setattr(install, "probe", lambda _: seen)
    entry = {
        "model_display_name": "Mine",
        "model": NAME,
        "base_url": f"{silent}/v1",
        "api_key": "x",
        "provider": "generic-chat-completion-api",
        "max_tokens": 16000,
    }
    (factory / "config.json").write_text(json.dumps({"custom_models": [entry]}), "utf-8")
    return double, silent


def test_doctor_names_it_and_fix_moves_the_entry(
    byok: Byok, moved: tuple[Ollama, str], factory: Path
) -> None:
    double, _ = moved
    ran = byok("doctor")
    assert f"an Ollama answers at {double.url}" in ran.out
    assert "ollama serve" not in ran.out and "Start the server" not in ran.out
    assert byok("fix", "server-silent", "--yes").code == 0
    body = json.loads((factory / "config.json").read_text("utf-8"))
    assert body["custom_models"][0]["base_url"] == f"{double.url}/v1"


def test_test_names_the_repair(byok: Byok, moved: tuple[Ollama, str]) -> None:
    ran = byok("test", "--only", "chat")
    assert ran.code == 1
    assert moved[0].base_url in ran.out and "byok fix server_silent" in ran.out
    assert "ollama serve" not in ran.out


@pytest.mark.parametrize(
    "words",
    [
        ("add", "ollama", NAME),
        ("pull", NAME),
        ("window", NAME),
        ("test", "other:7b"),
        ("setup", "--model", NAME, "--yes", "--wait", "0"),
    ],
)
def test_every_verb_names_the_address(
    byok: Byok, moved: tuple[Ollama, str], words: tuple[str, ...]
) -> None:
    ran = byok(*words)
    assert ran.code == 1
    assert f"--endpoint {moved[0].url}" in ran.err + ran.out
    assert "ollama serve" not in ran.err + ran.out


@pytest.mark.parametrize("verb", [("doctor",), ("test", "Mine"), ("window",), ("pull", NAME)])
def test_a_named_endpoint_that_is_silent_is_an_error(
    byok: Byok, ollama: Make, empty_home: Path, verb: tuple[str, ...]
) -> None:
    ran = byok(*verb, "--endpoint", f"http://127.0.0.1:{closed_port()}")
    assert ran.code == 1
