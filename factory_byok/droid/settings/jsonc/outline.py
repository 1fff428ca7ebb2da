"""The tree of a text that parses, grown only where it is looked at; the rest is skipped.

Finding the brackets is one pass at C speed, and a container's children are read when they are first
asked for: to edit one of 10,000 entries costs about as much as to load them.
"""

import re
from functools import cached_property
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Final, Literal, NamedTuple

from factory_byok.core.json_pointer import steps_of
from factory_byok.droid.settings.jsonc.reader import TRIVIA

Kind = Literal["object", "array", "scalar"]

_QUOTED: Final = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_PLAIN: Final = r'[^"{}\[\]/]*+'
# Up to and with the next bracket outside strings and comments, or up to the end.
_BRACKET: Final = re.compile(
    rf"{_PLAIN}(?:(?:{_QUOTED}|//[^\r\n]*+|/\*(?s:.*?)\*/){_PLAIN})*+(?P<bracket>[{{}}\[\]]|\Z)"
)
_SCALAR: Final = re.compile(rf"{_QUOTED}|[^ \t\r\n,/}}\]]++")
_BETWEEN: Final = re.compile(rf"{TRIVIA}[,:]?+{TRIVIA}")
_KINDS: Final[dict[str, Kind]] = {"{": "object", "[": "array"}
_INDEX: Final = re.compile(r"0|[1-9][0-9]{0,9}")


class Member(NamedTuple):
    """One key of an object, decoded, with the place of its quoted text, and its value."""

    key: str
    key_start: int
    key_end: int
    value: "Node"


class Node:
    """One value and its place: `start` and `end` are offsets into the text, `end` exclusive."""

    __slots__ = ("__dict__", "_ground", "end", "kind", "start")  # a dict for what was looked at

    def __init__(self, ground: "_Ground", start: int) -> None:
        """The value that begins here."""
        self._ground, self.start = ground, start
        self.kind: Kind = _KINDS.get(ground.text[start], "scalar")
        end = ground.closed.get(start)
        if end is None:
            found = _SCALAR.match(ground.text, start)
            end = found.end() if found else start
        self.end = end

    @cached_property
    def items(self) -> "list[Node]":
        """The items of an array."""
        items: list[Node] = []
        at = self._ground.behind(self.start + 1)
        while self.kind == "array" and at < self.end - 1:
            items.append(Node(self._ground, at))
            at = self._ground.behind(items[-1].end)
        return items

    @cached_property
    def members(self) -> list[Member]:
        """The members of an object, duplicate keys included, in order."""
        members: list[Member] = []
        at = self._ground.behind(self.start + 1)
        while self.kind == "object" and at < self.end - 1:
            key, key_end = scanstring(self._ground.text, at + 1, True)
            value = Node(self._ground, self._ground.behind(key_end))
            members.append(Member(key, at, key_end, value))
            at = self._ground.behind(value.end)
        return members

    @cached_property
    def by_key(self) -> dict[str, list[int]]:
        """The indexes of the members of each key."""
        indexes: dict[str, list[int]] = {}
        for at, member in enumerate(self.members):
            indexes.setdefault(member.key, []).append(at)
        return indexes

    def child(self, step: str) -> "Node | None":
        """The child of a key or index; of duplicate keys the last, the one that droid honours."""
        if self.kind == "object":
            return self.members[self.by_key[step][-1]].value if step in self.by_key else None
        here = _INDEX.fullmatch(step) and int(step) < len(self.items)
        return self.items[int(step)] if here else None


def outline(text: str, start: int = 0) -> Node:
    """The tree of the value that begins behind `start`, in a text that `load` has read."""
    ground = _Ground(text, start)
    return Node(ground, ground.behind(start))


def find(root: Node, pointer: str) -> Node | None:
    """The node at a JSON Pointer (RFC 6901); None when there is none."""
    if pointer and not pointer.startswith("/"):
        return None
    node: Node | None = root
    for step in steps_of(pointer):
        node = node.child(step) if node else None
    return node


class _Ground:
    """A text and the partner of each opening bracket of one value in it."""

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
