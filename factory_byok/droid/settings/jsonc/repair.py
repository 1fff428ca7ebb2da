"""How a file that does not parse can be mended without guessing, as edits to its text."""

import re
from collections.abc import Iterator
from io import StringIO
from typing import Final

from factory_byok.core.droid_facts import TextEdit
from factory_byok.droid.settings import jsonc

REPAIRABLE: Final = frozenset({"bom", "hash_comment", "trailing_comma"})
MOST_EDITS: Final = 1_000  # more are one edit of the whole text, so that memory stays bounded
_SPACE: Final = r"[ \t\r\n]"
_STRING: Final = r'"(?:[^"\\\r\n]++|\\.)*+"?'
_COMMENT: Final = r"//[^\r\n]*+|/\*(?s:.*?)(?:\*/|\Z)"
_CLOSES: Final = rf"{_SPACE}*+(?:(?:{_COMMENT}|#[^\r\n]*+){_SPACE}*+)*+[}}\]]"
_TOKEN: Final = rf"{_STRING}|,(?!{_CLOSES})|[^ \t\r\n\"/#,][^\"/#,]*+"
# Everything up to the next `#` comment or comma before a closing bracket.
_STEP: Final = re.compile(
    rf"(?:{_TOKEN}|{_SPACE}++|{_COMMENT}|/)*+(?:(?P<hash>#)[^\r\n]*+|(?P<comma>,))?"
)
_PIECE: Final = re.compile(rf"(?P<token>{_TOKEN})|{_COMMENT}")


def repairs(text: str) -> tuple[TextEdit, ...]:
    """The edits after which the text parses, last place first; () when that would take a guess.

    They turn `#` comments into `//` comments and take away commas before a closing bracket and a
    byte order mark. Offsets count characters of `text`; costs one pass and one parse.
    """
    start = len(jsonc.BOM) if text.startswith(jsonc.BOM) else 0
    edits = [TextEdit(0, jsonc.BOM, "")] * (start > 0)
    written, done = StringIO(newline=""), start  # a list of pieces would take ten times the memory
    for at, old, new in _found(text, start):
        written.write(text[done:at])
        written.write(new)
        done = at + len(old)
        if len(edits) <= MOST_EDITS:
            edits.append(TextEdit(at, old, new))
    written.write(text[done:])
    repaired = written.getvalue()
    del written
    try:
        jsonc.load(repaired)
    except jsonc.Fault:
        return ()
    if len(edits) > MOST_EDITS:
        return (TextEdit(0, text, repaired),)
    return tuple(reversed(edits))


def _found(text: str, start: int) -> Iterator[tuple[int, str, str]]:
    """The `#` comments and the commas before closing brackets, in order: place, old and new."""
    at, previous = start, ""
    while found := _STEP.match(text, at):
        kind = found.lastgroup
        if kind is None:
            return
        place = found.start(kind)
        previous = _last_of(text[at:place]) or previous
        if kind == "hash":
            yield place, "#", "//"
        elif previous not in ("", ",", "{", "["):
            yield place, ",", ""
        if kind == "comma":
            previous = ","
        at = found.end()


def _last_of(text: str) -> str:
    """The last character of some tokens, comments and white space aside; "" when there is none."""
    if "/" not in text:
        return text.rstrip(" \t\r\n")[-1:]
    last = ""
    for found in _PIECE.finditer(text):
        last = (found["token"] or "").rstrip(" \t\r\n")[-1:] or last
    return last
