"""The difference of two texts as a unified diff; what is the same around it costs little."""

import re
from typing import Final

_HUNK: Final = re.compile(r"@@ -(\d+)((?:,\d+)?) \+(\d+)((?:,\d+)? @@\n)")
_CONTEXT: Final = 3  # unchanged lines around a change in a diff


def diff(before: str | None, after: str | None, path: str) -> str:
    """A unified diff of two texts of one file, "" when they are the same; None is no file.

    It costs time in proportion to the texts as long as the change is in one place.
    """
    if before == after:
        return ""
    import difflib  # 4 ms, and only shown changes need it

    old, new = _lines(before), _lines(after)
    start = _same_lines(old, new)
    end = _same_lines(old[start:][::-1], new[start:][::-1])
    first, last = max(start - _CONTEXT, 0), max(end - _CONTEXT, 0)
    names = ("/dev/null" if before is None else path, "/dev/null" if after is None else path)
    shown = difflib.unified_diff(
        old[first : len(old) - last], new[first : len(new) - last], *names, n=_CONTEXT
    )
    return "".join(_moved(line, first) for line in shown)


def _lines(text: str | None) -> list[str]:
    r"""The lines of a text, each with `\n`; a last one without it says so as `diff` does."""
    lines = [line + "\n" for line in (text or "").split("\n")]
    last = lines.pop()
    return lines if last == "\n" else [*lines, last + "\\ No newline at end of file\n"]


def _same_lines(old: list[str], new: list[str]) -> int:
    """How many first lines are the same."""
    pairs = enumerate(zip(old, new, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(old), len(new)))


def _moved(line: str, by: int) -> str:
    """A line of a diff; the numbers in a hunk's head move by as many lines as were left out."""
    head = _HUNK.fullmatch(line)
    if head is None or not by:
        return line
    return f"@@ -{int(head[1]) + by}{head[2]} +{int(head[3]) + by}{head[4]}"
