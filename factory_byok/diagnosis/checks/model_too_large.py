"""The model needs more memory than there is.

What a model needs is its weights, the cache for its whole window, and working buffers. What does
not fit on the GPU goes to system memory, which is slow; what fits nowhere makes the load fail, or
the whole machine swap. A smaller window, a coarser cache or a smaller model helps.
"""

from collections.abc import Iterator

from factory_byok.core.actions import by_command
from factory_byok.core.facts import (
    Entry,
    Gpu,
    Known,
    Loaded,
    Memory,
    Model,
    Server,
    Snapshot,
    Window,
)
from factory_byok.core.findings import Finding, Remedy
from factory_byok.core.model_names import is_cloud, same_model
from factory_byok.core.requirements import FLOOR
from factory_byok.core.units import Bytes, show_bytes, show_tokens
from factory_byok.diagnosis.advice import runner, settings_of
from factory_byok.sizing.memory import (
    Demand,
    Device,
    cards_needed,
    demand,
    place,
    read_shape,
)

TITLE = "Model fits"
WHAT_TO_DO = (
    "`byok fit MODEL` shows what each window needs; take a smaller window, a coarser cache "
    "or a smaller model"
)
KV_TYPES = ("f32", "f16", "bf16", "q8_0", "q5_1", "q5_0", "q4_1", "q4_0", "iq4_nl")


def check(snap: Snapshot) -> Iterator[Finding]:
    """One finding for each local model that would not fit into GPU and system memory together.

    A loaded model has proven itself; a cloud model and a server elsewhere need nothing here.
    """
    for entry, server, model in snap.served():
        if server.provider != "ollama" or model.remote_host or is_cloud(model.name):
            continue
        if runner(snap, entry.endpoint, server) == "remote" or _loaded(server, model):
            continue
        if not model.weights or not isinstance(model.window, Known):
            continue
        yield from _judge(snap, entry, server, model, model.window.value)


def _loaded(server: Server, model: Model) -> bool:
    """Whether the model is in memory now."""
    loaded: tuple[Loaded, ...] = server.loaded.value if isinstance(server.loaded, Known) else ()
    return any(same_model(each.name, model.name) for each in loaded)


def _judge(
    snap: Snapshot, entry: Entry, server: Server, model: Model, window: Window
) -> Iterator[Finding]:
    """A finding when the demand is above what the GPUs and the memory hold in all."""
    memory: Memory = snap.machine.memory.value  # raises NotKnown: nothing to compare with
    cards = _cards(snap)
    sizes = [card.memory.value for card in cards if isinstance(card.memory, Known)]
    if len(sizes) < len(cards):
        return
    need = _need(server, model, window, cards, sizes)
    unified = any(card.unified for card in cards)
    landing = place(need, sizes, Bytes(0) if unified else memory.total)
    missing = max(need.total - memory.total, 0) if unified else landing.missing
    if missing > 0:
        have = memory.total if unified else Bytes(sum(sizes) + memory.total)
        yield _finding(entry, model, window, need, have)


def _need(
    server: Server, model: Model, window: Window, cards: list[Gpu], sizes: list[Bytes]
) -> Demand:
    """What the model needs at its window with this server's settings."""
    count = model.parameters.value if isinstance(model.parameters, Known) else None
    shape = read_shape(model.shape, model.weights, count)
    settings = settings_of(server)
    variables = (
        settings.variables.value if settings and isinstance(settings.variables, Known) else {}
    )
    told = variables.get("OLLAMA_KV_CACHE_TYPE", "").strip(" \"'").lower()
    kv_type = told if told in KV_TYPES else "f16"
    slots = variables.get("OLLAMA_NUM_PARALLEL", "").strip(" \"'")
    parallel = int(slots) if slots.isascii() and slots.isdigit() and int(slots) else 1
    device: Device = "metal" if any(card.vendor == "apple" for card in cards) else "cuda"
    gpus = cards_needed(shape, window.tokens, sizes, kv_type, parallel)
    return demand(shape, window.tokens, kv_type, parallel, gpus, device=device)


def _cards(snap: Snapshot) -> list[Gpu]:
    """The GPUs that Ollama would use."""
    readings = [each.value for each in snap.machine.gpus.values() if isinstance(each, Known)]
    return [gpu for gpus in readings for gpu in gpus if not gpu.left_out]


def _finding(entry: Entry, model: Model, window: Window, need: Demand, have: Bytes) -> Finding:
    """What is needed against what there is."""
    smaller = f"a window of {show_tokens(FLOOR)} needs less; " if window.tokens > FLOOR else ""
    return Finding(
        "warning",
        entry.label,
        f"`{model.name}` needs {show_bytes(need.total)} at {show_tokens(window.tokens)} "
        f"({need.basis}), and this machine has {show_bytes(have)} of GPU and system memory",
        Remedy(
            f"See what fits: {smaller}a smaller model surely does",
            by_command(("byok", "fit", model.name)),
        ),
    )
