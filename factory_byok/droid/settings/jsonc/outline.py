"""The tree of a text that parses, grown only where it is looked at; the rest is skipped.

A container's children are read when they are first asked for, and what they hold is passed at C
speed: to edit one of 10,000 entries costs about as much as to load them.
"""

import re
from functools import cached_property, lru_cache
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
_SKIP: Final = re.compile(TRIVIA)
_NEXT: Final = re.compile(rf"{TRIVIA},?+{TRIVIA}")
_KEY: Final = re.compile(rf"{TRIVIA},?+{TRIVIA}(?P<key>{_QUOTED}){TRIVIA}:{TRIVIA}")
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

    __slots__ = ("__dict__", "_text", "end", "kind", "start")  # a dict for what was looked at

    def __init__(self, text: str, start: int) -> None:
        """The value that begins here."""
        self._text, self.start = text, start
        self.kind: Kind = _KINDS.get(text[start], "scalar")
        found = _SCALAR.match(text, start) if self.kind == "scalar" else None
        self.end = found.end() if found else _behind_bracket(text, start)

    @cached_property
    def items(self) -> "list[Node]":
        """The items of an array."""
        items: list[Node] = []
        found = _NEXT.match(self._text, self.start + 1)
        while self.kind == "array" and found and found.end() < self.end - 1:
            items.append(Node(self._text, found.end()))
            found = _NEXT.match(self._text, items[-1].end)
        return items

    @cached_property
    def members(self) -> list[Member]:
        """The members of an object, duplicate keys included, in order."""
        members: list[Member] = []
        at = self.start + 1
        while self.kind == "object" and (found := _KEY.match(self._text, at, self.end)):
            start, end = found.span("key")
            key = found["key"][1:-1]
            key = scanstring(self._text, start + 1, True)[0] if "\\" in key else key
            value = Node(self._text, found.end())
            members.append(Member(key, start, end, value))
            at = value.end
        return members

    @cached_property
    def last(self) -> dict[str, int]:
        """The index of the last member of each key, the one that droid honours."""
        return {member.key: at for at, member in enumerate(self.members)}

    @cached_property
    def twice(self) -> dict[str, list[int]]:
        """The indexes of the members of each key that is there more than once."""
        indexes: dict[str, list[int]] = {}
        if len(self.last) < len(self.members):
            for at, member in enumerate(self.members):
                indexes.setdefault(member.key, []).append(at)
        return {key: same for key, same in indexes.items() if len(same) > 1}

    def child(self, step: str) -> "Node | None":
        """The child of a key or index; of duplicate keys the last."""
        if self.kind == "object":
            return self.members[self.last[step]].value if step in self.last else None
        here = _INDEX.fullmatch(step) and int(step) < len(self.items)
        return self.items[int(step)] if here else None


@lru_cache(maxsize=1)  # several edits, and the look for repeated keys, need one
def outline(text: str, start: int = 0) -> Node:
    """The tree of the value that begins behind `start`, in a text that `load` has read."""
    found = _SKIP.match(text, start)
    return Node(text, found.end() if found else start)


def find(root: Node, pointer: str) -> Node | None:
    """The node at a JSON Pointer (RFC 6901); None when there is none."""
    if pointer and not pointer.startswith("/"):
        return None
    node: Node | None = root
    for step in steps_of(pointer):
        node = node.child(step) if node else None
    return node


def _behind_bracket(text: str, start: int) -> int:
    """Behind the bracket that closes the one at `start`."""
    depth = 0
    for found in _BRACKET.finditer(text, start):
        depth += 1 if found["bracket"] in ("{", "[") else -1
        if depth == 0:
            return found.end()
    return len(text)
