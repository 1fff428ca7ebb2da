"""droid's temperature overrides the one that the model's makers chose.

droid always sends `temperature: 1`, and Ollama takes a missing `top_p` for 1. Coding models often
ask for less in their own file (0.7, say) and write steadier tool calls with it.
"""

from collections.abc import Iterator

from factory_byok.core.actions import Edit, by_edits
from factory_byok.core.facts import Entry, Snapshot
from factory_byok.core.findings import Finding, Remedy
from factory_byok.droid.field_names import pointer_to

TITLE = "Sampling"
WHAT_TO_DO = (
    "`byok fix sampling_overridden` writes the model's own numbers into the entry's `extraArgs`"
)
SENT = 1.0  # measured with droid 0.225.2; Ollama v0.33.0-rc2
NAMES = ("temperature", "top_p")


def check(snap: Snapshot) -> Iterator[Finding]:
    """One finding for each entry on Ollama whose model's file asks for other sampling."""
    for entry, server, model in snap.served():
        if not server.is_ollama:
            continue
        wanted = {
            name: value
            for name in NAMES
            if (value := _number(model.settings.get(name, ""))) is not None
            and value != SENT
            and name not in entry.arguments
        }
        if wanted:
            yield _finding(entry, model.name, wanted)


def _number(text: str) -> float | None:
    """A number in a model's file; None when there is none."""
    try:
        return float(text)
    except ValueError:
        return None


def _finding(entry: Entry, model: str, wanted: dict[str, float]) -> Finding:
    """What is overridden, and the extra arguments that put it back."""
    asked = " and ".join(f"`{name} {value:g}`" for name, value in wanted.items())
    edits = tuple(
        Edit("add", entry.file, f"{pointer_to(entry, 'arguments')}/{name}", value, seen=entry.seen)
        for name, value in wanted.items()
    )
    return Finding(
        "note",
        entry.label,
        f"`{model}` asks for {asked}, but droid's requests say 1",
        Remedy("Send the model's own values as extra arguments", by_edits(edits)),
    )
