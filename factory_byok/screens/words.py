"""Small pieces of wording that several screens share."""

from collections.abc import Iterable


def quoted(command: Iterable[str]) -> str:
    """A command as it is typed into a shell."""
    from shlex import join

    return join(command)


def counted(count: int, noun: str) -> str:
    """A number with its noun: `1 error`, `2 errors`, `1 entry`, `3 entries`."""
    if count == 1:
        return f"1 {noun}"
    return f"{count:,} {noun[:-1]}ies" if noun.endswith("y") else f"{count:,} {noun}s"
