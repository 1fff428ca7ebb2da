"""The tree of a text that parses, grown only where it is looked at; the rest is skipped.

Finding the brackets is one pass at C speed, and a container's children are read when they are first
asked for: to edit one of 10,000 entries costs about as much as to load them.
"""

import re
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any, Final

from factory_byok.core.droid_facts import Json
from factory_byok.droid.settings.jsonc import load
from factory_byok.droid.settings.jsonc.tree import TRIVIA, Kind, Member, Node

_QUOTED: Final = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_PLAIN: Final = r'[^"{}\[\]/]*+'
# Up to and with the next bracket outside strings and comments, or up to the end.
_BRACKET: Final = re.compile(
    rf"{_PLAIN}(?:(?:{_QUOTED}|//[^\r\n]*+|/\*(?s:.*?)\*/){_PLAIN})*+(?P<bracket>[{{}}\[\]]|\Z)"
)
_SCALAR: Final = re.compile(rf"{_QUOTED}|[^ \t\r\n,/}}\]]++")
_BETWEEN: Final = re.compile(rf"{TRIVIA}[,:]?+{TRIVIA}")
_KINDS: Final[dict[str, Kind]] = {
    "{": "object", "[": "array", '"': "string", "t": "true", "f": "false", "n": "null",
}  # fmt: skip


def outline(text: str, start: int = 0) -> Node:
    """The tree of the value that begins behind `start`, in a text that `load` has read."""
    ground = _Ground(text, start)
    return ground.node(ground.behind(start))


class _Ground:
    """A text and the partner of each opening bracket of one value in it."""

    __slots__ = ("closed", "text")

    def __init__(self, text: str, start: int) -> None:
        """Finds the brackets of the value that begins behind `start`."""
        self.text = text
        self.closed: dict[int, int] = {}  # offset of a bracket: offset behind the one closing it
        opened: list[int] = []
        for found in _BRACKET.finditer(text, start):
            bracket = found["bracket"]
            if bracket in ("{", "["):
                opened.append(found.end() - 1)
                continue
            if opened:
                self.closed[opened.pop()] = found.end()
            if not opened:
                break

    def behind(self, at: int) -> int:
        """Where the next token begins; at most one comma or colon is passed."""
        found = _BETWEEN.match(self.text, at)
        return found.end() if found else at

    def node(self, at: int) -> "_Bud":
        """The value that begins here."""
        kind = _KINDS.get(self.text[at], "number")
        end = self.closed.get(at)
        if end is None:
            found = _SCALAR.match(self.text, at)
            end = found.end() if found else at
        return _Bud(self, kind, at, end)

    def items(self, start: int, end: int) -> list[Node]:
        """The items of the array between these offsets."""
        items: list[Node] = []
        at = self.behind(start + 1)
        while at < end - 1:
            item = self.node(at)
            items.append(item)
            at = self.behind(item.end)
        return items

    def members(self, start: int, end: int) -> list[Member]:
        """The members of the object between these offsets."""
        members: list[Member] = []
        at = self.behind(start + 1)
        while at < end - 1:
            key, key_end = scanstring(self.text, at + 1, True)
            value = self.node(self.behind(key_end))
            members.append(Member(key, at, key_end, value))
            at = self.behind(value.end)
        return members


class _Bud(Node):
    """A node that reads `items`, `members` and `scalar` when they are first looked at."""

    __slots__ = ("_ground",)

    def __init__(self, ground: _Ground, kind: Kind, start: int, end: int) -> None:
        """Leaves the other slots empty, so that looking at one of them comes to `__getattr__`."""
        self._ground = ground
        self.kind, self.start, self.end = kind, start, end

    def __getattr__(self, name: str) -> Any:
        """Fills one empty slot."""
        grown: list[Node] | list[Member] | Json
        if name == "items":
            grown = self._ground.items(self.start, self.end) if self.kind == "array" else []
        elif name == "members":
            grown = self._ground.members(self.start, self.end) if self.kind == "object" else []
        elif name == "scalar":
            whole = self.kind not in ("array", "object")
            grown = load(self._ground.text[self.start : self.end]) if whole else None
        else:
            raise AttributeError(name)
        setattr(self, name, grown)
        return grown
