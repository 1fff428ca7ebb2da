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
from factory_byok.exercises.session import SURVIVED

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
    """How bad a result is for who works with droid; None where nothing is wrong.

    A model that cannot act is an error here although `droid exec` ends with exit code 0, by which
    `byok test` judges. A server that only wants time is a warning, and so is what droid never does.
    """
    if done.status not in ("failed", "warning"):
        return None
    fault = fault_of(done)
    if fault in PASSING or (
        done.status == "warning" and fault not in (*SURVIVED, "refused_length")
    ):
        return "warning"
    return "error"


def check(snap: Snapshot) -> Iterator[Finding]:
    """One finding for each entry whose chat or first request failed.

    A warning when the server only wants time.
    """
    for entry, done in exercised(snap, "chat", "speed"):
        if level := level_of(done):
            what = "A chat with" if done.exercise == "chat" else "droid's first request to"
            yield Finding(
                level,
                entry.label,
                f"{what} `{entry.model}` fails: {lower_first(done.reason)}",
                remedy_for(snap, entry, done),
            )
