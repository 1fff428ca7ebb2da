"""A loaded model lies wholly or partly in system memory although there is a GPU.

Each token then waits for the slowest part: a model half in memory is several times slower, which
for an agent's long prompts means minutes. The window's cache counts too, so a larger window alone
can push layers out of the GPU.
"""

from collections.abc import Iterator

from factory_byok.core.actions import by_command
from factory_byok.core.facts import Entry, Known, Loaded, Server, Snapshot
from factory_byok.core.findings import Finding, Remedy
from factory_byok.core.model_names import same_model
from factory_byok.core.requirements import FLOOR
from factory_byok.core.units import show_bytes, show_tokens
from factory_byok.diagnosis.advice import gpus_here, runner

TITLE = "Model on the GPU"
WHAT_TO_DO = (
    "`byok fit MODEL` shows the largest window that stays on the GPU; `byok window MODEL "
    "--set N` sets it"
)


def check(snap: Snapshot) -> Iterator[Finding]:
    """One finding for each listed entry whose loaded model is not wholly in GPU memory."""
    for entry, server in snap.answered():
        if not isinstance(server.loaded, Known):
            continue
        for loaded in server.loaded.value:
            spilled = loaded.size - loaded.on_gpu
            if (
                same_model(loaded.name, entry.model)
                and spilled > 0
                and _has_gpu(snap, entry, server)
            ):
                yield _finding(entry, loaded)


def _has_gpu(snap: Snapshot, entry: Entry, server: Server) -> bool:
    """Whether the server's machine has a GPU: a model there proves it, else this machine's own."""
    if isinstance(server.loaded, Known) and any(each.on_gpu for each in server.loaded.value):
        return True
    return runner(snap, entry.endpoint, server) != "remote" and gpus_here(snap.machine) > 0


def _finding(entry: Entry, loaded: Loaded) -> Finding:
    """How much lies where, and what makes room."""
    spilled = loaded.size - loaded.on_gpu
    share = f"{min(max(round(100 * spilled / loaded.size), 1), 99)} %"
    what = "All" if not loaded.on_gpu else f"{show_bytes(spilled)} ({share})"
    message = f"{what} of `{loaded.name}` is in system memory, not on the GPU, so it is slow"
    smaller = ""
    if isinstance(loaded.window, Known) and loaded.window.value > FLOOR:
        smaller = (
            f"a window smaller than {show_tokens(loaded.window.value)} (`byok window "
            f"{entry.model} --set {FLOOR}`), "
        )
    return Finding(
        "warning",
        entry.label,
        message,
        Remedy(
            f"Make room: {smaller}`OLLAMA_KV_CACHE_TYPE=q8_0` for the server, fewer loaded models, "
            "or a smaller model",
            by_command(("byok", "fit", entry.model)),
        ),
    )
