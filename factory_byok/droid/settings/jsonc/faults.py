"""What can be wrong with a text in droid's dialect of JSON: one clear sentence and the place."""

import re
from typing import Final, NoReturn

from factory_byok.droid.settings.jsonc import BOM, Fault, position

WORD: Final = re.compile(r'[^ \t\r\n{}\[\]":,/]++')
_NUMBER_LIKE: Final = re.compile(r"[-+.]?[0-9]")
_STRING_BODY: Final = re.compile(r'(?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+')


class Complaints:
    """Words for what a reader found: its text, and the place at which it stands."""

    def __init__(self, text: str) -> None:
        """Stands at the beginning."""
        self.text = text
        self.at = 0

    def peek(self) -> str:
        """The next character, "" at the end."""
        return self.text[self.at : self.at + 1]

    def fail(self, kind: str, message: str) -> NoReturn:
        """Raises the fault of this place."""
        raise Fault(self.text, kind, message, self.at)

    def bad_string(self) -> NoReturn:
        """Says what is wrong in the string that begins here."""
        opening = self.at
        found = _STRING_BODY.match(self.text, opening + 1)
        self.at = found.end() if found else opening
        odd = self.peek()
        if odd == "\\" and self.at + 1 < len(self.text):
            escape = self.text[self.at : self.at + 2]
            self.fail("bad_escape", f"`{_shown(escape)}` is no escape in a string")
        if odd in ("", "\\"):
            self.at = opening
            self.fail("truncated", "A string begins here and the file ends before it does")
        if odd in "\r\n":
            self.at = opening
            self.fail("open_string", "A string begins here and does not end on its line")
        self.fail(
            "control_character", f"A string holds the control character U+{ord(odd):04X} unescaped"
        )

    def stop_at_end(self, opening: int | None) -> None:
        """Raises the fault of a file that ends too early; nothing otherwise.

        `opening` is the offset of the innermost open bracket, None when there is none.
        """
        if self.at < len(self.text):
            return
        if opening is None:
            blank = self.text.strip(" \t\r\n") == ""
            what = "The file is empty" if blank else "The file holds comments and nothing else"
            self.fail("empty", what)
        line, _ = position(self.text, opening)
        bracket = self.text[opening]
        self.fail("truncated", f"The file ends before the `{bracket}` of line {line} is closed")

    def stop_at_odd_character(self) -> None:
        """Raises the fault of a character that no JSON has outside strings; nothing otherwise."""
        odd = self.peek()
        if odd == BOM and self.at == 0:
            self.fail("bom", "The file begins with a byte order mark")
        if odd == "#":
            self.fail("hash_comment", "A comment begins with `#`; droid knows only `//` and `/*`")
        if odd == "'":
            self.fail("single_quote", "Text in single quotes: JSON needs double quotes")
        if odd and (odd < " " or odd == "\x7f"):
            self.fail("control_character", f"Unexpected control character U+{ord(odd):04X}")
        if odd == "/":
            self.fail("syntax", "Unexpected `/`")

    def no_value(self, opening: int | None) -> NoReturn:
        """Says what stands where a value belongs."""
        self.stop_at_end(opening)
        self.stop_at_odd_character()
        odd = self.peek()
        if odd == ",":
            self.fail("extra_comma", "Unexpected comma: expected a value")
        if odd in "}]:":
            self.fail("syntax", f"Unexpected `{odd}`: expected a value")
        word = WORD.match(self.text, self.at)
        shown = _shown(word[0] if word else odd)
        if _NUMBER_LIKE.match(self.text, self.at):
            self.fail("bad_number", f"`{shown}` is no number in JSON")
        self.fail("bad_word", f"`{shown}` is no value in JSON")

    def no_comma(self, opening: int | None, closer: str) -> NoReturn:
        """Says what stands where a comma or the closing bracket belongs."""
        self.stop_at_end(opening)
        self.stop_at_odd_character()
        odd = self.peek()
        if odd in "}]":
            self.fail("wrong_bracket", f"Unexpected `{odd}`: expected `{closer}`")
        if odd in '"{[':
            self.fail("missing_comma", "A comma is missing before this")
        if self.text[self.at - 1] in "0123456789" and odd not in " \t":
            self.fail("bad_number", "This is not a number in JSON")
        self.fail("syntax", f"Unexpected `{_shown(odd)}`: expected a comma or `{closer}`")

    def no_key(self, opening: int | None) -> NoReturn:
        """Says what stands where a key belongs."""
        self.stop_at_end(opening)
        self.stop_at_odd_character()
        odd = self.peek()
        if odd == ",":
            self.fail("extra_comma", "Unexpected comma: expected a key")
        if odd in "]{[:":
            self.fail("syntax", f"Unexpected `{odd}`: expected a key")
        word = WORD.match(self.text, self.at)
        self.fail("unquoted_key", f"The key `{_shown(word[0] if word else odd)}` has no quotes")


def _shown(text: str) -> str:
    """A piece of a broken text, short and printable."""
    printable = "".join(each if each.isprintable() else "\ufffd" for each in text[:40])
    return printable.replace("`", "'")
