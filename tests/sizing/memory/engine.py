"""The sums against what llama.cpp itself logs, row by row (engine.json)."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from factory_byok.core.units import Bytes
from factory_byok.sizing.memory.cache import kv_cache
from factory_byok.sizing.memory.graph import compute_buffer
from factory_byok.sizing.memory.graph_inputs import Case
from factory_byok.sizing.memory.shape import read_shape

HERE: Final = Path(__file__).parent
DATA: Final[dict[str, Any]] = json.loads((HERE / "engine.json").read_text())
SIBLINGS: Final[dict[str, Any]] = json.loads((HERE / "siblings.json").read_text())


@dataclass(frozen=True)
class Row:
    """How far the sums of one row are off, as shares of what was logged."""

    model: str
    told: str
    kv: float
    compute: float


def rows(data: dict[str, Any] = DATA) -> list[Row]:
    """Every row."""
    told = (dict(zip(data["columns"], each, strict=True)) for each in data["rows"])
    return [_row(each, data["shapes"][each["model"]]) for each in told]


def _row(told: dict[str, Any], info: dict[str, Any]) -> Row:
    shape = read_shape(info, Bytes(10**9))
    window, kind, batch = told["window"], told["kv_type"], told["micro_batch"]
    flash, unified = told["flash"], told["unified"]
    cache = kv_cache(shape, window, kind, told["slots"], batch, flash=flash, unified=unified)
    case = Case(
        *(shape, window, min(batch, window), told["slots"], told["device"] == "gpu", flash),
        *(kind != "f16", unified, told["outputs"]),
    )
    compute = compute_buffer(case)
    name = " ".join(str(value) for key, value in told.items() if key not in ("model", "kv"))
    kv = cache / told["kv"] - 1 if told["kv"] else float(cache)
    return Row(told["model"], name, kv, compute / told["compute"] - 1)


def within(found: Sequence[Row], limit: float) -> float:
    """The share of rows whose compute buffer is at most so far off."""
    return sum(abs(each.compute) <= limit for each in found) / len(found)


def by_model(found: Sequence[Row]) -> dict[str, list[Row]]:
    """The rows of each model."""
    grouped: dict[str, list[Row]] = defaultdict(list)
    for each in found:
        grouped[each.model].append(each)
    return dict(grouped)


def summary(found: Sequence[Row]) -> str:
    """What the README may claim."""
    shapes = DATA["shapes"].values()
    families = {shape["general.architecture"] for shape in shapes}
    exact = sum(abs(each.kv) <= 0.005 for each in found) / len(found)
    return (
        f"{len(found)} rows of {len(DATA['shapes'])} models in {len(families)} architectures: "
        f"KV cache within 0.5 % in {exact:.1%}, compute within 2 % in {within(found, 0.02):.1%}, "
        f"within 10 % in {within(found, 0.1):.1%}"
    )
