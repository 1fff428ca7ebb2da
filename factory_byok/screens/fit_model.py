"""One model on this machine: the sum in words, one bar for each window, and what would help."""

from collections.abc import Iterator, Sequence
from typing import Final

from factory_byok.core.facts import Known, Reading, Unknown
from factory_byok.core.findings import Finding
from factory_byok.core.units import (
    Parameters,
    Tokens,
    show_bytes,
    show_parameters,
    show_tokens,
)
from factory_byok.screens.findings import findings_lines
from factory_byok.screens.fit_bars import bars_lines
from factory_byok.screens.style import Style, printable
from factory_byok.sizing.catalogue import DATE
from factory_byok.sizing.fitting.against_table import Beside
from factory_byok.sizing.fitting.candidate import Candidate, ToolCalls
from factory_byok.sizing.fitting.one import AtWindow, Fit
from factory_byok.sizing.memory.cache import checkpoint

TOOLS: Final[dict[ToolCalls, str]] = {
    "yes": "yes",
    "unknown": "not known: `byok test` tries them once the model is there",
    "as text": "written as text on Ollama, so droid cannot act on them "
    "(github.com/ollama/ollama/issues/12174)",
    "no": "none, so droid cannot act through it",
}
SETTING: Final = "`OLLAMA_KV_CACHE_TYPE=q8_0`"
OLD_SETTING: Final = f"{SETTING} (before 0.30 `OLLAMA_FLASH_ATTENTION=1` as well)"
MEMORY_SPEED: Final = 51_200_000_000  # bytes a second: two channels of DDR4-3200, 8 bytes each

CHECKPOINTS: Final = 32  # of each slot (`--ctx-checkpoints`, llama.cpp's tools/server)

NO_MEMORY: Final = "0 B of memory"
FAST: Final = 100  # tokens a second: no card writes with a model of that size much faster


def fit_model_lines(
    found: Fit, table: Beside, findings: Sequence[Finding], source: str, style: Style
) -> Iterator[str]:
    """The whole screen; `source` says where the model's numbers come from."""
    yield _headline(found.candidate, style)
    yield ""
    numbers = [] if found.candidate.cloud else [("Numbers", source)]
    yield from style.columns([*_rows(found, table), *numbers])
    if found.windows:
        yield ""
        yield from bars_lines(found, style)
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
        "name": f"its nearest relative in byok's catalogue of {DATE}"
        if candidate.shape.architecture
        else "a guess from the number of parameters in its name",
        "cloud": "the cloud",
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
    if found.here.placed is not None:
        yield "Beside", _beside(found)
    if found.served is not None:
        yield "Server now", _served(found, found.served)
    if found.candidate.loaded_at:
        held = found.candidate.held
        holds = f", holding {show_bytes(held)}" if held else ""
        yield "Loaded now", f"with a window of {show_tokens(found.candidate.loaded_at)}{holds}"
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
    least = f"{show_bytes(found.least.total)} to " if found.least else ""
    return (
        f"{least}{show_bytes(need.total)} for {show_tokens(asked.window)}{slots}{cards}: "
        f"weights {show_bytes(need.weights)}, KV cache{kind} {show_bytes(need.kv_cache)}, "
        f"compute {show_bytes(need.compute)}, overhead {show_bytes(need.overhead)}"
    )


def _beside(found: Fit) -> str:
    """What lies in system memory wherever the model does."""
    each, beside = checkpoint(found.candidate.shape, found.asked.kv_type), found.here.need.beside
    told = f"{show_bytes(beside)} of memory for token embeddings and inputs; " if beside else ""
    kept = f", and {CHECKPOINTS} checkpoints of {show_bytes(each)} for each slot" if each else ""
    return f"{told}while it works, llama.cpp keeps up to 8 GiB of earlier prompts in memory{kept}"


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
            return f"{_split(found)} ({has})"
        case "memory":
            why = "too little GPU memory" if free.cards else "there is no GPU"
            return f"on CPU, {_speed(found)}: {why} ({has})"
        case "nowhere":
            return f"does not fit ({has})"
    return f"not known ({has})"


def _served(found: Fit, served: AtWindow) -> str:
    """How the server runs it with the next request, in one line."""
    asked = found.served_as
    why = f" ({found.candidate.decided_by})" if found.candidate.decided_by else ""
    slots = f", {asked.parallel} slots" if asked.parallel > 1 else ""
    return (
        f"{show_tokens(served.window)}{why}, KV cache {asked.kv_type}{slots}: "
        f"{show_bytes(served.need.total)}"
    )


def _split(found: Fit) -> str:
    """What part goes to memory, and how slow that makes it."""
    assert found.here.placed is not None
    what = "of its experts go" if found.candidate.shape.experts_used else "of its layers go"
    return f"{show_bytes(found.here.placed.in_memory)} {what} to memory, {_speed(found)}"


def _speed(found: Fit) -> str:
    """How fast it can write at the most when each token reads the part in memory."""
    slow = found.here.slow
    if not slow:
        return "slow"
    rate = MEMORY_SPEED / slow
    if rate >= FAST:
        return "which slows it little"
    told = f"{rate:.0f}" if rate >= 10 else f"{rate:.1f}"
    return f"so at most about {told} tokens per second with memory of {MEMORY_SPEED // 10**9} GB/s"


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
        stay = "; of each card llama.cpp leaves 1,024 MiB free"
        beside = "" if memory == NO_MEMORY else f", {memory}"  # all of it is the cards' own
        return f"free: {show_bytes(free.gpu_total)} of GPU memory{cards}{beside}{stay}"
    gpu = "" if free.gpus_known else "an unknown amount of GPU memory, "
    return f"free: {gpu}{memory}"


def _largest(found: Fit) -> Iterator[tuple[str, str]]:
    """Up to which window it fits."""
    if found.free.cards or not found.free.gpus_known:
        yield "On the GPU", _reach(found, found.largest_on_gpu)
    if found.free.cards and found.largest_in_memory == found.largest_on_gpu:
        return
    label = "And memory" if found.free.cards else "In memory"
    yield label, _reach(found, found.largest_in_memory)


def _reach(found: Fit, largest: Reading[Tokens]) -> str:
    """A largest window in words."""
    if isinstance(largest, Unknown):
        return f"not known: {largest.why}"
    if not largest.value:
        return "no window fits"
    longest = found.candidate.shape.longest_window
    whole = ", its longest window" if largest.value == longest else ""
    least = " at least" if found.least and not whole else ""
    return f"up to{least} {show_tokens(largest.value)}{whole}"


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
    setting = OLD_SETTING if found.asked.all_logits else SETTING
    yield f"With {other.kv_type}", f"{text}; Ollama needs {setting} for it"


def _table(found: Fit, table: Beside) -> str:
    """The page's row, and why the sum differs."""
    assert table.row is not None
    row, size = table.row, found.here.need.total
    text = f"Factory's {row.size} row says {show_bytes(row.gpu_memory)} of GPU memory"
    if table.agrees:
        return f"{text}, the exact sum is near it"
    text += f", the exact sum is {show_bytes(size)}: {table.why}"
    if (table.place == "gpu") == (found.here.where == "gpu") or "unknown" in (
        table.place,
        found.here.where,
    ):
        return text
    row_says, sum_says = ("on the GPU", "not all of it")
    if found.here.where == "gpu":
        row_says, sum_says = ("not on the GPU", "all on the GPU")
    return f"{text}; here the row says {row_says}, the sum {sum_says}"
