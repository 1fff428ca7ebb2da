"""Streamed answers break.

droid always streams. A stream must bring pieces of the answer; a finish reason, usage numbers and
the end mark are missed only later. When Ollama's runner dies in the middle, the stream just ends,
with an empty last event and no error: droid then shows half an answer as if it were whole.
"""

from collections.abc import Iterator

from factory_byok.core.actions import by_command
from factory_byok.core.facts import Entry, Exercise, Snapshot
from factory_byok.core.findings import Finding, Remedy
from factory_byok.core.words import lower_first
from factory_byok.diagnosis.checks.chat_fails import exercised, fault_of, level_of
from factory_byok.diagnosis.refusal_advice import remedy_for

TITLE = "Streaming"
WHAT_TO_DO = (
    "Update the server, take away a proxy that alters streams, and read the server's log for "
    "a runner that died"
)

_SHAPE = ("not_streamed", "broken_event", "empty")
# What droid takes all the same, measured with 0.225.2, and what it then does not see.
_FLAWS = {
    "no_finish": "gives no finish reason, so droid takes half an answer for a whole one",
    "no_done": "sends no end mark, so droid takes half an answer for a whole one",
    "no_usage": "tells no token counts, so droid cannot see when to compact",
}


def check(snap: Snapshot) -> Iterator[Finding]:
    """One finding for each entry whose stream failed, or lacks what droid goes on without."""
    for entry, done in exercised(snap, "stream"):
        if level := level_of(done):
            message = f"Streaming from `{entry.model}` breaks: {lower_first(done.reason)}"
            yield Finding(level, entry.label, message, _remedy(snap, entry, done))
        elif flaws := _flaws(done):
            text = "Update the server, or take away the proxy that alters its streams"
            message = f"The server of `{entry.model}` {_FLAWS[flaws[0]]}"
            yield Finding("warning", entry.label, message, Remedy(text))


def _flaws(done: Exercise) -> list[str]:
    """What a stream that passed lacks, the worst first."""
    found = done.evidence.get("flaws")
    return [flaw for flaw in _FLAWS if isinstance(found, list) and flaw in found]


def _remedy(snap: Snapshot, entry: Entry, done: Exercise) -> Remedy:
    """The next step by how the stream broke."""
    fault, again = fault_of(done), ("byok", "test", entry.id, "--only", "stream")
    if fault in _SHAPE:
        return Remedy(
            "Update the server, or take away the proxy that alters its streams", by_command(again)
        )
    if fault == "timeout_inside":
        return Remedy(
            "Choose a smaller model: this one writes too slowly here", by_command(("byok", "fit"))
        )
    return remedy_for(snap, entry, done)
