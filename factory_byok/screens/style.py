"""How one stream is written: by rich on a terminal, as plain whole sentences elsewhere."""

import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from shutil import get_terminal_size
from typing import IO, Any, Final, Literal, NamedTuple

from factory_byok.core.masking import mask_line
from factory_byok.core.words import lower_first

ColorWhen = Literal["auto", "always", "never"]
Cell = str | tuple[str, str]  # a text, or a text with the names of its style

_WIDEST: Final = 120  # longer lines are hard to read
_NARROWEST: Final = 24
_SIDE_BY_SIDE: Final = 60  # columns from which a name and its text stand in one line
UNBOUNDED: Final = 10_000  # a pipe gets whole sentences, so that grep finds them
PAGE: Final = 80  # columns of a page of text
GAP: Final = "  "  # between two columns
CONTINUED: Final = " \\"  # a shell's mark of a line that goes on
_CODE: Final = re.compile(r"`[^`]+`")
_SPACE: Final = "\ue000"  # a space that does not break
_READABLE: Final = 12  # columns: a narrower one makes a ladder of words


def _kept(code: str, room: int) -> str:
    """A span of code that no line is broken in, when it fits one."""
    return code.replace(" ", _SPACE) if len(code) < room else code


def _folded(text: str, room: int) -> list[str]:
    """Lines of so many columns; a command in backticks stays whole where it fits, a word always."""
    if _columns(text) <= room:
        return [text]
    lines, taken = [""], 0
    for word in _CODE.sub(lambda found: _kept(found[0], room), text).split():
        size = _columns(word)
        if taken and taken + 1 + size > room:
            lines, taken = [*lines, word], size
        else:
            lines[-1] = f"{lines[-1]} {word}" if taken else word
            taken += size + bool(taken)
    return [line.replace(_SPACE, " ") for line in lines]


