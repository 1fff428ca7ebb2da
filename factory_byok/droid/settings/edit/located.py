"""Where each edit happens: the container and the children of it that a pointer names."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Final

from factory_byok.core.actions import Edit
from factory_byok.core.droid_facts import Json
from factory_byok.core.errors import ByokError
from factory_byok.core.json_pointer import escaped, steps_of
from factory_byok.droid.settings.edit.sameness import same
from factory_byok.droid.settings.jsonc import load
from factory_byok.droid.settings.jsonc.tree import Node, find

_PLACE: Final = re.compile(r"-|0|[1-9][0-9]{0,8}")
_SPANNING: Final = ("replace", "rename")  # operations that move no other child


@dataclass(frozen=True, slots=True)
class Change:
    """An edit at a place whose parent is there: missing parents have become part of the value.

    `steps` is its pointer; `indexes` are the children of `parent` that it concerns (for an
    insertion the one before which it goes), as the tree was read.
    """

    op: str
    steps: tuple[str, ...]
    parent: Node | None
    indexes: tuple[int, ...]
    value: Json


def batch(text: str, root: Node, edits: Sequence[Edit]) -> list[Change]:
    """The first edits that can share one tree.

    Of one array's items, of separate spans, members out of objects, or one into each of several.
    """
    op, holder = edits[0].op, edits[0].pointer.rpartition("/")[0]
    array = find(root, holder) if edits[0].pointer else None
    if array is not None and array.kind == "array":
        if op == "remove":
            return _removals(text, array, holder, edits)
        if op == "add" and edits[0].pointer.endswith("/-"):
            return _additions(text, root, array, edits)
    alike = _SPANNING if op in _SPANNING else (op,)
    changes: list[Change] = []
    done: set[str] = set()
    for edit in takewhile(lambda each: each.op in alike, edits):
        if _meets({edit.pointer}, done):
            break  # its place may not be there any more
        change = _located(text, root, edit)
        marks = _marks(edit, change)
        if _meets(marks, done):
            break
        by_itself = op not in _SPANNING and not (change.op == op and _in_object(change))
        if by_itself and changes:
            break
        changes.append(change)
        if by_itself:
            break
        done |= marks | {f"{above}/*" for mark in marks for above in _above(mark)}
    return changes


def _in_object(change: Change) -> bool:
    """Whether a change takes a member out of an object, or puts one in."""
    return change.parent is not None and change.parent.kind == "object"


def _removals(text: str, array: Node, holder: str, edits: Sequence[Edit]) -> list[Change]:
    """The first edits, as far as they take items out of one array."""
    row = takewhile(lambda e: e.op == "remove" and e.pointer.rpartition("/")[0] == holder, edits)
    alive = list(range(len(array.items)))
    return [_located_item(text, array, edit, alive) for edit in row]


def _additions(text: str, root: Node, array: Node, edits: Sequence[Edit]) -> list[Change]:
    """The first edits, as far as they put items at the end of one array."""
    row = takewhile(lambda e: (e.op, e.pointer) == ("add", edits[0].pointer), edits)
    changes = [_located(text, root, edit) for edit in row]
    count = len(array.items)
    return [replace(each, indexes=(count + at,)) for at, each in enumerate(changes)]


def _marks(edit: Edit, change: Change) -> set[str]:
    """The pointers that an edit touches: an addition that of its parent, which has room for one."""
    parent = edit.pointer.rpartition("/")[0]
    if edit.op == "rename":
        return {edit.pointer, f"{parent}/{escaped(str(edit.value))}"}
    if edit.op == "add":
        return {"".join(f"/{escaped(step)}" for step in change.steps[:-1])}
    return {edit.pointer}


def _meets(marks: set[str], done: set[str]) -> bool:
    """Whether a place contains, is or lies in one of those that are done already."""
    return any(
        mark in done or f"{mark}/*" in done or any(above in done for above in _above(mark))
        for mark in marks
    )


def _above(pointer: str) -> Iterator[str]:
    """All pointers that lead to what contains this one."""
    while pointer:
        pointer = pointer.rpartition("/")[0]
        yield pointer


def _located_item(text: str, array: Node, edit: Edit, alive: list[int]) -> Change:
    """A removal from an array of which only `alive` is left; takes it out of there."""
    steps = steps_of(edit.pointer)
    if not _PLACE.fullmatch(steps[-1]) or steps[-1] == "-" or int(steps[-1]) >= len(alive):
        raise ByokError(f"There is no {_where(edit)}")
    index = alive.pop(int(steps[-1]))
    _guard(text, array.items[index], edit)
    return Change("remove", steps, array, (index,), None)


def _located(text: str, root: Node, edit: Edit) -> Change:
    """Finds an edit's place and checks its guard. Raises ByokError when it does not fit."""
    steps, found = steps_of(edit.pointer), find(root, edit.pointer)
    _guard(text, found, edit)
    if edit.op != "add" and found is None:
        raise ByokError(f"There is no {_where(edit)}")
    value = edit.value if edit.op in ("remove", "rename") else _plain(edit.value)
    parent = root
    for depth in range(len(steps) - 1):
        child = find(parent, "/" + escaped(steps[depth]))
        if child is None:
            value, steps = _nested(steps[depth + 1 :], value), steps[: depth + 1]
            break
        parent = child
    op = "replace" if edit.op == "add" and found and parent.kind == "object" else edit.op
    if not steps:
        if op not in ("add", "replace"):
            raise ByokError(f"The whole of {edit.file or 'a file'} cannot be edited like this")
        return Change("replace", (), None, (), value)
    return Change(op, steps, parent, _indexes(parent, op, steps[-1], edit), value)


