"""The whole tree of a text in droid's dialect of JSON: the place of each value, or the first fault.

It does not recurse, and costs time in proportion to the text.
"""

import re
from json.decoder import JSONDecodeError, scanstring  # type: ignore[attr-defined]
from typing import Final, Literal

from factory_byok.core.droid_facts import Json
from factory_byok.core.json_pointer import steps_of
from factory_byok.droid.settings.jsonc.faults import WORD, Complaints

Kind = Literal["object", "array", "string", "number", "true", "false", "null"]

# Measured with droid 0.225.2: 13,000 objects or 20,000 lists in one another are read; with 15,000
# objects or 30,000 lists its stack overflows and the file is ignored.
DEEPEST: Final = 14_000
TRIVIA: Final = r"(?:[ \t\r\n]++|//[^\r\n]*+|/\*(?s:.*?)\*/)*+"  # what stands between two tokens
_SKIP: Final = re.compile(TRIVIA)
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?")
_INDEX: Final = re.compile(r"0|[1-9][0-9]{0,9}")
_WORDS: Final[dict[str, tuple[Kind, Json]]] = {
    "true": ("true", True),
    "false": ("false", False),
    "null": ("null", None),
}
_CLOSER: Final = {"object": "}", "array": "]"}


class Member:
    """One key of an object, decoded, with the place of its quoted text, and its value."""

    __slots__ = ("key", "key_end", "key_start", "value")

    def __init__(self, key: str, key_start: int, key_end: int, value: "Node") -> None:
        """`key_start` and `key_end` are offsets like those of a Node."""
        self.key, self.key_start, self.key_end, self.value = key, key_start, key_end, value


class Node:
    """One value and its place: `start` and `end` are offsets into the text, `end` exclusive.

    `items` is filled for an array, `members` for an object (duplicate keys included, in order),
    `scalar` for everything else.
    """

    __slots__ = ("end", "items", "kind", "members", "scalar", "start")

    kind: Kind
    start: int
    end: int
    scalar: Json
    items: list["Node"]
    members: list[Member]

    def __init__(self, kind: Kind, start: int, end: int, scalar: Json = None) -> None:
        """A container begins without children."""
        self.kind, self.start, self.end, self.scalar = kind, start, end, scalar
        self.items, self.members = [], []


def parse(text: str) -> Node:
    """The tree of a file's text with the place of every value. Raises Fault as `load` does."""
    reader = _Reader(text)
    root = reader.value()
    unclosed = [root] if root.kind in _CLOSER else []
    while unclosed:
        child = reader.child(unclosed)
        if child is None:
            unclosed.pop()
        elif child.kind in _CLOSER:
            unclosed.append(child)
            reader.check_depth(len(unclosed))
    reader.finish()
    return root


def value_of(node: Node) -> Json:
    """The value that a node stands for; of duplicate keys the last counts."""
    result: list[Json] = []
    waiting: list[tuple[Node, list[Json] | dict[str, Json], str]] = [(node, result, "")]
    while waiting:
        each, target, key = waiting.pop()
        value: Json = each.scalar
        if each.kind == "object":
            members: dict[str, Json] = dict.fromkeys(member.key for member in each.members)
            value = members
            waiting += [(member.value, members, member.key) for member in reversed(each.members)]
        elif each.kind == "array":
            items: list[Json] = []
            value = items
            waiting += [(item, items, "") for item in reversed(each.items)]
        if isinstance(target, dict):
            target[key] = value
        else:
            target.append(value)
    return result[0]


def find(root: Node, pointer: str) -> Node | None:
    """The node at a JSON Pointer (RFC 6901); None when there is none.

    Of duplicate keys it is the last, the one that droid honours.
    """
    if pointer and not pointer.startswith("/"):
        return None
    node: Node | None = root
    for step in steps_of(pointer):
        if node is None:
            return None
        if node.kind == "object":
            named = (member.value for member in reversed(node.members) if member.key == step)
            node = next(named, None)
        elif _INDEX.fullmatch(step) and int(step) < len(node.items):
            node = node.items[int(step)]
        else:
            node = None
    return node


