"""Edits that several checks share: an entry goes and every other entry keeps its id."""

from factory_byok.core.actions import Edit
from factory_byok.core.facts import Entry, Snapshot
from factory_byok.droid.field_names import pointer_to

NO_KEY = "not-needed"  # Factory's page: any value that is not empty does for a local server


def removal_edits(snap: Snapshot, doomed: Entry) -> tuple[Edit, ...]:
    """The edits that remove an entry and keep the ids of those behind it in the same file.

    () when that cannot be: config.json holds no ids, so there the numbers behind it would move up.
    """
    behind = [
        entry
        for entry in snap.entries
        if entry.file == doomed.file
        and entry.index > doomed.index
        and _numbered_with(entry, doomed)
    ]
    if behind and doomed.kind == "config":
        return ()
    pins = [set_field(entry, "id", entry.id) for entry in behind]
    return (*pins, remove_entry(doomed))


def set_field(entry: Entry, meaning: str, value: str | int, expected: str | None = None) -> Edit:
    """The edit that gives one field of an entry a new value, put in when it is not there."""
    pointer = pointer_to(entry, meaning)
    return Edit(
        "add" if expected is None else "replace",
        entry.file,
        pointer,
        value,
        expected=expected,
        seen=entry.seen,
    )


def remove_entry(entry: Entry) -> Edit:
    """The edit that takes an entry out of its file."""
    return Edit("remove", entry.file, entry.pointer, seen=entry.seen)


def remove_field(entry: Entry, meaning: str, expected: str | None = None) -> Edit:
    """The edit that takes one field out of an entry."""
    pointer = pointer_to(entry, meaning)
    return Edit("remove", entry.file, pointer, expected=expected, seen=entry.seen)


def _numbered_with(entry: Entry, doomed: Entry) -> bool:
    """Whether droid numbers two entries in one row, so that one's going moves the other up."""
    same = entry.id.rpartition("-")[0] == doomed.id.rpartition("-")[0]
    return same and bool(entry.id) and not entry.explicit_id
