"""What this machine can run by Factory's hardware table: on the GPU, in memory only, or not."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from factory_byok.core.facts import Gpu, Json, Known, Machine, Reading, Unknown
from factory_byok.core.units import Bytes, show_bytes
from factory_byok.sizing.hardware_table import CLOUD, LOCAL, ROWS, Row, Suggestion, row

Place = Literal["gpu", "memory", "nowhere", "unknown"]

NOT_LOOKED: Final = Unknown("no graphics card was looked for")


@dataclass(frozen=True, slots=True)
class Pull:
    """One of the page's models, where it would run here, and why."""

    suggestion: Suggestion
    place: Place
    reason: str


@dataclass(frozen=True, slots=True)
class Own:
    """byok's own pick: how far it reaches here, and the one reason why it is not the page's.

    `why` is "" where both agree.
    """

    model: str
    reason: str
    why: str = ""
    installed: bool = False


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The table, held against one machine.

    `gpu_row` and `memory_row` are the largest rows reached, None for none or when the reading is
    Unknown. `gpu_memory` is what counts: Known(0) without a card, Unknown when nothing counts and a
    card could not be read. `rows` says of every row where it runs: `memory` is slow, `unknown`
    means that what could not be read decides. `pulls` judges both local models of the page; `best`
    is the one to pull here, else the cloud model; `own` is byok's pick, None when nobody asked for
    it. `unread` and `left_out` say which cards do not
    count, one phrase each.
    """

    gpu_row: Row | None
    memory_row: Row | None
    gpu_memory: Reading[Bytes]
    memory: Reading[Bytes]
    rows: tuple[tuple[Row, Place], ...]
    pulls: tuple[Pull, ...]
    best: Pull
    unread: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    own: Own | None = None


def recommend(machine: Machine) -> Recommendation:
    """Holds the table against a machine; total memory decides, not what is free just now."""
    unread = tuple(_unread(machine))
    gpu_memory = _gpu_memory(machine, unread)
    memory = _total(machine)
    rows = tuple((each, _place(each, gpu_memory, memory, unread)) for each in ROWS)
    places = {each.size: place for each, place in rows}
    pulls = tuple(_pull(each, places[each.row], gpu_memory, memory) for each in LOCAL)
    return Recommendation(
        gpu_row=_largest(gpu_memory, lambda each: each.gpu_memory),
        memory_row=_largest(memory, lambda each: each.memory),
        gpu_memory=gpu_memory,
        memory=memory,
        rows=rows,
        pulls=pulls,
        best=_best(pulls, memory),
        unread=unread,
        left_out=tuple(f"{gpu.name}: {gpu.left_out}" for gpu in _gpus(machine) if gpu.left_out),
    )


def as_json(found: Recommendation) -> dict[str, Json]:
    """The recommendation as reports carry it: rows by size (`30B`) or null, sizes in bytes."""
    return {
        "gpu_row": found.gpu_row.size if found.gpu_row else None,
        "memory_row": found.memory_row.size if found.memory_row else None,
        "gpu_memory": found.gpu_memory.value if isinstance(found.gpu_memory, Known) else None,
        "memory": found.memory.value if isinstance(found.memory, Known) else None,
        "rows": [{"size": each.size, "place": place} for each, place in found.rows],
        "pulls": [_pull_as_json(each) for each in found.pulls],
        "best": _pull_as_json(found.best),
        "unread": list(found.unread),
        "left_out": list(found.left_out),
        "own": _own_as_json(found.own),
    }


def _own_as_json(own: Own | None) -> Json:
    if own is None:
        return None
    return {
        "model": own.model,
        "installed": own.installed,
        "reason": own.reason,
        "why_not_the_pages": own.why,
    }


def _pull_as_json(pull: Pull) -> Json:
    told = pull.suggestion
    return {
        "model": told.model,
        "max_output": told.max_output,
        "place": pull.place,
        "reason": pull.reason,
    }


# --- what counts ---------------------------------------------------------------------------------


def _gpus(machine: Machine) -> Iterator[Gpu]:
    """Every card that some vendor told."""
    for told in machine.gpus.values():
        if isinstance(told, Known):
            yield from told.value


def _unread(machine: Machine) -> Iterator[str]:
    """Why a card that may be there does not count: its vendor or its memory could not be read."""
    for told in machine.gpus.values():
        if isinstance(told, Unknown):
            yield told.why
    for gpu in _gpus(machine):
        if isinstance(gpu.memory, Unknown) and not gpu.left_out:
            yield f"{gpu.name}: {gpu.memory.why}"


def _gpu_memory(machine: Machine, unread: tuple[str, ...]) -> Reading[Bytes]:
    """Cards add up; those that share the system's memory count once, and not beside other cards."""
    own = shared = 0
    for gpu in _gpus(machine):
        size = 0 if gpu.left_out or isinstance(gpu.memory, Unknown) else gpu.memory.value
        if gpu.unified:
            shared = max(shared, size)
        else:
            own += size
    if own + shared == 0 and unread:
        return Unknown("; ".join(unread))
    return Known(Bytes(own or shared)) if machine.gpus else NOT_LOOKED


