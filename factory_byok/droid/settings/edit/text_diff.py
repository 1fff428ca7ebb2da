"""The difference of two texts as a unified diff, in time that grows with the texts, and cut."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import islice
from typing import Final, TypeAlias

from factory_byok.droid.settings.edit.splice import same_length

_CONTEXT: Final = 3  # unchanged lines around a change in a diff
_MOST: Final = 2_000  # lines in which changes are looked for in detail: that costs their square
_WINDOW: Final = 50_000  # lines from the first change on that are looked at
MOST_LINES: Final = 1_000  # that are shown: nobody reads more
_LONGEST: Final = 2_000  # characters of a line

Block: TypeAlias = tuple[str, int, int, int, int]  # tag, from and to in the old, in the new


def diff(
    before: str | None,
    after: str | None,
    path: str,
    *,
    mask: Callable[[str], str] = str,
    most: int = MOST_LINES,
) -> str:
    """A unified diff of two texts of one file, "" when they are the same; None is no file.

    `mask` takes the secrets out of a text and leaves its lines; more than `most` lines are cut.
    """
    if before == after:
        return ""
    old, new = before or "", after or ""
    skipped = max(0, old.count("\n", 0, same_length(old, new)) - _CONTEXT)
    olds, news = (_Lines(text, skipped, mask) for text in (old, new))
    shown = [
        f"--- {'/dev/null' if before is None else path}\n",
        f"+++ {'/dev/null' if after is None else path}\n",
    ]
    hunks = _Changes(olds.raw, news.raw).get_grouped_opcodes(_CONTEXT)
    lines = (line for group in hunks for line in _hunk(group, skipped, olds.shown, news.shown))
    shown += islice(lines, most)
    if next(lines, None) is not None or not (olds.whole and news.whole):
        shown.append(f"… this is the beginning of a longer difference: {most:,} lines are shown\n")
    return "".join(shown)


class _Lines:
    """The lines of a text behind those that are skipped, as they are and as they are shown.

    The text before them is masked as well: what they are part of may begin there.
    """

    def __init__(self, text: str, skipped: int, mask: Callable[[str], str]) -> None:
        """Takes as many as are looked at."""
        start, end = _line_start(text, skipped), _line_start(text, skipped + _WINDOW)
        self.whole = end == len(text)
        self.raw = _lines(text[start:end])
        masked = mask(text[:end])
        self.shown = _lines(masked[_line_start(masked, skipped) :])


def _line_start(text: str, number: int) -> int:
    """Where the line of a number (from 0) begins; the end of the text when it has fewer."""
    return bisect_left(range(len(text)), number, key=lambda at: text.count("\n", 0, at))


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


def _hunk(
    group: Sequence[Block], skipped: int, old: Sequence[str], new: Sequence[str]
) -> Iterator[str]:
    """One hunk: its head, then the lines."""
    first, last = group[0], group[-1]
    yield (
        f"@@ -{_range(first[1] + skipped, last[2] + skipped)}"
        f" +{_range(first[3] + skipped, last[4] + skipped)} @@\n"
    )
    for tag, one, two, three, four in group:
        if tag == "equal":
            yield from (f" {_cut(line, line)}" for line in old[one:two])
            continue
        gone, come = old[one:two], new[three:four]
        alike = len(gone) == len(come)
        for sign, mine, twins in (("-", gone, come), ("+", come, gone)):
            others = twins if alike else [""] * len(mine)
            yield from (sign + _cut(*each) for each in zip(mine, others, strict=True))


def _cut(line: str, twin: str) -> str:
    """A line that somebody can read: of a very long one what is around its first difference."""
    if len(line) <= _LONGEST:
        return line
    start = max(0, same_length(line, twin) - _LONGEST // 2) if line != twin else 0
    piece = line[start : start + _LONGEST].rstrip("\n")
    return f"{'…' if start else ''}{piece}{'…' if start + _LONGEST < len(line) else ''}\n"


def _range(start: int, stop: int) -> str:
    """A stretch of lines as a hunk's head has it."""
    length = stop - start
    if length == 1:
        return f"{start + 1}"
    return f"{start + 1 if length else start},{length}"


def _lines(text: str) -> list[str]:
    r"""The lines of a text, each with `\n`; a last one without it says so as `diff` does."""
    lines = [line + "\n" for line in text.split("\n")]
    last = lines.pop()
    return lines if last == "\n" else [*lines, last + "\\ No newline at end of file\n"]


def _same_lines(old: Sequence[str], new: Sequence[str]) -> int:
    """How many first lines are the same."""
    pairs = enumerate(zip(old, new, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(old), len(new)))
