"""Small pieces of wording that several screens share."""

from collections.abc import Iterable, Iterator
from functools import cache
from os import environ
from pathlib import Path

from factory_byok.screens.style import Style, printable


def quoted(command: Iterable[str]) -> str:
    """A command as it is typed into a shell."""
    from shlex import join

    return join(command)


def counted(count: int, noun: str) -> str:
    """A number with its noun: `1 error`, `2 errors`, `1 entry`, `3 entries`."""
    if count == 1:
        return f"1 {noun}"
    return f"{count:,} {noun[:-1]}ies" if noun.endswith("y") else f"{count:,} {noun}s"


@cache
def _home(_: str) -> str:
    """The home folder, looked up once for each HOME: a list asks for every entry."""
    return str(Path("~").expanduser())


def shorten_home(path: str, home: Path | None = None) -> str:
    """A path with the home folder as `~`."""
    start = str(home) if home else _home(environ.get("HOME", ""))
    return f"~{path[len(start) :]}" if path.startswith(start + "/") else path


def columns(rows: Iterable[tuple[str, str]], style: Style) -> Iterator[str]:
    """Two columns, a dim name and its text, wrapped under itself."""
    listed = list(rows)
    width = max((len(name) for name, _ in listed), default=0) + 2
    for name, text in listed:
        first, *rest = style.wrapped(printable(text), " " * (width + 2))
        yield f"  {style.paint(name.ljust(width), 'dim')}{first.strip()}"
        yield from rest
