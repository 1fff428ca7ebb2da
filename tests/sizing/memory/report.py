"""How exact the memory sums are: `python -m tests.sizing.memory.report [FILE]`.

FILE has rows like measured.json, or with the short shapes of other collections.
"""

import json
import statistics
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from factory_byok.core.units import Bytes
from factory_byok.sizing.memory.context import context_of
from factory_byok.sizing.memory.demand import Demand, demand
from factory_byok.sizing.memory.shape import read_shape
from tests.sizing.memory.engine import rows as engine_rows
from tests.sizing.memory.engine import summary

HERE: Final = Path(__file__).parent
MIB: Final = 2**20


@dataclass(frozen=True)
class Error:
    """How far the sum of one row is off, as a share of what was measured."""

    source: str
    row: str
    need: Demand
    measured: float
    reading: str

    @property
    def error(self) -> float:
        """The whole sum against the reading; a reading of buffers knows no overhead."""
        beside = self.need.overhead if self.reading == "buffers" else 0
        return (self.need.total - beside) / MIB / self.measured - 1

    @property
    def plain(self) -> float:
        """The whole sum against the reading, whatever it includes."""
        return self.need.total / MIB / self.measured - 1


def errors(path: Path = HERE / "measured.json") -> list[Error]:
    """The errors of all rows with full placement on one card whose weights are known.

    Readings of a whole card are left out: what else it held is not known.
    """
    data = json.loads(path.read_text())
    shapes = data.get("shapes", {})
    return [_error(row, shapes) for row in data["rows"] if _is_judged(row)]


def _is_judged(row: Mapping[str, Any]) -> bool:
    """Whether everything lay on one card, nothing else did, and the row tells enough."""
    if row.get("reading") == "card":
        return False
    partial = row.get("placement") == "partial" or "gpu_layers" in row["note"]
    return bool(row["weights_mib"]) and not partial


def _error(row: Mapping[str, Any], shapes: Mapping[str, Any]) -> Error:
    """One row's error."""
    info = shapes.get(row["model"]) or _long(row["shape"])
    shape = read_shape(info, Bytes(round(row["weights_mib"] * MIB)))
    name = f"{row['model']} {row['quantization']} {row['window']} {row['kv_type']}"
    need = demand(shape, row["window"], row["kv_type"], context=context_of(row["note"]))
    return Error(row["source"], name, need, row["measured_mib"], row.get("reading", "process"))


def _long(short: Mapping[str, Any]) -> dict[str, Any]:
    """A short shape under the names of `/api/show`."""
    architecture = str(short["arch"]).split()[0]
    told: dict[str, Any] = {
        "block_count": short["layers"],
        "attention.head_count_kv": short["kv_heads"],
        "attention.key_length": short["key_length"],
        "attention.value_length": short["value_length"],
    }
    if "attention_layers" in short:
        told["full_attention_interval"] = short["layers"] // short["attention_layers"]
    if "sliding_window" in short:
        told["attention.sliding_window"] = short["sliding_window"]
    named = {f"{architecture}.{key}": value for key, value in told.items()}
    return {"general.architecture": architecture, **named}


def by_source(found: Iterable[Error]) -> dict[str, list[float]]:
    """The sizes of the errors by source."""
    grouped: dict[str, list[float]] = defaultdict(list)
    for each in found:
        grouped[each.source].append(abs(each.error))
    return dict(grouped)


def weighted_median(found: Sequence[Error]) -> float:
    """The median size of the errors, each source weighing alike."""
    grouped = by_source(found)
    weighed = sorted((size, 1 / len(sizes)) for sizes in grouped.values() for size in sizes)
    reached = 0.0
    for size, weight in weighed:
        reached += weight
        # a hair less than half, because thirds and tenths do not add up exactly
        if reached >= len(grouped) / 2 - 1e-9:
            return size
    return 0.0


def table(found: Sequence[Error]) -> str:
    """The table as text."""
    lines = [f"{'error':>7} {'plain':>7} {'sum':>7} {'measured':>8}  row"]
    lines += [
        f"{each.error:+7.1%} {each.plain:+7.1%} {each.need.total / MIB:7.0f} "
        f"{each.measured:8.0f}  {each.row} ({each.reading})"
        for each in found
    ]
    lines += [
        f"median {statistics.median(sizes):.1%} worst {max(sizes):.1%} of {len(sizes)}: {source}"
        for source, sizes in by_source(found).items()
    ]
    return "\n".join([*lines, f"median of all, each source alike: {weighted_median(found):.1%}"])


if __name__ == "__main__":
    judged = errors(Path(sys.argv[1])) if len(sys.argv) > 1 else errors()
    sys.stdout.write(f"{summary(engine_rows())}\n\n{table(judged)}\n")
