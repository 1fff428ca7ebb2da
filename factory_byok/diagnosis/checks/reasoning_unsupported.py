"""The entry asks for a reasoning effort that the model refuses.

Ollama answers every request with an error 400 when an effort other than `none` is set for a model
without the `thinking` capability, and for any model when the effort is a word it does not know.
"""

from collections.abc import Iterator

from factory_byok.core.actions import by_edits
from factory_byok.core.facts import Entry, Model, Snapshot, Unknown
from factory_byok.core.findings import Finding, Remedy
from factory_byok.droid.entry_edits import set_field

TITLE = "Reasoning effort"
WHAT_TO_DO = "`byok fix reasoning_unsupported` takes the effort out of the entry"
KNOWN_WORDS = ("none", "minimal", "low", "medium", "high", "xhigh", "max", "ultra")  # openai.go


def check(snap: Snapshot) -> Iterator[Finding]:
    """One finding for each entry whose effort its Ollama model would refuse."""
    unknown = []
    for entry, server, model in snap.served():
        effort = entry.reasoning_effort
        if not server.is_ollama or effort in ("", "none"):
            continue
        if effort not in KNOWN_WORDS:
            yield _finding(entry, f"Ollama does not know the reasoning effort `{effort}`")
        elif isinstance(model.capabilities, Unknown):
            unknown.append(model.capabilities)
        elif "thinking" not in model.capabilities.value:
            yield _finding(entry, _cannot(model, effort))
    if unknown:
        _ = unknown[0].value  # raises NotKnown: the rest could not be judged


def _cannot(model: Model, effort: str) -> str:
    """A model that does not think."""
    return f"`{model.name}` cannot think, so Ollama refuses the reasoning effort `{effort}`"


def _finding(entry: Entry, message: str) -> Finding:
    """The refusal, and the edit that turns the effort off."""
    edit = set_field(entry, "reasoning_effort", "none", entry.reasoning_effort)
    remedy = Remedy("Set the reasoning effort to `none`", by_edits((edit,)))
    return Finding("warning", entry.label, message, remedy)
