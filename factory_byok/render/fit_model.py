"""One model on this machine: the sum in words, one bar for each window, and what would help."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from factory_byok.data.catalogue import DATE
from factory_byok.facts import Known, Reading, Unknown
from factory_byok.findings import Finding
from factory_byok.fitting import AtWindow, Beside, Candidate, Fit, ToolCalls, Where
from factory_byok.memory import Demand
from factory_byok.render.bars import MARK, bar, legend
from factory_byok.render.findings import findings_lines
from factory_byok.render.style import Style, printable
from factory_byok.render.words import columns
from factory_byok.units import (
    Bytes,
    Parameters,
    Tokens,
    show_bytes,
    show_parameters,
    show_tokens,
)

PLACES: Final[dict[Where, str]] = {
    "gpu": "on the GPU",
    "split": "GPU and memory",
    "memory": "in memory, slow",
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
TOOLS: Final[dict[ToolCalls, str]] = {
    "yes": "yes",
    "unknown": "not known: `byok test` tries them once the model is there",
    "as text": "written as text on Ollama, so droid cannot act on them "
    "(github.com/ollama/ollama/issues/12174)",
    "no": "none, so droid cannot act through it",
}
SETTINGS: Final = "`OLLAMA_KV_CACHE_TYPE=q8_0` and flash attention (`OLLAMA_FLASH_ATTENTION=1`)"
WIDEST_BAR: Final = 48
BESIDE_BAR: Final = 37  # columns: the window, the total and the place
MOST_STRETCH: Final = 16  # the longest bar's total over the shortest's, so that both can be seen


def fit_model_lines(
    found: Fit, table: Beside, findings: Sequence[Finding], source: str, style: Style
) -> Iterator[str]:
    """The whole screen; `source` says where the model's numbers come from."""
    yield _headline(found.candidate, style)
    yield ""
    yield from columns([*_rows(found, table), ("Numbers", source)], style)
    if found.windows:
        yield ""
        yield from _bars(found, style)
    notes = [*found.candidate.shape.assumptions, *found.free.notes]
    if notes and not found.candidate.cloud:
        yield ""
        for note in notes:
            yield from style.wrapped(printable(note), "  ", "    ")
    if findings:
        yield ""
        yield from findings_lines(findings, style)


def source_phrase(candidate: Candidate, silence: str) -> str:
    """Where the numbers come from; `silence` says why the server did not tell them."""
    told = {
        "loaded": "the server's metadata, corrected by the size of the loaded model",
        "server": "the server's metadata",
        "catalogue": f"byok's catalogue of {DATE}",
        "name": "a guess from the number of parameters in its name",
        "cloud": "none needed",
    }[candidate.source]
    return f"{told}; {silence}" if silence else told


def _headline(candidate: Candidate, style: Style) -> str:
    """The model with what it is."""
    shape = candidate.shape
    told = [show_parameters(Parameters(shape.parameters)) + " parameters"] * bool(shape.parameters)
    told += [candidate.quantization] * bool(candidate.quantization)
    told += [f"longest window {show_tokens(shape.longest_window)}"] * bool(shape.longest_window)
    name = style.paint(printable(candidate.name), "bold")
    return printable(", ".join(told)).join([f"{name}: " if told else name, ""])


# --- the rows ------------------------------------------------------------------------------------


def _rows(found: Fit, table: Beside) -> Iterator[tuple[str, str]]:
    """What there is to know, a name and a sentence each."""
    yield "Tool calls", TOOLS[found.candidate.tools]
    if found.candidate.cloud:
        yield "Memory", "needs none here: Ollama's cloud runs it"
        return
    yield "Needs", _needs(found)
    yield "Here", _here(found)
    if found.candidate.loaded_at:
        yield "Loaded now", f"with a window of {show_tokens(found.candidate.loaded_at)}"
    yield from _largest(found)
    yield from _coarser(found)
    if table.row is not None:
        yield "Table", _table(found, table)


def _needs(found: Fit) -> str:
    """The sum and its parts."""
    asked = found.asked
    slots = f" in each of {asked.parallel} slots" if asked.parallel > 1 else ""
    kind = f" ({asked.kv_type})" if asked.kv_type != "f16" else ""
    need = found.here.need
    cards = f", over {need.gpus} cards" if need.gpus > 1 else ""
    return (
        f"{show_bytes(need.total)} for {show_tokens(asked.window)}{slots}{cards}: "
        f"weights {show_bytes(need.weights)}, KV cache{kind} {show_bytes(need.kv_cache)}, "
        f"compute {show_bytes(need.compute)}, overhead {show_bytes(need.overhead)}"
    )


def _here(found: Fit) -> str:
    """Where it lands on this machine."""
    here, free = found.here, found.free
    has = _has(found)
    if here.placed is None:
        return f"not known ({has})"
    match here.where:
        case "gpu":
            return f"all on the GPU ({has})"
        case "split":
            share = round(100 * here.placed.gpu_share)
            return (
                f"{share} % on the GPU, {show_bytes(here.placed.in_memory)} in memory, so it is "
                f"slow ({has})"
            )
        case "memory":
            why = "too little GPU memory" if free.cards else "there is no GPU"
            return f"in memory only, slow: {why} ({has})"
        case "nowhere":
            return f"does not fit ({has})"
    return f"not known ({has})"