def _total(machine: Machine) -> Reading[Bytes]:
    if isinstance(machine.memory, Unknown):
        return machine.memory
    return Known(machine.memory.value.total)


# --- the table -----------------------------------------------------------------------------------


def _largest(has: Reading[Bytes], needs: Callable[[Row], Bytes]) -> Row | None:
    """The largest row reached, None when none is or when it is not known what there is."""
    if isinstance(has, Unknown):
        return None
    return next((each for each in reversed(ROWS) if needs(each) <= has.value), None)


def _place(
    needed: Row, gpu: Reading[Bytes], memory: Reading[Bytes], unread: tuple[str, ...]
) -> Place:
    """Where a model of this row would run."""
    if isinstance(gpu, Known) and needed.gpu_memory <= gpu.value:
        return "gpu"
    if isinstance(gpu, Unknown) or unread or isinstance(memory, Unknown):
        return "unknown"
    return "memory" if needed.memory <= memory.value else "nowhere"


def _pull(told: Suggestion, place: Place, gpu: Reading[Bytes], memory: Reading[Bytes]) -> Pull:
    """One of the page's models with the reason for its place, a sentence without a period."""
    needed = row(told.row)
    on_gpu = f"{show_bytes(needed.gpu_memory)} of GPU memory"
    in_memory = f"{show_bytes(needed.memory)} of memory"
    reasons: dict[Place, str] = {
        "gpu": f"the {told.row} row needs {on_gpu}; this machine has {_show(gpu)}",
        "memory": f"the {told.row} row needs {on_gpu} and this machine has {_show(gpu)}, so it "
        "runs on CPU, which is slow",
        "nowhere": f"the {told.row} row needs {on_gpu}, or {in_memory}; this machine has "
        f"{_show(gpu)} and {_show(memory)}",
        "unknown": f"the {told.row} row needs {on_gpu}, or {in_memory} to run slowly, and not all "
        "of that could be read here",
    }
    return Pull(told, place, reasons[place])


def _show(size: Reading[Bytes]) -> str:
    if isinstance(size, Unknown):
        return "an unknown amount"
    return show_bytes(size.value) if size.value else "none"


def _best(pulls: tuple[Pull, ...], memory: Reading[Bytes]) -> Pull:
    """The larger model that the GPU holds, else the smaller one that memory holds, else the cloud.

    In memory the smaller is better: droid's first request is over 7,000 tokens long, and a
    processor reads them for many minutes with the larger one.
    """
    on_gpu = next((each for each in pulls if each.place == "gpu"), None)
    if on_gpu:
        return on_gpu
    smallest = pulls[-1]
    held = isinstance(memory, Known) and row(smallest.suggestion.row).memory <= memory.value
    if smallest.place != "nowhere" and (held or isinstance(memory, Unknown)):
        return smallest
    return Pull(CLOUD, "nowhere", "no local model of the table fits this machine")
