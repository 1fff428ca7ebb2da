"""Help pages: what a verb does, and its words beside their help, or above it when narrow."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from factory_byok.screens.style import Style

Section = tuple[str, Sequence[tuple[str, str]]]  # a title, and names with their help

SIDE_BY_SIDE: Final = 64  # columns from which names and help stand in one line
LONGEST_NAME: Final = 30

# typer's marks for types and ranges, and how byok shows them
_MARKS: Final = (
    (r"<(?:list\[)?(?:str|path)\]?>", "TEXT"),
    (r"<(?:int|float)(?: range)?>", "N"),
    (r"\{([^}]+?)\.*\}", r"\1"),
)
_RANGES: Final = (
    (r"([\d.]+)<=x<=\d{6,}", r"at least \1"),  # a slip of the finger is nobody's to read about
    (r"([\d.]+)<=x<=([\d.]+)", r"\1 to \2"),
    (r"x>=([\d.]+)", r"at least \1"),
)


def help_lines(usage: str, text: str, sections: Iterable[Section], style: Style) -> Iterator[str]:
    """The whole page."""
    yield from style.wrapped(_usage(usage), "", "  ")
    for paragraph in text.strip().split("\n\n"):
        yield ""
        yield from style.wrapped(paragraph)
    for title, rows in sections:
        yield ""
        yield style.paint(title, "bold")
        yield from _rows(rows, style)


def _rows(rows: Sequence[tuple[str, str]], style: Style) -> Iterator[str]:
    """Names with their help."""
    told = [(_marked(name), _ranged(text)) for name, text in rows]
    if style.width >= SIDE_BY_SIDE and max(len(name) for name, _ in told) <= LONGEST_NAME:
        yield from style.table(("", ""), [((n, "cyan"), text) for n, text in told], 2, whole=(0,))
        return
    for name, text in told:
        yield f"  {style.paint(name, 'cyan')}"
        yield from style.wrapped(text, "      ")


def _usage(usage: str) -> str:
    """The usage line with its words in capitals."""
    before, options, words = _marked(usage).partition("[OPTIONS]")
    return f"{before}{options}{words.upper()}"


def _marked(text: str) -> str:
    """A usage or a name without marks of a library."""
    for pattern, shown in _MARKS:
        text = re.sub(pattern, shown, text)
    name, _, kind = text.partition(" ")  # an argument's kind is told by its help
    return text if text.startswith("-") or not kind.startswith(("TEXT", "<")) else name.upper()


def _ranged(text: str) -> str:
    """Help with ranges in words."""
    text, _, limits = text.partition("  [")
    for pattern, shown in _RANGES:
        limits = re.sub(pattern, shown, limits)
    return f"{text} [{limits.replace('; ', ', ')}" if limits else text