def _indexes(parent: Node, op: str, step: str, edit: Edit) -> tuple[int, ...]:
    """The children that an edit concerns. Raises ByokError when the parent cannot take it."""
    if parent.kind == "object":
        if op == "add":
            return (len(parent.members),)
        if op == "rename" and find(parent, "/" + escaped(str(edit.value))):
            raise ByokError(f"{_where(edit)} cannot become `{edit.value}`: that is there already")
        same_key = [at for at, member in enumerate(parent.members) if member.key == step]
        return tuple(same_key[-1:] if op == "replace" else same_key)
    if parent.kind != "array":
        raise ByokError(f"What should hold {_where(edit)} is neither an object nor an array")
    index = int(step) if step != "-" and _PLACE.fullmatch(step) else len(parent.items)
    if op == "rename" or not _PLACE.fullmatch(step) or index > len(parent.items):
        raise ByokError(f"There is no place {_where(edit)}")
    return (index,)


def _guard(text: str, found: Node | None, edit: Edit) -> None:
    """Raises ByokError when a place does not hold what the edit expects there."""
    if edit.expected is None:
        return
    if found is None or not same(load(text[found.start : found.end]), edit.expected):
        raise ByokError(f"{_where(edit)} is not what it was when this edit was made")


def _where(edit: Edit) -> str:
    return f"`{edit.pointer}` in {edit.file or 'this file'}"


def _nested(steps: Sequence[str], value: Json) -> Json:
    """The value inside the parents that it lacks."""
    for step in reversed(steps):
        value = [value] if step in ("-", "0") else {step: value}
    return value


def _plain(value: Json) -> Json:
    """A copy of a value, as a reader of its JSON will see it. Raises ByokError."""
    try:
        copy: Json = json.loads(json.dumps(value, allow_nan=False))
    except (ValueError, TypeError, RecursionError):
        raise ByokError("The new value cannot be written as JSON") from None
    return copy


def patched(root: Json, change: Change) -> Json:
    """The values after one change: what the text must come to."""
    if not change.steps:
        return change.value
    target = root
    for step in change.steps[:-1]:
        if isinstance(target, list):
            target = target[int(step)]
        elif isinstance(target, dict):
            target = target[step]
    last = change.steps[-1]
    if isinstance(target, list):
        at = len(target) if last == "-" else int(last)
        target[at : at + (change.op != "add")] = [] if change.op == "remove" else [change.value]
    elif isinstance(target, dict):
        old = target.pop(last, None)
        if change.op != "remove":
            key = str(change.value) if change.op == "rename" else last
            target[key] = old if change.op == "rename" else change.value
    return root
