"""Two entries say the same.

droid lists both, numbered `-0` and `-1`. Of two entries with the same `id` of one's own it can
only ever select the first.
"""

from collections.abc import Iterator

from factory_byok.core.actions import Edit, by_edits
from factory_byok.core.facts import Entry, Snapshot
from factory_byok.core.findings import Finding, Remedy
from factory_byok.droid.entry_edits import removals, remove_field

TITLE = "Entries are different"
WHAT_TO_DO = "`byok fix entry_duplicate` removes the later one"


def check(snap: Snapshot) -> Iterator[Finding]:
    """One finding for each listed entry that repeats an earlier one."""
    said: dict[tuple[object, ...], Entry] = {}
    for entry in snap.listed():
        said.setdefault(_content(entry), entry)
    doomed = [each for each in snap.listed() if said[_content(each)] is not each]
    edits = dict(zip(map(id, doomed), removals(snap, doomed), strict=True))
    ids: set[str] = set()
    for entry in snap.listed():
        first = said[_content(entry)]
        if first is not entry:
            message = f"It says the same as `{first.id}` in `{first.file}`"
            yield Finding("warning", entry.label, message, _removal(entry, edits[id(entry)]))
        elif entry.id in ids:
            message = f"droid never selects it: an earlier entry has the id `{entry.id}` too"
            yield Finding("warning", entry.label, message, _own_id(entry))
        ids.add(entry.id)


def _content(entry: Entry) -> tuple[object, ...]:
    """What an entry says, as far as byok may know it (keys are not read)."""
    said = (entry.name, entry.model, entry.base_url, entry.dialect, entry.key, entry.max_output)
    return (*said, entry.reasoning_effort, entry.bedrock)


def _removal(entry: Entry, edits: tuple[Edit, ...]) -> Remedy:
    """Removal, except where two secrets may differ."""
    if entry.key.source == "literal" and not entry.key.marker:
        return Remedy(
            f"Remove one of them with `byok remove {entry.id}` if their keys are the same"
        )
    return Remedy("Remove the later one", by_edits(edits))


def _own_id(entry: Entry) -> Remedy:
    """Without its own `id` the entry gets a generated one."""
    removal = remove_field(entry, "id", expected=entry.id)
    return Remedy("Take its `id` away, so that droid makes one", by_edits((removal,)))
