"""Colour and width of the terminal, decided once; plain text everywhere else."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from shutil import get_terminal_size
from textwrap import wrap
from typing import IO, Final, Literal

ColorWhen = Literal["auto", "always", "never"]

_CODES: Final = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "cyan": "36",
}
_WIDEST: Final = 100  # longer lines are hard to read
_UNBOUNDED: Final = 10_000  # a pipe gets whole sentences, so that grep finds them


@dataclass(frozen=True, slots=True)
class Style:
    """How one stream is written: with or without colour, in how many columns, with which signs."""

    color: bool
    width: int
    unicode: bool = True

    def paint(self, text: str, *names: str) -> str:
        """The text in the given colours (`bold`, `red`), or as it is."""
        if not self.color or not names or not text:
            return text
        return f"\x1b[{';'.join(_CODES[name] for name in names)}m{text}\x1b[0m"

    def sign(self, fancy: str, plain: str) -> str:
        """A sign, or its replacement where the terminal's encoding lacks it."""
        return fancy if self.unicode else plain

    def wrapped(self, text: str, indent: str = "", hanging: str | None = None) -> list[str]:
        """The text in lines of the width; `hanging` indents all but the first."""
        lines = wrap(
            text,
            max(self.width, 40),
            initial_indent=indent,
            subsequent_indent=indent if hanging is None else hanging,
            break_long_words=False,
            break_on_hyphens=False,
        )
        return lines or [indent.rstrip()]


def style_of(stream: IO[str], when: ColorWhen, env: Mapping[str, str] | None = None) -> Style:
    """The style of a stream: `--color` decides, else NO_COLOR, FORCE_COLOR, TERM and the terminal.

    See no-color.org and force-color.org.
    """
    env = os.environ if env is None else env
    terminal = stream.isatty()
    automatic = terminal and env.get("TERM") != "dumb"
    if env.get("FORCE_COLOR"):
        automatic = True
    if env.get("NO_COLOR"):
        automatic = False
    color = automatic if when == "auto" else when == "always"
    if terminal or env.get("COLUMNS"):
        width = min(get_terminal_size().columns, _WIDEST)
    else:
        width = _UNBOUNDED
    return Style(color, width, _speaks_unicode(stream))


def _speaks_unicode(stream: IO[str]) -> bool:
    """Whether the stream's encoding has the signs that byok uses."""
    try:
        "✓✗│█…".encode(getattr(stream, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def printable(text: str) -> str:
    """Text from outside without control characters, so that it cannot steer the terminal."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in text)


def set_up_streams() -> None:
    """Lets a stream of a narrow encoding replace what it lacks instead of failing.

    A stream that was closed before byok began (`<&-`) is none to Python: an empty one stands in.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            empty = Path(os.devnull).open(mode, encoding="utf-8")  # noqa: SIM115 - open to the end
            setattr(sys, name, empty)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
