"""The bars of one model, one for each window, against the memory that is free."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from factory_byok.core.facts import Known
from factory_byok.core.units import Bytes, show_bytes
from factory_byok.screens.bars import FAR_MARK, MARK, Fill, bar, legend
from factory_byok.screens.recommendation import COLORS, PLACES
from factory_byok.screens.style import Style
from factory_byok.sizing.fitting.one import AtWindow, Fit
from factory_byok.sizing.memory.demand import Demand

WIDEST_BAR: Final = 48
BESIDE_BAR: Final = 28  # columns: the total, the place and the space around
MOST_STRETCH: Final = 16  # the longest bar's total over the shortest's, so that both can be seen


def bars_lines(found: Fit, style: Style) -> Iterator[str]:
    """One bar for each window, all on one scale, then what the fills and the marks mean."""
    limits = _limits(found)
    scale = _scale([each.need for each in found.windows], limits[0].size if limits else Bytes(0))
    marks = [(each.size, each.mark) for each in limits if each.size < scale]
    label = max(len(f"{each.window:,}") for each in found.windows) + 2
    width = max(min(style.width - BESIDE_BAR - label, WIDEST_BAR), 8)
    for each in found.windows:
        text = f"{each.window:,}".rjust(label)
        if each.window == found.asked.window:
            text = style.paint(text, "bold")
        drawn = bar(_parts(each.need), scale, width, style, marks)
        yield f"{text}  {_bar_line(each, drawn, style)}"
    indent = " " * (label + 2)
    yield ""
    yield indent + legend(style)
    yield from (f"{indent}{each.line(scale, style)}" for each in limits)


def _bar_line(each: AtWindow, drawn: str, style: Style) -> str:
    """A bar, its total and its place."""
    total = show_bytes(each.need.total).rjust(7)
    return f"{drawn}  {total}  {style.paint(PLACES[each.where], COLORS[each.where])}"


def _parts(need: Demand) -> tuple[int, int, int, int]:
    """The parts in the order of the fills."""
    return need.weights, need.kv_cache, need.compute, need.overhead


def _scale(needs: Iterable[Demand], limit: Bytes) -> int:
    """The bytes of a whole bar: the largest demand, and the limit when that is not far beyond."""
    totals = [need.total for need in needs]
    most = min(max(totals), min(totals) * MOST_STRETCH)
    # a little room behind the mark, so that it is drawn
    marked = limit + limit // 32
    return max(most, marked) if marked <= 2 * most else most


@dataclass(frozen=True, slots=True)
class Limit:
    """What is free, as a mark across the bars."""

    size: Bytes
    meaning: str
    mark: Fill

    def line(self, scale: int, style: Style) -> str:
        """What the mark means; said too where the scale ends before it."""
        if self.size < scale:
            return f"{style.paint(self.mark.cell(style), self.mark.color)} {self.meaning}"
        return f"{self.meaning}, farther right"


def _limits(found: Fit) -> tuple[Limit, ...]:
    """The free bytes on the cards, and with system memory; nothing for what is not known."""
    free = found.free
    if not free.gpus_known:
        return ()
    memory = free.memory.value if isinstance(free.memory, Known) else None
    if not free.cards:
        if memory is None:
            return ()
        return (Limit(memory, f"{show_bytes(memory)} of memory available", MARK),)
    told = f"{show_bytes(free.usable)} for it on the GPU"
    gpu = Limit(free.usable, told, MARK)
    if memory is None:
        return (gpu,)
    both = Bytes(free.usable + memory)
    return (gpu, Limit(both, f"{show_bytes(both)} together with memory", FAR_MARK))
