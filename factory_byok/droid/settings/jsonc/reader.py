"""Reads a text in droid's dialect of JSON token by token: for values or faults that Python has not.

It does not recurse, and costs time in proportion to the text.
"""

import re
from json.decoder import JSONDecodeError, scanstring  # type: ignore[attr-defined]
from typing import Final

from factory_byok.core.droid_facts import Json
from factory_byok.droid.settings.jsonc.faults import WORD, Complaints

# Measured with droid 0.225.2: 13,000 objects or 20,000 lists in one another are read; with 15,000
# objects or 30,000 lists its stack overflows and the file is ignored.
DEEPEST: Final = 14_000
TRIVIA: Final = r"(?:[ \t\r\n]++|//[^\r\n]*+|/\*(?s:.*?)\*/)*+"  # what stands between two tokens
_SKIP: Final = re.compile(TRIVIA)
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?")
_WORDS: Final[dict[str, Json]] = {"true": True, "false": False, "null": None}


def read(text: str) -> Json:
    """The values of a file's text. Raises Fault as `load` does."""
    reader = _Reader(text)
    start, root = reader.at, reader.value(None)
    opened = [(start, root)] if isinstance(root, dict | list) else []
    while opened:
        opening, parent = opened[-1]
        if reader.closes(opening, "}" if isinstance(parent, dict) else "]", first=not parent):
            opened.pop()
            continue
        key = reader.key(opening) if isinstance(parent, dict) else ""
        start, value = reader.at, reader.value(opening)
        if isinstance(parent, dict):
            parent[key] = value
        else:
            parent.append(value)
        if isinstance(value, dict | list):
            opened.append((start, value))
            reader.check_depth(len(opened))
    reader.finish()
    return root


class _Reader(Complaints):
    """Reads tokens from one text; the grammar's stack is kept by `read`.

    `opening` is the offset of the innermost open bracket.
    """

    def __init__(self, text: str) -> None:
        """Stands before the first token."""
        super().__init__(text)
        self._skip()

    def closes(self, opening: int, closer: str, *, first: bool) -> bool:
        """Takes the bracket that closes a container, or else the comma before its next child."""
        if self.peek() == closer:
            self.at += 1
            self._skip()
            return True
        if first:
            return False
        comma = self.at
        if self.peek() != ",":
            self.no_comma(opening, closer)
        self.at += 1
        self._skip()
        if self.peek() == closer:
            self.at = comma
            self.fail("trailing_comma", f"Trailing comma before the closing `{closer}`")
        return False

    def value(self, opening: int | None) -> Json:
        """The next value; of a container only the opening bracket."""
        value: Json
        character = self.peek()
        if character == '"':
            value = self._string()
        elif character in ("{", "["):
            self.at += 1
            value = {} if character == "{" else []
        elif found := _NUMBER.match(self.text, self.at):
            self.at = found.end()
            value = _number(found[0])
        else:
            word = WORD.match(self.text, self.at)
            if word is None or word[0] not in _WORDS:
                self.no_value(opening)
            self.at = word.end()
            value = _WORDS[word[0]]
        self._skip()
        return value

    def key(self, opening: int) -> str:
        """The next key, with its colon."""
        if self.peek() != '"':
            self.no_key(opening)
        key = self._string()
        self._skip()
        if self.peek() != ":":
            self.stop_at_end(opening)
            self.stop_at_odd_character()
            self.fail("missing_colon", "A colon is missing after a key")
        self.at += 1
        self._skip()
        return key

    def check_depth(self, depth: int) -> None:
        """Makes sure that droid's own reader would not run out of stack here."""
        if depth > DEEPEST:
            self.fail("too_deep", f"More than {DEEPEST:,} brackets are open here at once")

    def finish(self) -> None:
        """Makes sure that nothing follows the whole value."""
        if self.at < len(self.text):
            self.stop_at_odd_character()
            self.fail("extra_content", "There is more text after the end of the value")

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
