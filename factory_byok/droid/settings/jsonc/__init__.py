"""droid's dialect of JSON read at C speed: the values of a text, or the Fault that it has.

droid 0.225.2 reads its files with the npm package jsonc-parser and ignores a whole file in which
that reports any error: comments are allowed, every other departure from JSON is a Fault.
`jsonc_tree` tells the place of each value and finds faults, `jsonc_outline` the places of a few.
"""

import json
import re
from typing import Final, NoReturn

from factory_byok.core.droid_facts import Json

BOM: Final = "\ufeff"
# As texts, since most files have no comment and no fault: `re` compiles them at their first use.
_LINE_END: Final = r"\r\n|\r|\n"
_STRING_OR_COMMENT: Final = r'"(?:[^"\\\r\n]++|\\.)*+"|//[^\r\n]*+|/\*(?s:.*?)\*/'


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
    line, start = 1, 0
    for found in re.compile(_LINE_END).finditer(text, 0, offset):
        if found[0] == "\r" and found.end() == offset and text[offset : offset + 1] == "\n":
            continue  # the offset stands between the two characters of one line end
        line, start = line + 1, found.end()
    return line, offset - start + 1


def load(text: str) -> Json:
    """The values of a file's text. Raises Fault where droid would ignore the file.

    Text is decoded UTF-8; a whole number of more digits than Python reads becomes infinity, as in
    droid. Of duplicate keys the last counts. Costs time in proportion to the text.
    """
    try:
        return _strict(text)
    except (ValueError, RecursionError):
        pass
    if "/" in text:
        try:
            return _strict(re.sub(_STRING_OR_COMMENT, _blank, text))
        except (ValueError, RecursionError):
            pass
    from factory_byok.droid.settings.jsonc.tree import parse, value_of

    return value_of(parse(text))


def _strict(text: str) -> Json:
    """Strict JSON by the standard library's fast reader. Raises ValueError or RecursionError."""
    value: Json = json.loads(text, parse_constant=_no_constant)
    return value


def _no_constant(name: str) -> NoReturn:
    """Refuses NaN and Infinity, which Python reads and droid does not."""
    raise ValueError(name)


def _blank(found: re.Match[str]) -> str:
    """A string as it is, a comment as one space (the values do not depend on places)."""
    return found[0] if found[0][0] == '"' else " "
