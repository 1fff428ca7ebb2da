"""droid's dialect of JSON read at C speed: the values of a text, or the Fault that it has.

droid 0.225.2 reads its files with the npm package jsonc-parser and ignores a whole file in which
that reports any error: comments are allowed, every other departure from JSON is a Fault.
`reader` finds the faults, `outline` the places of single values.
"""

import json
import re
from collections.abc import Callable
from typing import Final, NoReturn

from factory_byok.core.droid_facts import Json

BOM: Final = "\ufeff"
# As text, since most files have no comment: `re` compiles it at its first use.
_KEPT: Final = r'(?P<kept>(?:[^"/]++|"(?:[^"\\\r\n]++|\\.)*+")*+)'
_COMMENTS: Final = r"(?P<comments>(?:(?://[^\r\n]*+|/\*(?s:.*?)\*/)[ \t\r\n]*+)++)"
_NO_COMMENT: Final = r'/\*(?s:.*+)|["/]|\Z'  # one that never ends, or a fault


class Fault(Exception):
    """What makes droid ignore a whole file, and where; `line` and `column` count from 1.

    `kind` is the machine's word: `hash_comment`, `trailing_comma`, `bom`, `truncated`, `empty`,
    `control_character`, `bad_escape`, `single_quote`, `open_comment`, `open_string`,
    `unquoted_key`, `bad_word`, `bad_number`, `missing_comma`, `missing_colon`, `extra_comma`,
    `wrong_bracket`, `extra_content`, `too_deep` or `syntax`. `message` is one
    sentence without final period.
    """

    def __init__(self, text: str, kind: str, message: str, offset: int) -> None:
        """Finds line and column of `offset` in `text`; the text itself is not kept."""
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.offset = offset
        self.line, self.column = position(text, offset)


def position(text: str, offset: int) -> tuple[int, int]:
    r"""Line and column of an offset, from 1; `\n`, `\r\n` and a lone `\r` end a line."""
    end = offset - (text[offset - 1 : offset + 1] == "\r\n")  # between the two, neither has ended
    ends = text.count("\n", 0, end) + text.count("\r", 0, end) - text.count("\r\n", 0, end)
    return ends + 1, offset - max(text.rfind("\n", 0, end), text.rfind("\r", 0, end))


def load(text: str) -> Json:
    """The values of a file's text. Raises Fault where droid would ignore the file.

    Text is decoded UTF-8; a whole number of more digits than Python reads becomes infinity, as in
    droid. Of duplicate keys the last counts. Costs time in proportion to the text.
    """
    value = _strict(text)
    if value is not None or text.strip(" \t\r\n") == "null":
        return value
    from factory_byok.droid.settings.jsonc.reader import read

    return read(text)


def repeats(text: str) -> bool:
    """Whether the outermost object of a text that parses has a key twice."""
    again = False

    def told(pairs: list[tuple[str, Json]]) -> Json:
        nonlocal again
        again = len(pairs) > len({key for key, _ in pairs})  # the outermost object comes last
        return True

    return not _strict(text, told) or again  # who cannot tell says yes


def _strict(text: str, hook: Callable[[list[tuple[str, Json]]], Json] | None = None) -> Json:
    """The values by the standard library's fast reader, comments aside; None when it cannot."""
    try:
        return _json(text, hook)
    except (ValueError, RecursionError):
        pass
    if "/" not in text:
        return None
    try:
        return _json(re.sub(f"{_KEPT}(?:{_COMMENTS}|{_NO_COMMENT})", _blank, text), hook)
    except (ValueError, RecursionError):
        return None


def _json(text: str, hook: Callable[[list[tuple[str, Json]]], Json] | None) -> Json:
    """Strict JSON. Raises ValueError or RecursionError."""
    value: Json = json.loads(text, parse_constant=_no_constant, object_pairs_hook=hook)
    return value


def _no_constant(name: str) -> NoReturn:
    """Refuses NaN and Infinity, which Python reads and droid does not."""
    raise ValueError(name)


def _blank(found: re.Match[str]) -> str:
    """Text as it is, the comments behind it as one space (the values do not depend on places)."""
    return f"{found['kept']} " if found["comments"] else found[0]
