"""The machine, the hardware table, and the models in the order of what an agent needs."""

from collections.abc import Iterator, Sequence
from typing import Final

from factory_byok.core.facts import Known, Machine
from factory_byok.core.requirements import FLOOR
from factory_byok.core.units import show_parameters
from factory_byok.core.words import counted
from factory_byok.screens.machine import machine_rows
from factory_byok.screens.recommendation import (
    COLORS,
    PLACES,
    recommendation_rows,
    table_lines,
)
from factory_byok.screens.style import Cell, Style, printable
from factory_byok.sizing.fitting.against_table import row_of
from factory_byok.sizing.fitting.candidate import ToolCalls
from factory_byok.sizing.fitting.ranking import Ranked
from factory_byok.sizing.recommendation import Recommendation

TOOLS: Final[dict[ToolCalls, tuple[str, str]]] = {
    "yes": ("yes", "green"),
    "unknown": ("not known", "dim"),
    "as text": ("as text", "red"),
    "no": ("none", "red"),
}
MOST_SHOWN: Final = 16
HEADS: Final = ("  Model", "Tools", "Size", "Largest window that fits")
INSTALLED: Final = ("✓", "*")


def fit_lines(
    machine: Machine, found: Recommendation, models: Sequence[Ranked], silence: str, style: Style
) -> Iterator[str]:
    """The whole screen; `silence` says why no installed model is known."""
    yield from style.columns([*machine_rows(machine), *recommendation_rows(found)])
    yield ""
    yield from table_lines(found, style)
    yield ""
    yield style.paint("Models for droid, the best first", "bold")
    if silence:
        yield from style.wrapped(f"Only models to pull: {silence}")
    yield ""
    yield from _models(models, style)
    yield ""
    aside = _against_table(found, models)
    if aside:
        yield from style.wrapped(printable(aside))
    yield "`byok fit MODEL` shows one model at each window"


def _models(models: Sequence[Ranked], style: Style) -> Iterator[str]:
    """One row for each model."""
    rows = [_row(each, style) for each in models[:MOST_SHOWN]]
    yield from style.table(HEADS, rows, 2, whole=(1, 2))
    if len(models) > MOST_SHOWN:
        yield f"    and {counted(len(models) - MOST_SHOWN, 'more model')} in `byok fit --json`"
    if any(each.candidate.installed for each in models):
        yield style.paint(f"  {style.sign(*INSTALLED)} installed", "dim")


def _row(each: Ranked, style: Style) -> tuple[Cell, ...]:
    """One model: whether it is installed, its name, tool calls, size, and window that fits."""
    model = each.candidate
    sign = style.sign(*INSTALLED) if model.installed else " "
    size = show_parameters(model.shape.parameters) if model.shape.parameters else "?"
    name = f"{sign} {printable(model.name)}"
    return (name, "bold" if model.installed else ""), TOOLS[model.tools], size, _window(each)


def _window(each: Ranked) -> Cell:
    """The largest window that fits, and where."""
    largest = each.largest_on_gpu if each.reach == "gpu" else each.largest_in_memory
    tokens = f"{largest.value:,} ".rjust(9) if isinstance(largest, Known) and largest.value else ""
    if each.reach == "cloud" and each.candidate.shape.longest_window:
        tokens = f"{each.candidate.shape.longest_window:,} ".rjust(9)
    least = " or more" if each.candidate.shape.needs_verbose and tokens else ""
    return f"{tokens}{PLACES[each.reach]}{least}", COLORS[each.reach]


# How well a model runs where the table, or the exact sum, puts it.
_BETTER: Final = {"nowhere": 0, "memory": 1, "gpu": 2}
_RUNS: Final = {
    "gpu": "runs on the GPU",
    "memory": "runs with a part on the CPU",
    "nowhere": "does not fit",
}


def _against_table(found: Recommendation, models: Sequence[Ranked]) -> str:
    """Why a model stands on another side than its row of the table; "" when none does."""
    places = {row.size: place for row, place in found.rows}
    on_cpu = {"memory": "runs on the CPU"}
    runs = _RUNS | (on_cpu if found.gpu_memory == Known(0) else {})
    for each in models:
        row = row_of(each.candidate.shape.parameters)
        place, own = places.get(row.size, "unknown") if row else "unknown", _place(each)
        if row is None or place not in _BETTER or not own or own == place:
            continue
        return (
            "The table knows neither quantization nor window: by the exact sum "
            f"`{each.candidate.name}` {runs[own]} with 32,000 tokens, by its row, {row.size}, "
            f"it {(_RUNS | on_cpu)[place]}"
        )
    return ""


def _place(each: Ranked) -> str:
    """Where a model with 32,000 tokens runs by the exact sum; "" when that is not known."""
    if each.reach in ("cloud", "unknown"):
        return ""
    if each.reach == "gpu" and each.reaches_32k:
        return "gpu"
    together = each.largest_in_memory
    return "memory" if isinstance(together, Known) and together.value >= FLOOR else "nowhere"
