"""Factory's hardware table beside the exact sum: what both say, and why they differ."""

import math
from dataclasses import dataclass
from typing import Final

from factory_byok.core.units import show_bytes, show_tokens
from factory_byok.sizing.fitting.one import Fit
from factory_byok.sizing.hardware_table import ROWS, Row
from factory_byok.sizing.recommendation import Place

NEAR: Final = 0.1  # of the row's bytes: closer than that is agreement
FARTHEST: Final = 1.5  # times the parameters of a row: beyond, the table has none


@dataclass(frozen=True, slots=True)
class Beside:
    """A row of the table beside a sum; `place` is where the row puts the model on this machine.

    `row` is None for a model that is beyond the table. `why` is a sentence when they disagree.
    """

    row: Row | None
    place: Place
    agrees: bool
    why: str


def row_of(parameters: int) -> Row | None:
    """The row that a number of parameters belongs to: the nearest one by ratio, so 32B is 30B."""
    if parameters <= 0 or parameters > ROWS[-1].parameters * FARTHEST:
        return None
    return min(ROWS, key=lambda row: abs(math.log(parameters / row.parameters)))


def beside(found: Fit, places: tuple[tuple[Row, Place], ...]) -> Beside:
    """Holds the sum at the asked window against the model's row; `places` are recommend's."""
    row = row_of(found.candidate.shape.parameters)
    place: Place = next((place for each, place in places if each == row), "unknown")
    if row is None or found.candidate.cloud:
        return Beside(None, "unknown", True, "")
    size = found.here.need.total
    same_place = found.here.where == "unknown" or (place == "gpu") == (found.here.where == "gpu")
    near = abs(size - row.gpu_memory) <= NEAR * row.gpu_memory
    if same_place and near:
        return Beside(row, place, True, "")
    return Beside(row, place, False, _why(found, row))


def _why(found: Fit, row: Row) -> str:
    """Why the sum is not what the row says."""
    need, kind = found.here.need, found.candidate.quantization
    cache = f"the KV cache of {show_tokens(found.asked.window)} takes {show_bytes(need.kv_cache)}"
    if need.weights > row.gpu_memory:
        quantized = f" in {kind}" if kind else ""
        return f"its weights alone are {show_bytes(need.weights)}{quantized}, and {cache}"
    if need.total > row.gpu_memory:
        return f"the row knows no window, and {cache}"
    return (
        f"its weights are {show_bytes(need.weights)} and {cache}, less than the row leaves room for"
    )
