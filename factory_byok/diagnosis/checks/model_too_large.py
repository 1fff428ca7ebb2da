"""The model needs more memory than there is.

What a model needs is its weights, the cache for its whole window, and working buffers. What does
not fit on the GPU goes to system memory, which is slow; what fits nowhere makes the load fail, or
the whole machine swap. A smaller window, a coarser cache or a smaller model helps.
"""

from collections.abc import Iterator

from factory_byok.core.actions import by_command
from factory_byok.core.facts import Entry, Known, Loaded, Model, Server, Snapshot, Window
from factory_byok.core.findings import Finding, Remedy
from factory_byok.core.model_names import same_model
from factory_byok.core.requirements import FLOOR
from factory_byok.core.units import Bytes, show_bytes, show_tokens
from factory_byok.diagnosis.advice import runner
from factory_byok.sizing.fitting.candidate import installed
from factory_byok.sizing.fitting.free import whole_memory
from factory_byok.sizing.fitting.one import AtWindow, asked_of, at_window

TITLE = "Model fits"
WHAT_TO_DO = (
    "`byok fit MODEL` shows what each window needs; take a smaller window, a coarser cache "
    "or a smaller model"
)


def check(snap: Snapshot) -> Iterator[Finding]:
    """One finding for each local model that would not fit into GPU and system memory together.

    A loaded model has proven itself; a cloud model and a server elsewhere need nothing here.
    """
    for entry, server, model in snap.served():
        if not server.is_ollama or model.remote:
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
    """A finding when the demand is above what the GPUs and the memory hold in all.

    The same sum as in `byok fit`, on a machine on which nothing else runs.
    """
    memory = snap.machine.memory.value  # raises NotKnown: nothing to compare with
    whole = whole_memory(snap.machine)
    if not whole.gpus_known:
        return
    found = at_window(installed(model, server), whole, asked_of(server), window.tokens)
    if found.where == "nowhere":
        beside = whole.memory.value if isinstance(whole.memory, Known) else memory.total
        have = Bytes(whole.gpu_total + beside)
        yield _finding(entry, model, window, found, have)


def _finding(entry: Entry, model: Model, window: Window, found: AtWindow, have: Bytes) -> Finding:
    """What is needed against what there is."""
    need = found.need
    smaller = f"a window of {show_tokens(FLOOR)} needs less; " if window.tokens > FLOOR else ""
    return Finding(
        "warning",
        entry.label,
        f"`{model.name}` needs {show_bytes(need.total)} at {show_tokens(window.tokens)} "
        f"({need.basis}), and this machine has {show_bytes(have)} of GPU and system memory",
        Remedy(
            f"See what fits: {smaller}a smaller model too",
            by_command(("byok", "fit", model.name)),
        ),
    )
