"""Factory's hardware table held against this machine, in words."""

from collections.abc import Iterator
from typing import Final

from factory_byok.core.facts import Unknown
from factory_byok.screens.style import Style, printable
from factory_byok.sizing.fitting.one import Where
from factory_byok.sizing.recommendation import Recommendation

PLACES: Final[dict[Where, str]] = {
    "gpu": "on the GPU",
    "split": "GPU and memory",
    "memory": "on CPU (slow)",
    "nowhere": "does not fit",
    "cloud": "in the cloud",
    "unknown": "not known",
}
COLORS: Final[dict[Where, str]] = {
    "gpu": "green",
    "split": "yellow",
    "memory": "yellow",
    "nowhere": "red",
    "cloud": "green",
    "unknown": "dim",
}
TOO_SMALL: Final = "too small for any size in Factory's table"


def recommendation_rows(found: Recommendation) -> Iterator[tuple[str, str]]:
    """The two rows that this machine reaches, and which of the page's models is for it."""
    yield "GPU memory", _reach(found)
    row = found.memory_row
    memory = f"models up to {row.size}, slow" if row else TOO_SMALL
    if isinstance(found.memory, Unknown):
        memory = f"not known: {found.memory.why}"
    yield "On CPU", memory
    yield "Factory recommends", f"{found.best.suggestion.model}: {found.best.reason}"
    if found.own is not None:
        theirs = found.best.suggestion.model
        why = f"; not {theirs}, because {found.own.why}" if found.own.why else ""
        yield "byok recommends", printable(f"{found.own.model}: {found.own.reason}{why}")


def _reach(found: Recommendation) -> str:
    """What the GPU can hold."""
    if isinstance(found.gpu_memory, Unknown):
        return f"not known: {found.gpu_memory.why}"
    left_out = f" (not counted: {'; '.join(found.left_out)})" if found.left_out else ""
    if found.gpu_row is None:
        return f"{TOO_SMALL}{left_out}"
    return f"models up to {found.gpu_row.size}{left_out}"


def _gb(size: int) -> str:
    """A size of the table, which has whole GB only."""
    return f"{size // 10**9} GB"


def table_lines(found: Recommendation, style: Style) -> Iterator[str]:
    """Every row of the table with the place where it runs here."""
    rows = [
        (row.size, _gb(row.memory), _gb(row.gpu_memory), (PLACES[place], COLORS[place]))
        for row, place in found.rows
    ]
    yield from style.table(("Model", "Memory", "GPU memory", "Here"), rows, 2)
