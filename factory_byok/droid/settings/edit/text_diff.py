"""The difference of two texts as a unified diff, in time that grows with the texts."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Final, TypeAlias

_CONTEXT: Final = 3  # unchanged lines around a change in a diff
_MOST: Final = 2_000  # lines in which changes are looked for in detail: that costs their square

Block: TypeAlias = tuple[str, int, int, int, int]  # tag, from and to in the old, in the new


def diff(before: str | None, after: str | None, path: str) -> str:
    """A unified diff of two texts of one file, "" when they are the same; None is no file."""
    if before == after:
        return ""
    old, new = _lines(before), _lines(after)
    shown = [
        f"--- {'/dev/null' if before is None else path}\n",
        f"+++ {'/dev/null' if after is None else path}\n",
    ]
    for group in _Changes(old, new).get_grouped_opcodes(_CONTEXT):
        shown += _hunk(group, old, new)
    return "".join(shown)


class _Changes(SequenceMatcher[str]):
    """The standard library's grouping, of blocks that cost time in proportion to the texts."""

    def __init__(self, old: Sequence[str], new: Sequence[str]) -> None:
        """Gives the library no lines, which it would index all."""
        super().__init__()
        self._old, self._new = old, new

    def get_opcodes(self) -> list[Block]:  # type: ignore[override]
        """What is the same and what differs, over both texts."""
        old, new = self._old, self._new
        start = _same_lines(old, new)
        end = _same_lines(old[start:][::-1], new[start:][::-1])
        middle = (start, len(old) - end, start, len(new) - end)
        blocks: list[Block] = [("equal", 0, start, 0, start)]
        if max(middle[1], middle[3]) - start <= _MOST:
            blocks += _in_detail(old, new, *middle)
        elif len(old) == len(new):
            blocks += _line_by_line(old, new, *middle[:2])
        else:
            blocks.append(("replace", *middle))
        blocks.append(("equal", middle[1], len(old), middle[3], len(new)))
        return [block for block in blocks if block[2] > block[1] or block[4] > block[3]]


def _line_by_line(old: Sequence[str], new: Sequence[str], start: int, end: int) -> Iterator[Block]:
    """The blocks of two texts whose lines stand side by side: values changed, none came or went."""
    at = start
    while at < end:
        same, begin = old[at] == new[at], at
        while at < end and (old[at] == new[at]) == same:
            at += 1
        yield "equal" if same else "replace", begin, at, begin, at


def _in_detail(
    old: Sequence[str], new: Sequence[str], start: int, end: int, begin: int, stop: int
) -> Iterator[Block]:
    """The blocks of a short stretch."""
    matcher = SequenceMatcher(None, old[start:end], new[begin:stop])
    for tag, one, two, three, four in matcher.get_opcodes():
        yield tag, one + start, two + start, three + begin, four + begin


def _hunk(group: Sequence[Block], old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    """One hunk: its head, then the lines."""
    first, last = group[0], group[-1]
    yield f"@@ -{_range(first[1], last[2])} +{_range(first[3], last[4])} @@\n"
    for tag, one, two, three, four in group:
        if tag == "equal":
            yield from (f" {line}" for line in old[one:two])
            continue
        yield from (f"-{line}" for line in old[one:two])
        yield from (f"+{line}" for line in new[three:four])


def _range(start: int, stop: int) -> str:
    """A stretch of lines as a hunk's head has it."""
    length = stop - start
    if length == 1:
        return f"{start + 1}"
    return f"{start + 1 if length else start},{length}"


def _lines(text: str | None) -> list[str]:
    r"""The lines of a text, each with `\n`; a last one without it says so as `diff` does."""
    lines = [line + "\n" for line in (text or "").split("\n")]
    last = lines.pop()
    return lines if last == "\n" else [*lines, last + "\\ No newline at end of file\n"]


def _same_lines(old: Sequence[str], new: Sequence[str]) -> int:
    """How many first lines are the same."""
    pairs = enumerate(zip(old, new, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(old), len(new)))
