"""Edits that several checks share: an entry goes and every other entry keeps its id."""

from collections.abc import Iterable

from factory_byok.core.actions import Edit, Op
from factory_byok.core.facts import Entry, Json, Snapshot
from factory_byok.droid.field_names import pointer_to
from factory_byok.droid.rules import Rules, rules_of

NO_KEY = "not-needed"  # Factory's page: any value that is not empty does for a local server


def removal_edits(snap: Snapshot, doomed: Entry) -> tuple[Edit, ...]:
    """The edits that remove an entry and keep the ids of those behind it in the same file.

    () when that cannot be: config.json holds no ids, so there the numbers behind it would move up.
    """
    behind = renumbered(snap.entries, doomed, rules_of(snap.droid_rules))
    if behind and doomed.kind == "config":
        return ()
    pins = [set_field(entry, "id", entry.id) for entry in behind]
    return (*pins, remove_entry(doomed))


def renumbered(entries: Iterable[Entry], doomed: Entry, rules: Rules) -> list[Entry]:
    """The entries behind one in its file whose made ids would move up with its going."""
    return [
        entry
        for entry in entries
        if entry.file == doomed.file
        and entry.index > doomed.index
        and _numbered_with(entry, doomed, rules)
    ]


def set_field(entry: Entry, meaning: str, value: Json, expected: str | None = None) -> Edit:
    """The edit that gives one field of an entry a new value, put in when it is not there."""
    op: Op = "add" if expected is None else "replace"
    pointer = pointer_to(entry, meaning)
    return Edit(op, entry.file, pointer, value, expected=expected, seen=entry.seen)


def remove_entry(entry: Entry) -> Edit:
    """The edit that takes an entry out of its file."""
    return Edit("remove", entry.file, entry.pointer, seen=entry.seen)


def remove_field(entry: Entry, meaning: str, expected: str | None = None) -> Edit:
    """The edit that takes one field out of an entry."""
    pointer = pointer_to(entry, meaning)
    return Edit("remove", entry.file, pointer, expected=expected, seen=entry.seen)


def _numbered_with(entry: Entry, doomed: Entry, rules: Rules) -> bool:
    """Whether droid numbers two entries in one row, so that one's going moves the other up."""
    same = entry.id.rpartition("-")[0] == doomed.id.rpartition("-")[0]
    if rules.numbered == "by_position" and doomed.kind != "config":
        same = bool(doomed.id)  # a dropped entry has none, and is not counted
    return same and bool(entry.id) and not entry.explicit_id
