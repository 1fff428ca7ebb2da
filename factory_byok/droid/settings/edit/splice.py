"""Cuts: stretches of a text that become another text."""

from collections.abc import Sequence
from typing import TypeAlias, TypeVar

from factory_byok.core.actions import Edit
from factory_byok.core.errors import ByokError

Cut: TypeAlias = tuple[int, int, str]  # this stretch of the text becomes that text


T = TypeVar("T", str, bytes)


def same_length(one: T, other: T) -> int:
    """How many first characters are the same; whole stretches compare at C speed."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def splice(text: str, cuts: Sequence[Cut]) -> str:
    """The text with all cuts made; deletions may overlap, insertions at one place keep order."""
    parts: list[str] = []
    at = 0
    for start, end, new in sorted(cuts, key=lambda cut: cut[0]):
        parts += (text[at:start], new)
        at = max(at, end)
    return "".join((*parts, text[at:]))


def replacements(text: str, edits: Sequence[Edit]) -> list[Cut]:
    """The cuts of `text` edits. Raises ByokError when the text is not what they expect."""
    cuts: list[Cut] = []
    free = 0
    for edit in sorted(edits, key=lambda each: each.offset):
        end = edit.offset + edit.length
        there = text[edit.offset : end] if free <= edit.offset <= end <= len(text) else None
        if there is None or there != (edit.expected or "") or not isinstance(edit.value, str):
            raise ByokError(f"{edit.file or 'The file'} is not what it was when this edit was made")
        cuts.append((edit.offset, end, edit.value))
        free = end
    return cuts