def _has(found: Fit) -> str:
    """What is free here, in words."""
    free = found.free
    memory = (
        f"{show_bytes(free.memory.value)} of memory"
        if isinstance(free.memory, Known)
        else "an unknown amount of memory"
    )
    if free.cards:
        cards = f" on {len(free.cards)} cards" if len(free.cards) > 1 else ""
        return f"free: {show_bytes(free.gpu_total)} of GPU memory{cards}, {memory}"
    gpu = "" if free.gpus_known else "not known what GPU memory, "
    return f"free: {gpu}{memory}"


def _largest(found: Fit) -> Iterator[tuple[str, str]]:
    """Up to which window it fits."""
    if found.free.cards or not found.free.gpus_known:
        yield "On the GPU", _reach(found, found.largest_on_gpu)
    if not found.free.cards or found.largest_in_memory != found.largest_on_gpu:
        slow = isinstance(found.largest_in_memory, Known) and found.largest_in_memory.value
        yield "In memory", _reach(found, found.largest_in_memory) + (", slow" if slow else "")


def _reach(found: Fit, largest: Reading[Tokens]) -> str:
    """A largest window in words."""
    if isinstance(largest, Unknown):
        return f"not known: {largest.why}"
    if not largest.value:
        return "no window fits"
    longest = found.candidate.shape.longest_window
    whole = ", its longest window" if largest.value == longest else ""
    return f"up to {show_tokens(largest.value)}{whole}"


def _coarser(found: Fit) -> Iterator[tuple[str, str]]:
    """What a coarser KV cache would change, and what Ollama needs for it."""
    other = found.coarser
    if other is None or not found.here.need.kv_cache:
        return
    text = (
        f"the KV cache is {show_bytes(other.need.kv_cache)} instead of "
        f"{show_bytes(found.here.need.kv_cache)}"
    )
    if found.free.cards and isinstance(other.largest_on_gpu, Known):
        reach = other.largest_on_gpu
        more = reach != found.largest_on_gpu
        text += f", and up to {show_tokens(reach.value)} fit on the GPU" if more else ""
    yield f"With {other.kv_type}", f"{text}; Ollama needs {SETTINGS} for it"


def _table(found: Fit, table: Beside) -> str:
    """The page's row, and why the sum differs."""
    assert table.row is not None
    row, size = table.row, found.here.need.total
    text = f"Factory's {row.size} row says {show_bytes(row.gpu_memory)} of GPU memory"
    if table.agrees:
        return f"{text}, and so does the sum"
    return f"{text}, the exact sum is {show_bytes(size)}: {table.why}"


# --- the bars ------------------------------------------------------------------------------------


def _bars(found: Fit, style: Style) -> Iterator[str]:
    """One bar for each window, all on one scale, then what the fills and the mark mean."""
    limit, meaning = _limit(found)
    scale = _scale([each.need for each in found.windows], limit)
    width = max(min(style.width - BESIDE_BAR, WIDEST_BAR), 8)
    limits = [limit] if limit and limit < scale else []
    for each in found.windows:
        yield _bar_line(each, found, scale, width, limits, style)
    indent = " " * 11
    yield ""
    yield indent + legend(style)
    if limits:
        yield f"{indent}{style.paint(MARK.cell(style), MARK.color)} {meaning}"


def _bar_line(
    each: AtWindow, found: Fit, scale: int, width: int, limits: Sequence[int], style: Style
) -> str:
    """A window, its bar, its total and its place."""
    need = each.need
    parts = (need.weights, need.kv_cache, need.compute, need.overhead)
    label = f"{each.window:,}".rjust(9)
    if each.window == found.asked.window:
        label = style.paint(label, "bold")
    total = show_bytes(need.total).rjust(7)
    place = style.paint(PLACES[each.where], COLORS[each.where])
    return f"{label}  {bar(parts, scale, width, style, limits)}  {total}  {place}"


def _scale(needs: Iterable[Demand], limit: Bytes) -> int:
    """The bytes of a whole bar: the largest demand, and the limit when that is not far beyond."""
    totals = [need.total for need in needs]
    most = min(max(totals), min(totals) * MOST_STRETCH)
    # a little room behind the mark, so that it is drawn
    marked = limit + limit // 32
    return max(most, marked) if marked <= 2 * most else most


def _limit(found: Fit) -> tuple[Bytes, str]:
    """The bytes at which the mark stands, and what it means; 0 for none."""
    free = found.free
    if free.cards:
        return free.gpu_total, f"{show_bytes(free.gpu_total)} free on the GPU"
    if free.gpus_known and isinstance(free.memory, Known):
        return free.memory.value, f"{show_bytes(free.memory.value)} of memory available"
    return Bytes(0), ""
