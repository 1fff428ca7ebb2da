"""Tool calls do not work end to end.

droid reads, edits and runs everything through tools. The exercise gives the model one tool, checks
the call against the tool's schema, sends a result back and looks whether the answer uses it. A
call that the model only writes into its text, as JSON or as `<tool_call>`, is none for droid: it
prints the text and stops.
"""

from collections.abc import Iterator

from factory_byok.core.actions import by_command
from factory_byok.core.facts import Entry, Snapshot
from factory_byok.core.findings import Finding, Level, Remedy
from factory_byok.diagnosis.checks.chat_fails import exercised, fault_of, lower, remedy_for

TITLE = "Tool calls in practice"
WHAT_TO_DO = (
    "Choose a model that is trained to call tools, or start the server with its tool parser"
)

_AS_TEXT = ("json_text", "tag_text", "function_text")
_BY_MODEL = (
    "no_capability", "prose", "wrong_name", "bad_arguments", "wrong_arguments", "cut_short",
    "nothing", "loop", "unused",
)  # fmt: skip
_PASSING = ("busy", "loading", "rate_limited")


def check(snap: Snapshot) -> Iterator[Finding]:
    """One finding for each entry whose tool exercise failed."""
    for entry, done in exercised(snap, "tools"):
        if done.status == "failed":
            fault = fault_of(done)
            level: Level = "warning" if fault in _PASSING else "error"
            message = f"Tool calls of `{entry.model}` do not work: {lower(done.reason)}"
            yield Finding(level, entry.label, message, _remedy(snap, entry, fault))


def _remedy(snap: Snapshot, entry: Entry, fault: str) -> Remedy:
    """The next step by what went wrong."""
    if fault in _AS_TEXT:
        served = any(each is entry and s.provider == "ollama" for each, s in snap.answered())
        if served:
            return Remedy(
                "Pull the model again, since newer templates fix this, or choose another model",
                by_command(("byok", "pull", entry.model)),
            )
        return Remedy("Start the server with its tool parser for this model (llama.cpp: --jinja)")
    if fault in _BY_MODEL:
        return Remedy("Choose a model that is trained to call tools", by_command(("byok", "fit")))
    return remedy_for(snap, entry, fault)
