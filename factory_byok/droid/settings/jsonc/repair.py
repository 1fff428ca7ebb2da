"""How a file that does not parse can be mended without guessing, as edits to its text."""

import re
from collections.abc import Iterator
from typing import Final

from factory_byok.core.droid_facts import TextEdit
from factory_byok.droid.settings import jsonc

# A string, a comment of either kind, a `#` comment, then anything that separates.
_TOKEN: Final = re.compile(
    r'"(?:[^"\\\r\n]++|\\.)*+"?|//[^\r\n]*+|/\*(?s:.*?)\*/|#[^\r\n]*+|[^\s"/#]|/'
)


def repairs(text: str) -> tuple[TextEdit, ...]:
    """The edits after which the text parses, last place first; () when that would take a guess.

    They turn `#` comments into `//` comments and take away commas before a closing bracket and a
    byte order mark. Offsets count characters of `text`; costs one pass and one parse.
    """
    edits = [TextEdit(0, jsonc.BOM, "")] if text.startswith(jsonc.BOM) else []
    edits += _found(text, len(edits))
    try:
        jsonc.load(_applied(text, edits))
    except jsonc.Fault:
        return ()
    return tuple(reversed(edits))


def _found(text: str, start: int) -> Iterator[TextEdit]:
    """The `#` comments and the commas before closing brackets, in order."""
    waiting: list[TextEdit] = []  # a comma after a value, then the comments behind it
    previous = ""
    for token in _TOKEN.finditer(text, start):
        first = token[0][0]
        if first == "#":
            waiting.append(TextEdit(token.start(), "#", "//"))
        elif not token[0].startswith(("//", "/*")):
            comma = [edit for edit in waiting[:1] if edit.expected == ","]
            yield from waiting if first in "}]" else waiting[len(comma) :]
            follows = first == "," and previous not in ("", ",", "{", "[")
            waiting = [TextEdit(token.start(), ",", "")] if follows else []
            previous = first
    yield from (edit for edit in waiting if edit.expected == "#")


def _applied(text: str, edits: list[TextEdit]) -> str:
    """The text with the edits made."""
    pieces, at = [], 0
    for edit in edits:
        pieces += [text[at : edit.offset], edit.value]
        at = edit.offset + len(edit.expected)
    return "".join([*pieces, text[at:]])
