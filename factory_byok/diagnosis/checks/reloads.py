"""The model is loaded again and again.

Ollama reloads a model when a request's options differ from those it was loaded with: another
program that sends its own `num_ctx` fights with droid over the model, and each change costs a whole
load and all that was cached. A model that disappears right after its use has too short a
keep-alive, or another model pushes it out.
"""

from collections.abc import Iterator

from factory_byok.core.actions import CopyModel
from factory_byok.core.facts import Entry, Exercise, Known, Snapshot
from factory_byok.core.findings import Finding, Remedy
from factory_byok.core.requirements import FLOOR, SHORTEST_KEEP_ALIVE
from factory_byok.core.units import show_tokens
from factory_byok.diagnosis.advice import unloaded_soon
from factory_byok.diagnosis.checks.chat_fails import exercised
from factory_byok.diagnosis.checks.load_slow import EXERCISES, keep_longer

TITLE = "Reloads"
WHAT_TO_DO = (
    "Give all clients the same window by the server's setting (`byok window --set 32000 "
    "--server`), and a longer keep-alive"
)


def check(snap: Snapshot) -> Iterator[Finding]:
    """At most one finding for each entry, from the windows that `/api/ps` showed along the way.

    A keep-alive that is too short is told first, by the loaded model or by the server's settings.
    """
    results: dict[str, list[Exercise]] = {}
    for each, done in exercised(snap, *EXERCISES):
        results.setdefault(each.id, []).append(done)
    soon = {id(entry): told for entry, told in _by_settings(snap)}
    for entry in snap.listed():
        found = results.pop(entry.id, [])
        message, mixed = _kept(entry, found, soon.get(id(entry))), False
        if not message:
            message, mixed = _fight(entry, found)
        if message:
            yield Finding("warning", entry.label, message, _remedy(snap, entry, mixed=mixed))


def _kept(entry: Entry, found: list[Exercise], setting: float | None) -> str:
    """That the server hardly keeps the model after a use; "" when it does, or nothing tells."""
    told = next((each.evidence.get("keep_alive_seconds") for each in found), None)
    seconds = float(told) if isinstance(told, int | float) else setting
    if seconds is None or seconds >= SHORTEST_KEEP_ALIVE:
        return ""
    after = "right after each use" if seconds < 1 else f"{int(seconds)} s after each use"
    return f"The server unloads `{entry.model}` {after}: its keep-alive is too short for droid"


def _by_settings(snap: Snapshot) -> Iterator[tuple[Entry, float]]:
    """Each entry whose server's own settings keep its model only for so many seconds."""
    for entry, server, model in snap.served():
        seconds = unloaded_soon(server)
        if seconds is not None and not model.remote:
            yield entry, seconds


def _fight(entry: Entry, found: list[Exercise]) -> tuple[str, bool]:
    """What the windows before, at and after the load tell; whether other options were at work."""
    before = loaded = 0
    for done in found:
        before = _window(done, "window_before") or before
        loaded = _window(done, "window_loaded") or loaded
        after = done.evidence.get("window_after")
        if loaded and before and before != loaded:
            return (
                f"Another program had loaded `{entry.model}` with a window of "
                f"{show_tokens(before)}; droid's requests load it again with {loaded:,}",
                True,
            )
        # A request that failed may have taken the model along: a runner that died, a stop, a 503.
        if loaded and after == 0 and done.status == "passed":
            return f"`{entry.model}` was gone from memory right after `{done.exercise}`", False
        if loaded and isinstance(after, int) and after not in (0, loaded):
            return (
                f"Another program loaded `{entry.model}` with a window of {show_tokens(after)} "
                f"while `{done.exercise}` used it with {loaded:,}",
                True,
            )
    return "", False


def _window(done: Exercise, name: str) -> int:
    """A window in the evidence, in tokens; 0 when it is not there."""
    value = done.evidence.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _remedy(snap: Snapshot, entry: Entry, *, mixed: bool) -> Remedy:
    """Keep-alive first; against other options a model of droid's own name with a fixed window."""
    if not mixed:
        return keep_longer(snap, entry)
    model = next((each for one, _, each in snap.served() if one is entry), None)
    longest = model.longest_window if model else None
    if isinstance(longest, Known) and longest.value < FLOOR:
        return Remedy("Take `num_ctx` out of the other program's settings")
    return Remedy(
        "Take `num_ctx` out of the other program's settings, or give droid a model of its own "
        "with a fixed window",
        (CopyModel(entry.model, FLOOR),),
    )
