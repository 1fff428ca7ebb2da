"""The line of every key in a TOML text, which the standard library's reader does not tell.

It is used after that reader took the text, so it need not judge: it only finds its way.
"""

import re
import tomllib
from collections import Counter
from typing import Final

from factory_byok.workflows.apply.manifest.facts import Path
from factory_byok.workflows.apply.manifest.lines import Lines

_SPACE: Final = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_BLANK: Final = re.compile(r"[ \t]*")
_KEY: Final = re.compile(r'[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|\'[^\']*\'')
_TEXT: Final = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}(?!")|\'\'\'.*?\'{3,5}(?!\')|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'', re.S
)
_WORD: Final = re.compile(r"[^,\]}#\n]+")


def toml_lines(text: str) -> dict[Path, int]:
    """The line of each key, table and array item, by the path that leads to it."""
    return _Walk(text).lines


class _Walk:
    """One way through a text."""

    def __init__(self, text: str) -> None:
        """Walks at once."""
        self.text, self.at, self._line = text, 0, Lines(text)
        self.lines: dict[Path, int] = {(): 1}
        self.tables: Counter[Path] = Counter()  # how many tables an array of tables has so far
        table: Path = ()
        while self._skip():
            if self._peek() == "[":
                table = self._header()
            else:
                self._pair(table)

    def _peek(self) -> str:
        """The next character, "" at the end."""
        return self.text[self.at : self.at + 1]

    def _skip(self, pattern: re.Pattern[str] = _SPACE) -> bool:
        """Goes over what means nothing; False at the end of the text."""
        found = pattern.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.at < len(self.text)

    def _note(self, path: Path) -> None:
        """Remembers where a path is met first."""
        self.lines.setdefault(path, self._line.of(self.at))

    def _keys(self) -> list[str]:
        """A dotted key, decoded; stands behind it."""
        keys: list[str] = []
        while True:
            self._skip(_BLANK)
            found = _KEY.match(self.text, self.at)
            if found is None:  # not a text that the reader took
                self.at = len(self.text)
                return keys
            keys += list(tomllib.loads(f"{found[0]} = 0"))
            self.at = found.end()
            self._skip(_BLANK)
            if self._peek() != ".":
                return keys
            self.at += 1

    def _within(self, path: Path, keys: list[str]) -> Path:
        """The path of a dotted key, through the last table of each array of tables."""
        for key in keys:
            path = (*path, key)
            self._note(path)
            if self.tables[path]:
                path = (*path, self.tables[path] - 1)
        return path

    def _header(self) -> Path:
        """A line `[table]` or `[[table]]`; the path of the table."""
        begin, many = self.at, self.text.startswith("[[", self.at)
        self.at += 2 if many else 1
        keys = self._keys()
        behind, self.at = self.at, begin
        if many:
            array = (*self._within((), keys[:-1]), *keys[-1:])
            self._note(array)
            path: Path = (*array, self.tables[array])
            self.tables[array] += 1
        else:
            path = self._within((), keys)
        self._note(path)
        self.at = behind + (2 if many else 1)
        return path

    def _pair(self, table: Path) -> None:
        """A line `key = value`."""
        begin = self.at
        keys = self._keys()
        behind, self.at = self.at, begin
        path = self._within(table, keys)
        self.at = behind + 1
        self._skip(_BLANK)
        self._value(path)

    def _value(self, path: Path) -> None:
        """A value; what is inside arrays and inline tables is noted too."""
        opening = self._peek()
        if opening == "[":
            self._items(path)
        elif opening == "{":
            self._members(path)
        else:
            found = _TEXT.match(self.text, self.at) or _WORD.match(self.text, self.at)
            self.at = found.end() if found else len(self.text)

    def _items(self, path: Path) -> None:
        """An array."""
        self.at += 1
        index = 0
        while self._skip() and self._peek() != "]":
            if self._peek() == ",":
                self.at += 1
                continue
            self._note((*path, index))
            self._value((*path, index))
            index += 1
        self.at += 1

    def _members(self, path: Path) -> None:
        """An inline table."""
        self.at += 1
        while self._skip() and self._peek() != "}":
            if self._peek() == ",":
                self.at += 1
                continue
            self._pair(path)
        self.at += 1
