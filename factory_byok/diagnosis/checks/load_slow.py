"""Loading the model takes long.

A model that is not in memory is loaded before the first token. Ollama unloads an idle model after
five minutes (OLLAMA_KEEP_ALIVE), so a slow load comes back after every pause, and a client that
gives up in the middle makes Ollama start over.
"""

from collections.abc import Iterator
from typing import Final

from factory_byok.core.facts import Entry, Exercise, Snapshot
from factory_byok.core.findings import Finding, Remedy
from factory_byok.core.units import show_seconds
from factory_byok.diagnosis.advice import keep_loaded
from factory_byok.diagnosis.checks.chat_fails import exercised

TITLE = "Loading time"
WHAT_TO_DO = (
    "Keep the model in memory for longer: `OLLAMA_KEEP_ALIVE=1h` in the server's own environment"
)

# A tenth of Ollama's keep-alive of 5 minutes (envconfig/config.go): who thinks longer than that
# waits for a load, and 30 s is long against the pause that caused it.
SLOW: Final = 30.0
EXERCISES: Final = ("chat", "stream", "tools", "window", "speed")


def check(snap: Snapshot) -> Iterator[Finding]:
    """One finding for each entry whose model took 30 seconds or more to load."""
    for entry, done in exercised(snap, *EXERCISES):
        seconds = done.evidence.get("load_seconds")
        if isinstance(seconds, int | float) and seconds >= SLOW and _was_cold(done):
            message = f"Loading `{entry.model}` took {show_seconds(seconds)}"
            yield Finding("warning", entry.label, message, keep_longer(snap, entry))


def _was_cold(done: Exercise) -> bool:
    """Whether the model was not in memory before."""
    return not done.evidence.get("window_before")


def keep_longer(snap: Snapshot, entry: Entry) -> Remedy:
    """How to keep the model in memory on the entry's server."""
    return keep_loaded(snap, entry.endpoint, snap.server(entry.endpoint))