def _columns(text: str) -> int:
    """How many columns a text takes; rich knows it for letters that take two or none."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def _natural(rows: Sequence[Sequence[tuple[str, str]]]) -> list[int]:
    """How wide each column of these rows is without any wrapping."""
    return [max(_columns(text) for text, _ in column) for column in zip(*rows, strict=True)]


class Style(NamedTuple):
    """How one stream is written: with or without colour, in how many columns, with which signs.

    rich is imported only for colour and for a width: a pipe needs neither.
    """

    color: bool
    width: int
    unicode: bool = True

    def paint(self, text: str, *names: str) -> str:
        """The text in the given style (`bold`, `red`), or as it is."""
        if not self.color or not names or not text:
            return text
        from rich.color import ColorSystem
        from rich.style import Style as Drawn

        return Drawn.parse(" ".join(names)).render(text, color_system=ColorSystem.STANDARD)

    def sign(self, fancy: str, plain: str) -> str:
        """A sign, or its replacement where the terminal's encoding lacks it."""
        return fancy if self.unicode else plain

    def wrapped(self, text: str, indent: str = "", hanging: str | None = None) -> list[str]:
        """The text in lines of the width; `hanging` indents all but the first.

        What stands in backticks is a command to copy: it stays on one line where that has room. No
        word is cut: a long one moves to the left; beyond the width it is the terminal's to fold.
        """
        text, rest = printable(" ".join(text.split())), indent if hanging is None else hanging
        if self.width >= UNBOUNDED or not text:
            return [f"{indent}{text}".rstrip()]
        text = mask_line(text)  # here, since a secret in two lines is found by nobody
        room = max(self.width - max(len(indent), len(rest)), _NARROWEST)
        return [
            f"{(rest if number else indent)[: max(self.width - len(line), 0)]}{line}"
            for number, line in enumerate(_folded(text, room))
        ]

    def marked(
        self, text: str, mark: str, names: Sequence[str], indent: str = "", hanging: str = ""
    ) -> list[str]:
        """The text in lines, with its first `mark` in a style."""
        first, *rest = self.wrapped(text, indent, hanging)
        return [first.replace(mark, self.paint(mark, *names), 1), *rest]

    @property
    def wide(self) -> bool:
        """Whether a name and its text have room in one line."""
        return self.width >= _SIDE_BY_SIDE

    def labelled(self, label: str, text: str, indent: str) -> list[str]:
        """A text behind a label, which stands in the indent of the other lines if it has room."""
        if not self.wide:
            return self.wrapped(f"{label.lstrip()} {text}", label[: -len(label.lstrip())], indent)
        first, *rest = self.wrapped(text, indent) or [""]
        return [f"{label.ljust(len(indent))}{first.lstrip()}", *rest]

    def fitted(self, lines: Iterable[str]) -> Iterator[str]:
        """Lines as they are; one that is wider than the screen goes on under itself."""
        for line in lines:
            if self.width >= UNBOUNDED or len(line) <= self.width:
                yield line
                continue
            from rich.console import Console
            from rich.text import Text

            text = Text.from_ansi(mask_line(line))
            if text.cell_len <= self.width or " " not in text.plain.strip().rstrip(CONTINUED):
                yield line
                continue
            indent = " " * (len(text.plain) - len(text.plain.lstrip()))
            room = max(self.width - len(indent) - 2, _NARROWEST)
            first, *rest = text[len(indent) :].wrap(Console(width=room), room, overflow="fold")
            yield f"{indent}{self.drawn(first)[0]}"
            yield from (f"{indent}  {self.drawn(each)[0]}" for each in rest)

    def command(self, words: Sequence[str], indent: str = "  ") -> list[str]:
        """A command to copy, `$ byok …`, whole; a long one goes on after a backslash."""
        from shlex import quote

        rows: list[list[str]] = [[]]
        room = self.width - len(indent) - len("    " + CONTINUED)
        for word in map(quote, map(printable, words)):
            if rows[-1] and len(" ".join([*rows[-1], word])) > room:
                rows.append([])
            rows[-1].append(word)
        heads = [f"{indent}$ ", *[f"{indent}    "] * (len(rows) - 1)]
        ends = [*[CONTINUED] * (len(rows) - 1), ""]
        return [
            f"{head}{self.paint(' '.join(row), 'bold')}{end}"
            for head, row, end in zip(heads, rows, ends, strict=True)
        ]

    def columns(self, rows: Sequence[tuple[str, str]]) -> list[str]:
        """A dim name and its text in two columns, the text wrapped under itself."""
        if not self.wide:
            return [
                line.replace(f"{name}:", self.paint(f"{name}:", "dim"), not number)
                for name, text in rows
                for number, line in enumerate(self.wrapped(f"{name}: {text}", "  ", "    "))
            ]
        named = [((name, "dim"), text) for name, text in rows]
        return self.table(("", ""), named, indent=2, whole=(0,))

    def table(
        self,
        heads: Sequence[str],
        rows: Sequence[Sequence[Cell]],
        indent: int = 0,
        whole: Sequence[int] = (),
    ) -> list[str]:
        """Columns under dim heads ("" for all: none is shown); all but the `whole` ones wrap.

        Where three columns or more would cut a word, each row's cells stand under its first one.
        """
        told = [[self._cell(each) for each in row] for row in rows]
        pipe = self.width >= UNBOUNDED
        shown = [(head.upper() if pipe else head, "dim") for head in heads]
        full = [shown, *told] if any(heads) else told
        if not full:
            return []
        widths = self._widths(full, indent, whole)
        if len(heads) > 2 and not pipe and not (self.wide and widths):
            return self._stacked(heads, told, " " * indent)
        return list(self._rows(full, widths or _natural(full), " " * indent))

    def _cell(self, cell: Cell) -> tuple[str, str]:
        """A cell as it may be shown; a secret goes before it is folded, a pipe's at the exit."""
        text, names = (cell, "") if isinstance(cell, str) else cell
        text = printable(text)
        return text if self.width >= UNBOUNDED else mask_line(text), names

    def _widths(
        self, rows: Sequence[Sequence[tuple[str, str]]], indent: int, whole: Sequence[int]
    ) -> list[int]:
        """The columns' widths, the widest made narrower; [] where words would not fit."""
        widths = _natural(rows)
        room = self.width - indent - len(GAP) * (len(widths) - 1)
        least = [
            width
            if place in whole
            else max([min(width, _READABLE), *(len(w) for text, _ in column for w in text.split())])
            for place, (width, column) in enumerate(
                zip(widths, zip(*rows, strict=True), strict=True)
            )
        ]
        while sum(widths) > room:
            wide = [place for place, width in enumerate(widths) if width > least[place]]
            if not wide:
                return []
            widths[max(wide, key=widths.__getitem__)] -= 1
        return widths

    def _rows(
        self, rows: Sequence[Sequence[tuple[str, str]]], widths: Sequence[int], indent: str
    ) -> Iterator[str]:
        """The lines of rows, each cell wrapped in its column; the last one takes the rest."""
        last = self.width - len(indent) - sum(widths[:-1]) - len(GAP) * (len(widths) - 1)
        rooms = (*widths[:-1], last if last >= widths[-1] else max(last, _NARROWEST))
        for row in rows:
            cells = [
                [text] if self.width >= UNBOUNDED else _folded(text, room)
                for (text, _), room in zip(row, rooms, strict=True)
            ]
            for parts in zip_longest(*cells, fillvalue=""):
                padded = [
                    self.paint(part, *names.split()) + " " * (width - _columns(part))
                    for part, (_, names), width in zip(parts, row, widths, strict=True)
                ]
                yield f"{indent}{GAP.join(padded)}".rstrip()

    def _stacked(
        self, heads: Sequence[str], rows: Sequence[Sequence[tuple[str, str]]], indent: str
    ) -> list[str]:
        """The first cell of each row, and under it the others with their heads."""
        lines: list[str] = []
        if not heads[0]:  # a number or a sign stands before the name
            rows = [((f"{row[0][0]} {row[1][0]}", "bold"), *row[2:]) for row in rows]
            heads = heads[1:]
        for (text, names), *others in rows:
            lines += [
                self.paint(line, *names.split()) for line in self.wrapped(text, indent, indent)
            ]
            told = [
                f"{head if head[:2].isupper() else lower_first(head)} {cell}".strip()
                for head, (cell, _) in zip(heads[1:], others, strict=True)
                if cell.strip()
            ]
            lines += self.wrapped(", ".join(told), f"{indent}  ")
        return lines

    def drawn(self, thing: Any) -> list[str]:
        """What rich makes of a renderable, in lines."""
        from io import StringIO

        from rich.console import Console

        console = Console(
            file=StringIO(), width=self.width, force_terminal=self.color, no_color=not self.color,
            color_system="standard" if self.color else None, legacy_windows=False,
        )  # fmt: skip
        with console.capture() as captured:
            console.print(thing, soft_wrap=False)
        return [line.rstrip() for line in captured.get().splitlines()]


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
        width = UNBOUNDED
    return Style(color, width, _speaks_unicode(stream))


def page_style(stream: IO[str]) -> Style:
    """The style of a help page: as wide as the terminal, and as a page elsewhere."""
    style = style_of(stream, "auto")
    width = min(style.width, PAGE) if style.width < UNBOUNDED else PAGE
    return Style(style.color, width, style.unicode)


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
