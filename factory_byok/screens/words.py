"""Small pieces of wording that several screens share."""

from collections.abc import Iterable, Iterator

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


def columns(rows: Iterable[tuple[str, str]], style: Style) -> Iterator[str]:
    """Two columns, a dim name and its text, wrapped under itself."""
    listed = list(rows)
    width = max((len(name) for name, _ in listed), default=0) + 2
    for name, text in listed:
        first, *rest = style.wrapped(printable(text), " " * (width + 2))
        yield f"  {style.paint(name.ljust(width), 'dim')}{first.strip()}"
        yield from rest
