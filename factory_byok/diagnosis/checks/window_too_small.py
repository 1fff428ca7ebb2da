"""The context window is too small for droid.

droid's first request alone is 7,000 to 11,500 tokens. When a prompt does not fit, Ollama cuts it
to about half the window without an error, so a small window looks like a model that forgets its
instructions. Factory's page asks for 32,000 tokens, Ollama's for 64,000.
"""

from collections.abc import Iterator
from dataclasses import replace

from factory_byok.core.actions import by_command
from factory_byok.core.facts import Entry, Known, Model, Server, Snapshot, Unknown, Window
from factory_byok.core.findings import Finding, Level, Remedy
from factory_byok.core.requirements import AIM, FLOOR
from factory_byok.core.units import show_tokens
from factory_byok.core.words import lower_first
from factory_byok.diagnosis.advice import raise_window

TITLE = "Context window"
WHAT_TO_DO = (
    "`byok window MODEL --set 32000` makes a copy with that window, `--server` raises it for "
    "all models"
)


def check(snap: Snapshot) -> Iterator[Finding]:
    """One finding for each served entry whose window is under 64,000 tokens, or not known."""
    for entry, server, model in snap.served():
        match model.window:
            case Unknown(why):
                if server.is_ollama:
                    yield _unknown(entry, why)
            case Known(window) if window.tokens < AIM:
                yield _small(snap, entry, server, model, window)


def _unknown(entry: Entry, why: str) -> Finding:
    """A window that nothing tells."""
    return Finding(
        "note",
        entry.label,
        f"The context window of `{entry.model}` is not known: {why}",
        Remedy("Load the model and measure it", by_command(_measure(entry))),
    )


def _measure(entry: Entry) -> tuple[str, ...]:
    """The command that loads a model and asks for its window."""
    return ("byok", "window", entry.model, "--load", "--endpoint", entry.endpoint)


def _small(snap: Snapshot, entry: Entry, server: Server, model: Model, window: Window) -> Finding:
    """A window under the floor or the aim, with the level by how it is known."""
    assumed = window.basis == "assumed"
    level: Level = "note"
    if window.tokens < FLOOR:
        level = "warning" if assumed else "error"
    bound = FLOOR if window.tokens < FLOOR else AIM
    says = "is probably" if assumed else "is"
    how = f"{window.basis}: {window.decided_by}" if window.decided_by else window.basis
    message = (
        f"The context window of `{model.name}` {says} {show_tokens(window.tokens)} ({how}), "
        f"under the {show_tokens(bound)} that {_who(bound)} asks for"
    )
    return Finding(level, entry.label, message, _remedy(snap, entry, server, model, window))


def _who(bound: int) -> str:
    """Whose advice a bound is."""
    return "Factory's page" if bound == FLOOR else "Ollama's page about droid"


def _remedy(snap: Snapshot, entry: Entry, server: Server, model: Model, window: Window) -> Remedy:
    """Another model when this one ends there, a measurement when it is assumed, else a setting."""
    bound = FLOOR if window.tokens < FLOOR else AIM
    remedy = raise_window(snap, server, model, entry.endpoint, bound)
    longest = model.longest_window
    if isinstance(longest, Known) and longest.value < bound:
        return remedy
    if bound == AIM:
        return replace(remedy, text=f"If memory allows: {lower_first(remedy.text)}")
    if window.basis != "assumed":
        return remedy
    measure = " ".join(_measure(entry))
    return replace(remedy, text=f"Measure it first with `{measure}`. {remedy.text}")
