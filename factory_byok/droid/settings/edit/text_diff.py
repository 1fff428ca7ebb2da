"""The difference of two texts as a unified diff, in time that grows with the texts."""

from collections.abc import Iterable, Iterator, Sequence
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
    for group in _grouped(_blocks(old, new)):
        shown += _hunk(group, old, new)
    return "".join(shown)


def _grouped(blocks: Iterable[Block]) -> Iterator[list[Block]]:
    """The blocks of each hunk: changes that are near, with a few unchanged lines around them."""
    group: list[Block] = []
    for tag, one, two, three, four in blocks:
        if tag != "equal":
            group.append((tag, one, two, three, four))
            continue
        if _changes(group) and two - one <= 2 * _CONTEXT:
            group.append((tag, one, two, three, four))
            continue
        if _changes(group):
            yield [*group, (tag, one, one + _CONTEXT, three, three + _CONTEXT)]
        kept = min(two - one, _CONTEXT)
        group = [(tag, two - kept, two, four - kept, four)]
    if _changes(group):
        tag, one, two, three, four = group[-1]
        kept = min(two - one, _CONTEXT)
        yield (
            group if tag != "equal" else [*group[:-1], (tag, one, one + kept, three, three + kept)]
        )


def _changes(group: Sequence[Block]) -> bool:
    """Whether something differs in these blocks."""
    return any(block[0] != "equal" for block in group)


def _blocks(old: Sequence[str], new: Sequence[str]) -> list[Block]:
    """What is the same and what differs, over both texts."""
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
    return _joined(block for block in blocks if block[2] > block[1] or block[4] > block[3])


def _joined(blocks: Iterable[Block]) -> list[Block]:
    """The blocks, neighbours of one kind as one."""
    joined: list[Block] = []
    for block in blocks:
        if joined and joined[-1][0] == block[0]:
            block = (block[0], joined[-1][1], block[2], joined[-1][3], block[4])
            joined.pop()
        joined.append(block)
    return joined


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
    import difflib

    matcher = difflib.SequenceMatcher(None, old[start:end], new[begin:stop])
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
