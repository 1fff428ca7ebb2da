"""The text after a batch of located changes: every byte outside their places stays."""

from collections.abc import Sequence
from dataclasses import replace

from factory_byok.droid.settings.edit.located import Change
from factory_byok.droid.settings.edit.removal import removal
from factory_byok.droid.settings.edit.room import room_for
from factory_byok.droid.settings.edit.splice import Cut, splice
from factory_byok.droid.settings.edit.style import quoted, rewritten, style_of
from factory_byok.droid.settings.edit.trivia import LINE_END
from factory_byok.droid.settings.jsonc.outline import Node


def rewrite(text: str, root: Node, changes: Sequence[Change]) -> str:
    """The text after changes of one kind (see `located.Batch`); `root` is its tree as it was."""
    kind, together = changes[0].kind, dict[Node, list[Change]]()
    for change in changes:
        together.setdefault(change.parent or root, []).append(change)
    cuts: list[Cut] = []
    for parent, mine in together.items():
        if kind == "remove":
            cuts += removal(text, parent, {index for each in mine for index in each.indexes})
        elif kind == "add":
            cuts += _insertions(text, root, parent, mine)
        else:
            cuts += [cut for each in mine for cut in _spans(text, root, each)]
    return splice(text, cuts)


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


def _insertions(text: str, root: Node, parent: Node, changes: Sequence[Change]) -> list[Cut]:
    """The cuts that put new children into one container, at one place one behind the other."""
    room = room_for(text, root, parent, changes[0].indexes[0])
    style, parts = room.style, list[str]()
    own_line = LINE_END.search(room.before) is not None
    for change in changes:
        key = "" if parent.kind == "array" else quoted(change.steps[-1]) + style.colon
        parts += (",", room.before, key, style.write(change.value, room.indent))
        if parent.kind == "array" and not (change.value and isinstance(change.value, dict | list)):
            # It is no example for the one behind it (see `style_beside`).
            style = replace(style_of(text, root, parent), spread=own_line)
    comma = [] if room.comma is None else [(room.comma, room.comma, ",")]
    return [*comma, (room.at, room.at, "".join((*parts[1:], room.after)))]
