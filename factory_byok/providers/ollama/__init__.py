"""Ollama: its probe, replies, calls, settings, windows, and how it is installed here."""

from typing import Final

from factory_byok.providers.provider import Provider

PROVIDER: Final = Provider(
    name="ollama",
    title="Ollama",
    base_url="http://localhost:11434/v1",
    key="not-needed",  # not `ollama`: `ollama launch droid` deletes entries with that key
)
