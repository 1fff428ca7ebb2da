"""Another entry with the same id wins, so edits here have no effect.

droid's window copies entries from `config.json` into `settings.json` when it starts. From then on
the copy counts: changing or removing the original in `config.json` changes nothing. A project's
file beats the user's in the same way, and `settings.local.json` replaces the whole list of the
`settings.json` beside it.
"""

from collections.abc import Iterator

from factory_byok.core.actions import Edit, by_edits
from factory_byok.core.facts import Entry, Snapshot
from factory_byok.core.findings import Finding, Remedy
from factory_byok.core.words import lower_first
from factory_byok.droid.entry_edits import removals

TITLE = "Entries have effect"
WHAT_TO_DO = (
    "`byok fix entry_shadowed` removes the copy without effect; give one another name when "
    "both are meant"
)


def check(snap: Snapshot) -> Iterator[Finding]:
    """One finding for each entry that droid reads and passes over."""
    winners: dict[str, Entry] = {}
    for entry in snap.listed():
        winners.setdefault(entry.id, entry)
    doomed = [entry for entry in snap.entries if entry.fate == "shadowed"]
    for entry, edits in zip(doomed, removals(snap, doomed), strict=True):
        message = f"This entry in `{entry.file}` has no effect: {lower_first(entry.reason)}"
        yield Finding("warning", entry.label, message, _remedy(entry, winners.get(entry.id), edits))


def _remedy(entry: Entry, winner: Entry | None, edits: tuple[Edit, ...]) -> Remedy:
    """Removal where the winner stands beside it; elsewhere the two may both be meant."""
    if winner is not None and _folder(winner) == _folder(entry):
        text = f"Remove it here; the one in `{winner.file}` counts"
        return Remedy(text, by_edits(edits))
    if winner is None:
        return Remedy(f"Move it to `{entry.shadowed_by}`, or remove it")
    return Remedy("Give one of the two another name when both are meant")


def _folder(entry: Entry) -> str:
    """The folder of an entry's file, by either system's separator."""
    return entry.file.replace("\\", "/").rpartition("/")[0]
