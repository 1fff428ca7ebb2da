"""Where in a text a new child of an object or array goes, and what is written around it."""

from dataclasses import dataclass, replace

from factory_byok.droid.settings.edit.style import Style, children, style_beside, style_of
from factory_byok.droid.settings.edit.trivia import (
    LINE_END,
    behind_blank,
    behind_comma,
    behind_line_comments,
    indent_of,
    last_token,
)
from factory_byok.droid.settings.jsonc.outline import Node


@dataclass(frozen=True, slots=True)
class Room:
    """A place for a new child: offset, the text around it, the line's indentation, its style.

    `comma` is where the child before it gets a comma.
    """

    at: int
    before: str
    after: str
    indent: str
    style: Style
    comma: int | None = None


def room_for(text: str, root: Node, parent: Node, index: int) -> Room:
    """The room for a new child before the child of that index, or behind the last."""
    spans = children(parent)
    style = style_of(text, root, parent)
    if not spans:
        return _room_inside(text, root, parent, style)
    if index == len(spans):
        return _room_behind(text, parent, spans, style)
    opening = behind_comma(text, spans[index - 1][1]) if index else parent.start + 1
    at = behind_line_comments(text, opening)
    gap = text[at : behind_blank(text, at)]
    style = style_beside(text, style, parent, index, own_line=bool(LINE_END.search(gap)))
    indent = indent_of(text, spans[index][0])
    return Room(at, gap, "," if gap else "," + style.space, indent, style)


def _room_behind(text: str, parent: Node, spans: list[tuple[int, int]], style: Style) -> Room:
    """The room behind the last child and the comments that follow it."""
    start, end = spans[-1]
    at, in_line = last_token(text, end, parent.end - 1)
    opening = behind_comma(text, spans[-2][1]) if len(spans) > 1 else parent.start + 1
    gap = text[last_token(text, opening, start)[0] : start]
    own_line = in_line or bool(LINE_END.search(gap) or LINE_END.search(text, end, at))
    indent = indent_of(text, start if own_line else end)
    if own_line:
        gap = style.newline + indent
    elif len(spans) == 1:
        gap = style.space
    style = style_beside(text, style, parent, len(spans) - 1, own_line=own_line)
    return Room(at, gap, "", indent, style, comma=end)


def _room_inside(text: str, root: Node, parent: Node, style: Style) -> Room:
    """The room in a container without children; what its brackets hold stays as it is.

    Brackets that meet spread over lines in a text that does. Those that stand on two lines already
    get a blank line before the child, so that its removal knows which of the two they were.
    """
    end = parent.end - 1
    at, in_line = last_token(text, parent.start + 1, end)
    outer, tail = indent_of(text, parent.start), text[at:end]
    indent = outer + style.unit
    own_line = replace(style, spread=True)
    if at > parent.start + 1:
        if in_line or LINE_END.search(text, parent.start, end):
            return Room(at, style.newline + indent, "", indent, own_line)
        return Room(at, " ", "", outer, replace(style, spread=False))
    if not tail and (parent is root or LINE_END.search(text, root.start, root.end)):
        return Room(at, style.newline + indent, style.newline + outer, indent, own_line)
    if not LINE_END.search(tail):
        return Room(at, tail, "", outer, replace(style, spread=False))
    blank = style.newline if closes_alone(text, parent, tail) else ""
    return Room(at, blank + style.newline + indent, "", indent, own_line)


def closes_alone(text: str, parent: Node, blank: str) -> bool:
    """Whether this white space puts the closing bracket on its own line, below the opening one."""
    end = LINE_END.match(blank)
    return end is not None and blank[end.end() :] == indent_of(text, parent.start)
