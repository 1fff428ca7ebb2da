"""An entry holds a setting that has no effect.

droid reads its own keys alone and says nothing about others: `maxTokens`, `supportsImages` or
`contextWindow` change nothing. droid also loses them when it writes the file anew.
"""

from collections.abc import Iterator

from factory_byok.core.actions import Edit, by_edits
from factory_byok.core.facts import Entry, Snapshot
from factory_byok.core.findings import Finding, Remedy
from factory_byok.core.json_pointer import escaped
from factory_byok.droid.entry_edits import rename_key
from factory_byok.droid.unread_keys import meaning_of

TITLE = "Settings have effect"
WHAT_TO_DO = "`byok fix setting_ignored` writes the key that was meant where there is one"


def check(snap: Snapshot) -> Iterator[Finding]:
    """One finding for each key of a listed entry that droid does not read and somebody meant."""
    for entry in snap.listed():
        for key in entry.unread:
            meant = meaning_of(key, entry.kind)
            if meant is None:
                continue
            message = f"droid does not read `{key}`"
            yield Finding("note", entry.label, f"{message}{meant.why}", _remedy(entry, key))


def _remedy(entry: Entry, key: str) -> Remedy:
    """The right key where it takes the same value and is not there yet."""
    meant = meaning_of(key, entry.kind)
    if meant is not None and meant.right and meant.right not in entry.keys:
        rename = rename_key(entry, key, meant.right)
        return Remedy(f"Call it `{meant.right}`", by_edits((rename,)))
    place = f"{entry.pointer}/{escaped(key)}"
    edit = Edit("remove", entry.file, place, seen=entry.seen)
    return Remedy("Take it out; it has no effect", by_edits((edit,)))
