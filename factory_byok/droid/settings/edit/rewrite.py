"""The text after a batch of located changes: every byte outside their places stays."""

from collections.abc import Sequence

from factory_byok.droid.settings.edit.located import Change
from factory_byok.droid.settings.edit.removal import removal
from factory_byok.droid.settings.edit.room import Room, room_for
from factory_byok.droid.settings.edit.splice import Cut, splice
from factory_byok.droid.settings.edit.style import quoted, rewritten
from factory_byok.droid.settings.jsonc.outline import outline
from factory_byok.droid.settings.jsonc.tree import Node


def rewrite(text: str, root: Node, changes: Sequence[Change]) -> str:
    """The text after a batch (see `located.batch`); `root` is its tree and no longer true then."""
    first = changes[0]
    if first.op == "remove" and first.parent:
        gone: dict[Node, set[int]] = {}
        for change in changes:
            gone.setdefault(change.parent or root, set()).update(change.indexes)
        return splice(text, [cut for each in gone for cut in removal(text, each, gone[each])])
    if first.op == "add" and first.parent and first.parent.kind == "array":
        for change in changes:
            text = _appended(text, root, first.parent, change)
        return text
    if first.op == "add" and first.parent:
        rooms = [
            (room_for(text, root, change.parent or root, change.indexes[0]), change)
            for change in changes
        ]
        return splice(text, [cut for room, change in rooms for cut in _insertion(room, change)])
    return splice(text, [cut for change in changes for cut in _spans(text, root, change)])


def _spans(text: str, root: Node, change: Change) -> list[Cut]:
    """The stretches of text that a replacement or renaming replaces."""
    parent = change.parent
    if parent is None:
        return [(root.start, root.end, rewritten(text, root, root, change.value))]
    if change.op == "rename":
        members = [parent.members[at] for at in change.indexes]
        return [(each.key_start, each.key_end, quoted(str(change.value))) for each in members]
    index = change.indexes[0]
    old = parent.items[index] if parent.kind == "array" else parent.members[index].value
    return [(old.start, old.end, rewritten(text, root, old, change.value))]


def _insertion(room: Room, change: Change) -> list[Cut]:
    """The cuts that put a new child into its room."""
    array = change.parent is not None and change.parent.kind == "array"
    key = "" if array else quoted(change.steps[-1]) + room.style.colon
    new = room.before + key + room.style.write(change.value, room.indent) + room.after
    comma = [] if room.comma is None else [(room.comma, room.comma, ",")]
    return [*comma, (room.at, room.at, new)]


def _appended(text: str, root: Node, parent: Node, change: Change) -> str:
    """The text with a new item; the tree learns of it as far as an item behind it needs to."""
    room = room_for(text, root, parent, change.indexes[0])
    longer = splice(text, _insertion(room, change))
    if change.steps[-1] == "-":
        _grow(longer, len(longer) - len(text), root, parent, room)
    return longer


def _grow(text: str, by: int, root: Node, parent: Node, room: Room) -> None:
    """Tells the tree of an item that was added at the end of an array in this longer text."""
    start = room.at + len(room.before) + (room.comma is not None)
    parent.items.append(outline(text, start))
    for node in {root, parent}:
        node.end += by
