"""Edits that several checks share: an entry goes and every other entry keeps its id."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from factory_byok.core.actions import Edit, Op
from factory_byok.core.facts import Entry, Json, Snapshot, TextEdit
from factory_byok.core.json_pointer import escaped
from factory_byok.droid.field_names import pointer_to
from factory_byok.droid.rules import Rules, rules_of

MOST_PINNED: Final = 100  # lasting ids that the going of one entry may write
NO_KEY = "not-needed"  # Factory's page: any value that is not empty does for a local server


def removals(snap: Snapshot, doomed: Sequence[Entry]) -> Iterator[tuple[Edit, ...]]:
    """For each entry the edits that remove it and keep the ids of those behind it in its file.

    () when that cannot be: config.json holds no ids, so there the numbers behind it would move up,
    and MOST_PINNED ids are written at most. Of many behind it only those that stay count.
    """
    rules, going = rules_of(snap.droid_rules), set(map(id, doomed))
    every = _rows(snap.entries, rules)
    staying = _rows((each for each in snap.entries if id(each) not in going), rules)
    for entry in doomed:
        behind = _behind(every, entry, rules)
        if len(behind) > MOST_PINNED:
            behind = _behind(staying, entry, rules)
        if len(behind) > MOST_PINNED or (behind and entry.kind == "config"):
            yield ()
        else:
            yield (*(set_field(each, "id", each.id) for each in behind), remove_entry(entry))


def renumbered(entries: Iterable[Entry], doomed: Entry, rules: Rules) -> Sequence[Entry]:
    """The entries behind one in its file whose made ids would move up with its going."""
    return _behind(_rows(entries, rules), doomed, rules)


def set_field(entry: Entry, meaning: str, value: Json, expected: str | None = None) -> Edit:
    """The edit that gives one field of an entry a new value, put in when it is not there."""
    op: Op = "add" if expected is None else "replace"
    pointer = pointer_to(entry, meaning)
    return Edit(op, entry.file, pointer, value, expected=expected, seen=entry.seen)


def remove_entry(entry: Entry) -> Edit:
    """The edit that takes an entry out of its file."""
    return Edit("remove", entry.file, entry.pointer, seen=entry.seen)


def rename_key(entry: Entry, key: str, right: str) -> Edit:
    """The edit that gives one key of an entry another name."""
    return Edit("rename", entry.file, f"{entry.pointer}/{escaped(key)}", right, seen=entry.seen)


def text_edits(file: str, repairs: Iterable[TextEdit]) -> tuple[Edit, ...]:
    """The repairs of a file's text as edits of that file."""
    return tuple(
        Edit("text", file, "", each.value, each.offset, len(each.expected), each.expected)
        for each in repairs
    )


def remove_field(entry: Entry, meaning: str, expected: str | None = None) -> Edit:
    """The edit that takes one field out of an entry."""
    pointer = pointer_to(entry, meaning)
    return Edit("remove", entry.file, pointer, expected=expected, seen=entry.seen)


def _rows(entries: Iterable[Entry], rules: Rules) -> dict[tuple[str, str] | None, list[Entry]]:
    """The entries that droid numbers in one row, so that one's going moves those behind it up."""
    rows: dict[tuple[str, str] | None, list[Entry]] = {}
    for entry in entries:
        if not entry.explicit_id:
            rows.setdefault(_row(entry, rules), []).append(entry)
    return rows


def _row(entry: Entry, rules: Rules) -> tuple[str, str] | None:
    """The row of one entry; None for a dropped one, which has no id and is not counted."""
    if not entry.id:
        return None
    by_position = rules.numbered == "by_position" and entry.kind != "config"
    return entry.file, "" if by_position else entry.id.rpartition("-")[0]


def _behind(
    rows: Mapping[tuple[str, str] | None, list[Entry]], doomed: Entry, rules: Rules
) -> Sequence[Entry]:
    """The part of an entry's row that stands behind it."""
    row = _row(doomed, rules)
    alike = rows.get(row, []) if row else []
    return alike[bisect_right(alike, doomed.index, key=lambda each: each.index) :]