class _Reader(Complaints):
    """Reads tokens from one text; the grammar's stack is kept by `parse`."""

    def __init__(self, text: str) -> None:
        """Stands before the first token."""
        super().__init__(text)
        self._skip()

    def child(self, unclosed: list[Node]) -> Node | None:
        """The next item or member value of the innermost container; None when that is closed."""
        parent = unclosed[-1]
        closer = _CLOSER[parent.kind]
        if self.peek() == closer:
            self._close(parent)
            return None
        if parent.items or parent.members:
            self._comma(unclosed, closer)
        if parent.kind == "array":
            item = self.value(unclosed)
            parent.items.append(item)
            return item
        member = self._member(unclosed)
        parent.members.append(member)
        return member.value

    def value(self, unclosed: list[Node] | None = None) -> Node:
        """The next value; of a container only the opening bracket."""
        start, opening = self.at, self.peek()
        if opening == '"':
            text = self._string()
            return self._node("string", start, text)
        if opening in ("{", "["):
            self.at += 1
            return self._node("object" if opening == "{" else "array", start, None)
        found = _NUMBER.match(self.text, start)
        if found:
            self.at = found.end()
            return self._node("number", start, _number(found[0]))
        word = WORD.match(self.text, start)
        if word and word[0] in _WORDS:
            self.at = word.end()
            return self._node(_WORDS[word[0]][0], start, _WORDS[word[0]][1])
        return self.no_value(unclosed[-1].start if unclosed else None)

    def check_depth(self, depth: int) -> None:
        """Makes sure that droid's own reader would not run out of stack here."""
        if depth > DEEPEST:
            self.fail("too_deep", f"More than {DEEPEST:,} brackets are open here at once")

    def finish(self) -> None:
        """Makes sure that nothing follows the whole value."""
        if self.at < len(self.text):
            self.stop_at_odd_character()
            self.fail("extra_content", "There is more text after the end of the value")

    def _node(self, kind: Kind, start: int, scalar: Json) -> Node:
        """A node that ends here; moves on to the next token."""
        node = Node(kind, start, self.at, scalar)
        self._skip()
        return node

    def _close(self, parent: Node) -> None:
        """Ends a container at its closing bracket."""
        self.at += 1
        parent.end = self.at
        self._skip()

    def _comma(self, unclosed: list[Node], closer: str) -> None:
        """Takes the comma between two children."""
        comma = self.at
        if self.peek() != ",":
            self.no_comma(unclosed[-1].start, closer)
        self.at += 1
        self._skip()
        if self.peek() == closer:
            self.at = comma
            self.fail("trailing_comma", f"Trailing comma before the closing `{closer}`")

    def _member(self, unclosed: list[Node]) -> Member:
        """The next key with the beginning of its value."""
        start = self.at
        if self.peek() != '"':
            self.no_key(unclosed[-1].start)
        key = self._string()
        end = self.at
        self._skip()
        if self.peek() != ":":
            self.stop_at_end(unclosed[-1].start)
            self.stop_at_odd_character()
            self.fail("missing_colon", "A colon is missing after a key")
        self.at += 1
        self._skip()
        return Member(key, start, end, self.value(unclosed))

    def _skip(self) -> None:
        """Moves over white space and comments."""
        found = _SKIP.match(self.text, self.at)
        self.at = found.end() if found else self.at
        if self.text.startswith("/*", self.at):
            self.fail("open_comment", "A comment begins with `/*` and never ends")

    def _string(self) -> str:
        """The string that begins here, decoded; stands behind its closing quote afterwards."""
        try:
            value, self.at = scanstring(self.text, self.at + 1, True)
        except JSONDecodeError:
            self.bad_string()
        return str(value)


def _number(text: str) -> int | float:
    """The number that a literal stands for: whole numbers exact, infinity beyond all sizes."""
    if text.lstrip("-").isdigit():
        try:
            return int(text)
        except ValueError:  # more digits than Python converts
            pass
    return float(text)
