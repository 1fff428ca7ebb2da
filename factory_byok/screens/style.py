"""How one stream is written: by rich on a terminal, as plain whole sentences elsewhere."""

import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
_SPACE: Final = "\ue000"  # a space that does not break: Unicode's own does, for rich


def _kept(code: str, room: int) -> str:
    """A span of code that no line is broken in, when it fits one."""
    return code.replace(" ", _SPACE) if len(code) < room else code


def _text(cell: Cell) -> str:
    """A cell without its style."""
    return cell if isinstance(cell, str) else cell[0]


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

        What stands in backticks is a command to copy: it stays on one line where that has room.
        """
        text, rest = printable(" ".join(text.split())), indent if hanging is None else hanging
        if self.width >= UNBOUNDED or not text:
            return [f"{indent}{text}".rstrip()]
        from rich.console import Console
        from rich.text import Text

        text = mask_line(text)  # here, since a secret in two lines is found by nobody
        room = max(self.width - max(len(indent), len(rest)), _NARROWEST)
        kept = _CODE.sub(lambda found: _kept(found[0], room), text)
        lines = Text(kept).wrap(Console(width=room), room, overflow="fold")
        return [
            f"{rest if number else indent}{line.plain}".replace(_SPACE, " ").rstrip()
            for number, line in enumerate(lines)
        ]

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
        """Columns under dim heads ("" for all: none is shown); all but the `whole` ones fold."""
        rows = [[self._cell(each) for each in row] for row in rows]
        if self.width >= UNBOUNDED:
            return self._plain_table(heads, rows, indent)
        if not self.wide and len(heads) > 2:
            return self.stacked(heads, rows, " " * indent)
        from rich.padding import Padding
        from rich.table import Column, Table
        from rich.text import Text

        columns = [
            Column(head, no_wrap=place in whole, overflow="fold")
            for place, head in enumerate(heads)
        ]
        table = Table(
            *columns, box=None, show_header=any(heads), header_style="dim", pad_edge=False,
            padding=(0, 2, 0, 0),
        )  # fmt: skip
        for row in rows:
            table.add_row(*(Text(*((each,) if isinstance(each, str) else each)) for each in row))
        return self.drawn(Padding(table, (0, 0, 0, indent)))

    def _cell(self, cell: Cell) -> Cell:
        """A cell as it may be shown; a secret goes before it is folded, a pipe's at the exit."""
        text = printable(_text(cell))
        text = text if self.width >= UNBOUNDED else mask_line(text)
        return text if isinstance(cell, str) else (text, cell[1])

    def _plain_table(
        self, heads: Sequence[str], rows: Sequence[Sequence[Cell]], indent: int
    ) -> list[str]:
        """Columns of whole cells."""
        texts = [list(map(_text, row)) for row in rows]
        texts = [[head.upper() for head in heads], *texts] if any(heads) else texts
        widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
        lines = [
            GAP.join(text.ljust(width) for text, width in zip(row, widths, strict=True))
            for row in texts
        ]
        return [f"{' ' * indent}{line}".rstrip() for line in lines]

    def stacked(
        self, heads: Sequence[str], rows: Sequence[Sequence[Cell]], indent: str = ""
    ) -> list[str]:
        """Where a table has no room: the first cell, and under it the others with their heads."""
        lines: list[str] = []
        if not heads[0]:  # a number or a sign stands before the name
            rows = [((f"{_text(row[0])} {_text(row[1])}", "bold"), *row[2:]) for row in rows]
            heads = heads[1:]
        for first, *others in rows:
            text, *names = (first,) if isinstance(first, str) else first
            lines += [self.paint(line, *names) for line in self.wrapped(text, indent, indent)]
            told = [
                f"{head if head[:2].isupper() else lower_first(head)} {cell}".strip()
                for head, each in zip(heads[1:], others, strict=True)
                if (cell := _text(each).strip())
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
