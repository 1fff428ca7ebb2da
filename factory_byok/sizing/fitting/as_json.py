"""A fit and a ranking as reports carry them: bytes, tokens, and null for what is not known."""

from factory_byok.core.facts import Json, Known, Reading
from factory_byok.core.units import Tokens
from factory_byok.sizing.fitting.against_table import Beside
from factory_byok.sizing.fitting.candidate import Candidate
from factory_byok.sizing.fitting.one import AtWindow, Coarser, Fit
from factory_byok.sizing.fitting.ranking import Ranked
from factory_byok.sizing.memory.demand import Demand


def fit_as_json(found: Fit, table: Beside) -> dict[str, Json]:
    """The data of `byok fit MODEL`; a cloud model's demand is zero throughout."""
    asked = found.asked
    return {
        **_model(found.candidate),
        "longest_window": found.candidate.shape.longest_window or None,
        "file": found.candidate.shape.weights,
        "quantization": found.candidate.quantization,
        "loaded_window": found.candidate.loaded_at or None,
        "loaded_bytes": found.candidate.held or None,
        "server_now": _served(found),
        "window": asked.window,
        "kv_type": asked.kv_type,
        "parallel": asked.parallel,
        "demand": {**_parts(found.need), "gpus": found.need.gpus},
        "least": found.least.total if found.least else None,
        "placement": _placement(found.here),
        "free": {
            "gpus": list(found.free.on_cards) if found.free.gpus_known else None,
            "usable_on_gpu": found.free.usable if found.free.gpus_known else None,
            "memory": found.free.memory.value if isinstance(found.free.memory, Known) else None,
            "notes": list(found.free.notes),
        },
        "windows": [_window(each) for each in found.windows],
        "largest_window_on_gpu": _tokens(found.largest_on_gpu),
        "largest_window_in_memory": _tokens(found.largest_in_memory),
        "with_q8_0": _coarser(found.coarser),
        "table": _table(table),
        "assumptions": list(found.candidate.shape.assumptions),
    }


def ranked_as_json(each: Ranked) -> dict[str, Json]:
    """One model of `byok fit`, in its rank."""
    return {
        **_model(each.candidate),
        "source": "installed" if each.candidate.installed else "catalogue",
        "place": each.reach,
        "largest_window_on_gpu": _tokens(each.largest_on_gpu),
        "largest_window_in_memory": _tokens(each.largest_in_memory),
        "reaches_32k": each.reaches_32k,
        "reaches_64k": each.reaches_64k,
        "reason": each.reason,
    }


def _model(candidate: Candidate) -> dict[str, Json]:
    """What both have in common."""
    return {
        "model": candidate.name,
        "tools": candidate.tools,
        "parameters": candidate.shape.parameters or None,
        "cloud": candidate.cloud,
        "source": candidate.source,
        "basis": candidate.shape.basis,
    }


def _served(found: Fit) -> dict[str, Json] | None:
    """How the server runs it with the next request; null when that is not known."""
    if found.served is None:
        return None
    return {
        "window": found.served.window,
        "decided_by": found.candidate.decided_by,
        "kv_type": found.served_as.kv_type,
        "parallel": found.served_as.parallel,
        "total": found.served.need.total,
    }


def _coarser(coarser: Coarser | None) -> dict[str, Json] | None:
    """What a coarser KV cache changes here; null when another type than f16 was asked for."""
    if coarser is None:
        return None
    return {**_parts(coarser.need), "largest_window_on_gpu": _tokens(coarser.largest_on_gpu)}


def _parts(need: Demand) -> dict[str, Json]:
    """The four parts and their sum, in bytes."""
    return {
        "weights": need.weights,
        "kv_cache": need.kv_cache,
        "compute": need.compute,
        "overhead": need.overhead,
        "total": need.total,
    }


def _window(each: AtWindow) -> dict[str, Json]:
    """One bar."""
    return {"window": each.window, **_parts(each.need), "placement": _placement(each)}


def _placement(each: AtWindow) -> dict[str, Json]:
    """Where it lands on this machine; null for what could not be judged."""
    placed = each.placed
    return {
        "where": each.where,
        "on_gpu": placed.on_gpu if placed else None,
        "in_memory": placed.in_memory if placed else None,
        "by_gpu": list(placed.by_gpu) if placed else None,
        "missing": placed.missing if placed and each.where != "unknown" else None,
        "beside": each.need.beside,
        "read_for_each_token": each.slow if placed else None,
        "gpu_share": round(placed.gpu_share, 4) if placed else None,
        "total": each.need.total,
    }


def _table(table: Beside) -> dict[str, Json] | None:
    """The table's row; null for a model beyond the table."""
    if table.row is None:
        return None
    return {
        "row": table.row.size,
        "gpu_memory": table.row.gpu_memory,
        "memory": table.row.memory,
        "place": table.place,
        "agrees": table.agrees,
        "why": table.why,
    }


def _tokens(told: Reading[Tokens]) -> int | None:
    """A number of tokens, null when it is not known."""
    return told.value if isinstance(told, Known) else None
