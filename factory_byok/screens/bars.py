"""Bars of several parts on one scale, told apart by their fill, with marks for limits."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from factory_byok.screens.style import Style


@dataclass(frozen=True, slots=True)
class Fill:
    """How one part is drawn: its name, its cell with and without unicode, its colour."""

    name: str
    fancy: str
    plain: str
    color: str

    def cell(self, style: Style) -> str:
        """One cell of this part."""
        return style.sign(self.fancy, self.plain)


# told apart without colour too, the largest part first as the densest
FILLS: Final = (
    Fill("weights", "█", "#", "blue"),
    Fill("KV cache", "▓", "=", "cyan"),
    Fill("compute", "▒", "+", "yellow"),
    Fill("overhead", "░", "-", "green"),
)
MARK: Final = Fill("", "│", "|", "bold")
FAR_MARK: Final = Fill("", "┊", ":", "bold")
MORE: Final = Fill("", "▶", ">", "bold")


def cells(parts: Sequence[int], scale: int, width: int) -> list[int]:
    """How many of `width` cells each part takes when `scale` fills them all.

    Ends are rounded, not lengths, so that the bar ends where its sum says; what is beyond the
    scale is cut off.
    """
    ends, total = [0], 0
    for part in parts:
        total += part
        ends.append(min(_at(total, scale, width), width))
    return [end - start for start, end in pairwise(ends)]


def _at(size: int, scale: int, width: int) -> int:
    """The cell at which a size ends."""
    return (2 * size * width + scale) // (2 * scale) if scale > 0 else 0


def bar(
    parts: Sequence[int],
    scale: int,
    width: int,
    style: Style,
    limits: Sequence[tuple[int, Fill]] = (),
) -> str:
    """One bar of exactly `width` visible characters; each limit within the scale is marked.

    A bar that is longer than the scale ends in an arrow.
    """
    fills: list[Fill | None] = [
        fill
        for fill, count in zip(FILLS, cells(parts, scale, width), strict=True)
        for _ in range(count)
    ]
    fills += [None] * (width - len(fills))
    for limit, mark in limits:
        place = _at(limit, scale, width)
        if 0 <= place < width:
            fills[place] = mark
    if sum(parts) > scale and width:
        fills[-1] = MORE
    return "".join(_runs(fills, style))


def _runs(fills: Sequence[Fill | None], style: Style) -> Iterator[str]:
    """The cells as text, equal ones painted together."""
    start = 0
    for end in range(1, len(fills) + 1):
        if end < len(fills) and fills[end] == fills[start]:
            continue
        fill, count = fills[start], end - start
        yield style.paint(fill.cell(style) * count, fill.color) if fill else " " * count
        start = end


def legend(style: Style) -> str:
    """What the fills mean."""
    return "  ".join(f"{style.paint(fill.cell(style), fill.color)} {fill.name}" for fill in FILLS)
