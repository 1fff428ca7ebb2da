"""The model does not answer a chat completion.

Asked through the entry's own base URL, dialect, key and headers, in the shape of droid's first
request, no proper answer came. A server that is busy (503) or asks to slow down (429) is told
apart from one that is broken. Silent until `byok doctor --deep` has asked.
"""

from collections.abc import Iterator

from factory_byok.core.facts import Entry, Exercise, Snapshot
from factory_byok.core.findings import Finding, Level
from factory_byok.core.words import lower_first
from factory_byok.diagnosis.refusal_advice import PASSING, remedy_for

TITLE = "Model answers"
WHAT_TO_DO = (
    "`byok test ENTRY --only chat` asks again and shows what the server said; its log says why"
)


def exercised(snap: Snapshot, *names: str) -> Iterator[tuple[Entry, Exercise]]:
    """Each result of the named exercises beside the entry that it belongs to."""
    entries = {entry.id: entry for entry in reversed([*snap.listed()])}
    for done in snap.exercises:
        if done.exercise in names and done.entry in entries:
            yield entries[done.entry], done


def fault_of(done: Exercise) -> str:
    """The machine's word for what broke; empty when nothing did."""
    return str(done.evidence.get("fault", ""))


def level_of(done: Exercise) -> Level | None:
    """How bad a result is: None where nothing is wrong, a warning where droid gets by.

    A server that only wants time is a warning too.
    """
    if done.status == "failed":
        return "warning" if fault_of(done) in PASSING else "error"
    return "warning" if done.status == "warning" else None


def check(snap: Snapshot) -> Iterator[Finding]:
    """One finding for each entry whose chat or first request failed.

    A warning when the server only wants time.
    """
    for entry, done in exercised(snap, "chat", "speed"):
        if level := level_of(done):
            what = "does not answer" if done.exercise == "chat" else "refuses droid's first request"
            yield Finding(
                level,
                entry.label,
                f"`{entry.model}` {what}: {lower_first(done.reason)}",
                remedy_for(snap, entry, done),
            )
