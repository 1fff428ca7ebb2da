"""How Ollama is present, in words."""

import pytest

from factory_byok.core.facts import Known, OllamaInstall, Reading, Unknown
from factory_byok.screens.machine import ollama_phrase


@pytest.mark.parametrize(
    ("install", "words"),
    [
        (
            Known(OllamaInstall("/usr/bin/ollama", "service", True, (11434,))),
            "a service (/usr/bin/ollama), runs on port 11434",
        ),
        (Known(OllamaInstall("", "app")), "the desktop app, does not run"),
        (Known(OllamaInstall("/o", "by hand", True)), "started by hand (/o), runs"),
        (Known(OllamaInstall("/o", "by hand")), "installed (/o), does not run"),
        (Known(OllamaInstall()), "not installed"),
        (Known(OllamaInstall(running=True)), "no program found, but one runs"),
        (Unknown("psutil is broken"), "not known: psutil is broken"),
    ],
)
def test_how_ollama_is_present_is_said(install: Reading[OllamaInstall], words: str) -> None:
    assert ollama_phrase(install) == words
