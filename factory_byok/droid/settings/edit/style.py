"""In which style a text is written, and how a new value is written in it."""

import json
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from factory_byok.core.droid_facts import Json
from factory_byok.droid.settings.edit.trivia import LINE_END, indent_of
from factory_byok.droid.settings.jsonc.outline import Node

_INDENTED: Final = re.compile(r"[\r\n]([ \t]+)[^ \t\r\n]")
_COLON: Final = re.compile(r":[ \t]*")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Style:
    """How new values are written: line end, one level of indentation, colon, spread over lines.

    `padded` means a space inside the brackets of a value on one line.
    """

    newline: str
    unit: str
    colon: str
    spread: bool = True
    padded: bool = False

    @property
    def space(self) -> str:
        """What follows a comma on one line."""
        return "" if self.colon == ":" else " "

    def write(self, value: Json, indent: str) -> str:
        """The value's text; `indent` is that of the line on which it begins."""
        if self.spread:
            text = _dumped(value, self.unit, ",", self.colon)
            return text.replace("\n", self.newline + indent)
        text = _dumped(value, None, "," + self.space, self.colon)
        if self.padded and isinstance(value, dict | list) and value:
            return f"{text[0]} {text[1:-1]} {text[-1]}"
        return text


def children(parent: Node) -> list[tuple[int, int]]:
    """Where each child of a container begins and ends, keys included."""
    if parent.kind == "object":
        return [(member.key_start, member.value.end) for member in parent.members]
    return [(item.start, item.end) for item in parent.items]


def style_of(text: str, root: Node, parent: Node) -> Style:
    """The style of a text, seen from one of its containers."""
    newline, unit = _lines(text)
    members = parent.members or root.members
    colon = text[members[0].key_end : members[0].value.start] if members else ""
    top = children(root)[:1]
    indent = (
        indent_of(text, top[0][0]) if top and LINE_END.search(text, root.start, top[0][0]) else None
    )
    return Style(
        newline, unit if indent is None else indent, colon if _COLON.fullmatch(colon) else ": "
    )


@lru_cache(maxsize=2)
def _lines(text: str) -> tuple[str, str]:
    """A text's line end and first indentation; asked for with every edit of one text."""
    end, indented = LINE_END.search(text), _INDENTED.search(text)
    return end[0] if end else "\n", indented[1] if indented else "  "


def style_beside(text: str, style: Style, parent: Node, index: int, *, own_line: bool) -> Style:
    """The style for a new child beside one: an array's items are written alike."""
    like = parent.items[index] if parent.kind == "array" else None
    inner = children(like) if like else []
    if like is None or not inner:
        return replace(style, spread=own_line)
    if not LINE_END.search(text, like.start, like.end):
        return replace(style, spread=False, padded=text[like.start + 1] == " ")
    deeper, indent = indent_of(text, inner[0][0]), indent_of(text, like.start)
    longer = deeper.startswith(indent) and deeper != indent
    return replace(style, spread=True, unit=deeper[len(indent) :] if longer else style.unit)


def rewritten(text: str, root: Node, old: Node, value: Json) -> str:
    """A new value in the style of the one that it replaces."""
    if not isinstance(value, dict | list):
        return quoted(value)
    style = style_of(text, root, root)
    one_line = old.kind in ("object", "array") and not LINE_END.search(text, old.start, old.end)
    if old.kind not in ("object", "array"):
        one_line = not LINE_END.search(text, root.start, root.end)
    return replace(style, spread=not one_line).write(value, indent_of(text, old.start))


def quoted(value: Json) -> str:
    return _dumped(value, None, ", ", ": ")


def _dumped(value: Json, indent: str | None, comma: str, colon: str) -> str:
    """A value as JSON, with escapes only where UTF-8 or JSON needs them."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, separators=(comma, colon))
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
