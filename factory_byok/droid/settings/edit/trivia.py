"""What stands around a value in a text: white space, line ends, comments, commas."""

import re
from typing import Final

LINE_END: Final = re.compile(r"\r\n|\r|\n")
_TRIVIA: Final = re.compile(r"[ \t\r\n]+|//[^\r\n]*|/\*(?s:.*?)\*/")
_SPACES: Final = re.compile(r"[ \t]*")
_BLANK: Final = re.compile(r"[ \t\r\n]*")


def indent_of(text: str, at: int) -> str:
    """The white space at the beginning of the line on which `at` stands."""
    start = text.rfind("\n", 0, at) + 1
    start = text.rfind("\r", start, at) + 1 or start
    found = _SPACES.match(text, start, at)
    return found[0] if found else ""


def behind_blank(text: str, at: int) -> int:
    """The offset behind the white space that begins at `at`."""
    found = _BLANK.match(text, at)
    return found.end() if found else at


def last_token(text: str, at: int, end: int) -> tuple[int, bool]:
    """The end of the last comment between `at` and `end`, else `at`; whether it is a `//` one."""
    token, in_line = at, False
    while at < end and (found := _TRIVIA.match(text, at, end)):
        at = found.end()
        if found[0][0] == "/":
            token, in_line = at, found[0][1] == "/"
    return token, in_line


def behind_comma(text: str, at: int) -> int:
    """The offset behind the comma that follows `at`."""
    while found := _TRIVIA.match(text, at):
        at = found.end()
    return at + 1


def behind_line_comments(text: str, start: int) -> int:
    """The end of the comments behind `start` when nothing else follows them on their line."""
    token = at = start
    while found := _TRIVIA.match(text, at):
        if found[0][0] == "/":
            token = found.end()
        elif LINE_END.search(found[0]):
            return token
        at = found.end()
    return token if text[at : at + 1] in ("]", "}", "") else start
