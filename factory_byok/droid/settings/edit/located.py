"""Where each edit happens: the container and the children of it that a pointer names."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from factory_byok.core.actions import Edit
from factory_byok.core.droid_facts import Json
from factory_byok.core.errors import ByokError
from factory_byok.core.json_pointer import escaped, steps_of
from factory_byok.droid.settings.edit.sameness import same
from factory_byok.droid.settings.jsonc import load
from factory_byok.droid.settings.jsonc.outline import Node

_PLACE: Final = re.compile(r"-|0|[1-9][0-9]{0,8}")


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

    @property
    def kind(self) -> str:
        """What goes together: children come, or go, or are changed in place."""
        return self.op if self.op in ("add", "remove") else "in place"

    @property
    def alone(self) -> bool:
        """Whether it moves what others are about: the whole value, or an item between others."""
        if self.parent is None:
            return True
        into_array = self.op == "add" and self.parent.kind == "array"
        return into_array and self.indexes[0] < len(self.parent.items)


class _Places:
    """Pointers, and whether another one is, contains or lies in one of them."""

    def __init__(self) -> None:
        """There are none yet."""
        self._there: set[str] = set()
        self._above: set[str] = set()

    def put(self, pointers: Iterable[str]) -> None:
        """Remembers places."""
        for each in pointers:
            self._there.add(each)
            self._above.update(_above(each))

    def meet(self, pointers: Iterable[str]) -> bool:
        """Whether one of these has to do with a remembered one."""
        return any(
            each in self._there
            or each in self._above
            or any(above in self._there for above in _above(each))
            for each in pointers
        )


class Batch:
    """The edits that one tree is good for, all of one kind, as `changes`; the others are `left`.

    An edit waits for the next tree when an earlier one is about the same place.
    """

    def __init__(self, text: str, root: Node, edits: Sequence[Edit]) -> None:
        """Sorts the edits. Raises ByokError for one that does not fit."""
        self.changes: list[Change] = []
        self.left: list[Edit] = []
        self._text, self._root = text, root
        self._done, self._waiting = _Places(), _Places()
        self._alive: dict[str, tuple[Node, list[int]]] = {}  # what is left of arrays
        self._longer: Counter[str] = Counter()  # by how many items arrays have grown
        for edit in edits:
            change = self._change(edit)
            if change is None:
                self.left.append(edit)
                self._waiting.put(_touched(edit))
            else:
                self.changes.append(change)
                self._done.put(self._places(edit, change))

    def _change(self, edit: Edit) -> Change | None:
        """An edit as a change of this batch, None when it must wait."""
        first, places = self.changes[:1], _touched(edit)
        if (first and first[0].alone) or self._waiting.meet(places):
            return None
        holder = edit.pointer.rpartition("/")[0]
        if edit.op == "remove" and holder in self._alive:
            return _located_item(self._text, edit, *self._alive[holder])
        if self._done.meet(places):
            return None
        change = _located(self._text, self._root, edit)
        if first and (change.alone or change.kind != first[0].kind):
            return None
        if change.op == "remove" and change.parent and change.parent.kind == "array":
            alive = list(range(len(change.parent.items)))
            alive.pop(change.indexes[0])
            self._alive[holder] = change.parent, alive
        return change

    def _places(self, edit: Edit, change: Change) -> Iterable[str]:
        """Where no other edit may come; an empty container has room for one child only."""
        holder, parent = _pointer(change.steps[:-1]), change.parent
        if parent is None or edit.op == "rename":
            return _touched(edit)
        if change.op == "add" and not (parent.items or parent.members):
            return (holder,)
        if parent.kind == "array" and change.op == "remove":
            return (holder,)
        if parent.kind == "array" and change.op == "add":
            self._longer[holder] += 1
            return (f"{holder}/{len(parent.items) + self._longer[holder] - 1}",)
        return (_pointer(change.steps),)


def _touched(edit: Edit) -> tuple[str, ...]:
    """The pointers that an edit is about; the whole array when it moves items."""
    holder, _, last = edit.pointer.rpartition("/")
    if edit.op == "rename":
        return edit.pointer, f"{holder}/{escaped(str(edit.value))}"
    moves = edit.op in ("add", "remove") and last != "-" and _PLACE.fullmatch(last)
    return (holder if moves else edit.pointer,)


def _pointer(steps: Iterable[str]) -> str:
    """The pointer of these steps."""
    return "".join(f"/{escaped(step)}" for step in steps)


def _above(pointer: str) -> Iterator[str]:
    """All pointers that lead to what contains this one."""
    while pointer:
        pointer = pointer.rpartition("/")[0]
        yield pointer


def _located_item(text: str, edit: Edit, array: Node, alive: list[int]) -> Change:
    """A removal from an array of which only `alive` is left; takes it out of there."""
    steps = steps_of(edit.pointer)
    if not _PLACE.fullmatch(steps[-1]) or steps[-1] == "-" or int(steps[-1]) >= len(alive):
        raise ByokError(f"There is no {_where(edit)}")
    index = alive.pop(int(steps[-1]))
    _guard(text, array.items[index], edit)
    return Change("remove", steps, array, (index,), None)


def _located(text: str, root: Node, edit: Edit) -> Change:
    """Finds an edit's place and checks its guard. Raises ByokError when it does not fit."""
    steps, path = steps_of(edit.pointer), [root]
    for step in steps:
        child = path[-1].child(step)
        if child is None:
            break
        path.append(child)
    found = path[-1] if len(path) > len(steps) else None
    _guard(text, found, edit)
    if (edit.op != "add" and found is None) or edit.pointer[:1] not in ("", "/"):
        raise ByokError(f"There is no {_where(edit)}")
    value = edit.value if edit.op in ("remove", "rename") else _plain(edit.value)
    if len(path) < len(steps):
        value, steps = _nested(steps[len(path) :], value), steps[: len(path)]
    if not steps:
        if edit.op not in ("add", "replace"):
            raise ByokError(f"The whole of {edit.file or 'a file'} cannot be edited like this")
        return Change("replace", (), None, (), value)
    parent = path[len(steps) - 1]
    op = "replace" if edit.op == "add" and found and parent.kind == "object" else edit.op
    return Change(op, steps, parent, _indexes(parent, op, steps[-1], edit), value)


def _indexes(parent: Node, op: str, step: str, edit: Edit) -> tuple[int, ...]:
    """The children that an edit concerns. Raises ByokError when the parent cannot take it."""
    if parent.kind == "object":
        if op == "add":
            return (len(parent.members),)
        if op == "rename" and str(edit.value) in parent.last:
            raise ByokError(f"{_where(edit)} cannot become `{edit.value}`: that is there already")
        last = [parent.last[step]]
        return tuple(last if op == "replace" else parent.twice.get(step, last))
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
