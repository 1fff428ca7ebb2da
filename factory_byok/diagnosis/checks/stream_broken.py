"""Streamed answers break.

droid always streams. A stream must bring pieces of the answer, then a finish reason, usage numbers
and its end mark. When Ollama's runner dies in the middle, the stream just ends, with an empty last
event and no error: droid then shows half an answer as if it were whole.
"""

from collections.abc import Iterator

from factory_byok.core.actions import by_command
from factory_byok.core.facts import Entry, Snapshot
from factory_byok.core.findings import Finding, Level, Remedy
from factory_byok.diagnosis.checks.chat_fails import exercised, fault_of, lower, remedy_for

TITLE = "Streaming"
WHAT_TO_DO = (
    "Update the server, take away a proxy that alters streams, and read the server's log for "
    "a runner that died"
)

_DIED = ("abandoned", "no_end", "error_event", "protocol_inside", "reset_inside")
_PASSING = ("busy", "loading", "rate_limited")


def check(snap: Snapshot) -> Iterator[Finding]:
    """One finding for each entry whose stream failed although it was reached at all."""
    for entry, done in exercised(snap, "stream"):
        if done.status == "failed":
            fault = fault_of(done)
            level: Level = "warning" if fault in _PASSING else "error"
            message = f"Streaming from `{entry.model}` breaks: {lower(done.reason)}"
            yield Finding(level, entry.label, message, _remedy(snap, entry, fault))


def _remedy(snap: Snapshot, entry: Entry, fault: str) -> Remedy:
    """The next step by how the stream broke."""
    again = ("byok", "test", entry.id, "--only", "stream")
    if fault in _DIED:
        return Remedy(
            "Look for a crash or for too little memory in the server's log (Ollama: "
            "`journalctl -u ollama` or ~/.ollama/logs/server.log); a smaller window needs less",
            by_command(("byok", "fit", entry.model)),
        )
    if fault in ("no_done", "no_finish", "no_usage", "not_streamed", "broken_event", "empty"):
        return Remedy(
            "Update the server, or take away the proxy that alters its streams", by_command(again)
        )
    if fault == "timeout_inside":
        return Remedy(
            "Choose a smaller model: this one writes too slowly here", by_command(("byok", "fit"))
        )
    return remedy_for(snap, entry, fault)
