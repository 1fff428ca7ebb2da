"""The machine has a GPU that the Ollama server does not use.

Then every model runs on the processor, and Ollama's automatic window is only 4,096 tokens. Usual
causes: a driver that is too old or absent, a card hidden by a variable, an integrated GPU, which
Ollama leaves out unless told otherwise, or a container that was not given the card.
"""

from collections.abc import Iterator

from factory_byok.core.facts import Gpu, Known, Server, Snapshot
from factory_byok.core.findings import Finding, Remedy
from factory_byok.core.words import lower_first
from factory_byok.diagnosis.advice import runner, set_variable

TITLE = "GPU in use"
WHAT_TO_DO = (
    "Read the start of the server's log: it says which cards it found, and why it left one out"
)


def check(snap: Snapshot) -> Iterator[Finding]:
    """At most one finding for each Ollama on this machine."""
    gpus = [
        gpu
        for reading in snap.machine.gpus.values()
        if isinstance(reading, Known)
        for gpu in reading.value
    ]
    if not gpus:
        return
    usable = [gpu for gpu in gpus if not gpu.left_out]
    for endpoint, reading in snap.servers.items():
        if not isinstance(reading, Known) or not reading.value.is_ollama:
            continue
        server = reading.value
        if runner(snap, endpoint, server) == "remote":
            continue
        if not usable:
            yield _left_out(snap, endpoint, server, gpus[0])
        elif _idle(server):
            yield _unused(snap, endpoint, server, usable[0])


def _idle(server: Server) -> bool:
    """Whether models are loaded and none of them has a byte on a GPU."""
    loaded = server.loaded
    if not isinstance(loaded, Known) or not loaded.value:
        return False
    return not any(each.on_gpu for each in loaded.value)


def _left_out(snap: Snapshot, endpoint: str, server: Server, gpu: Gpu) -> Finding:
    """The only card is one that Ollama leaves out."""
    message = f"Ollama does not use the {gpu.name}: {gpu.left_out}"
    if "integrated" in gpu.left_out.lower():
        how = set_variable(snap, endpoint, server, "OLLAMA_IGPU_ENABLE=1")
        return Finding(
            "warning", endpoint, message, Remedy(f"To use it all the same: {lower_first(how)}")
        )
    return Finding("warning", endpoint, message, Remedy(_drivers(snap, endpoint, server)))


def _unused(snap: Snapshot, endpoint: str, server: Server, gpu: Gpu) -> Finding:
    """A good card, and a model that lies in system memory alone."""
    message = f"This machine has the {gpu.name}, but nothing that is loaded is on it"
    return Finding("warning", endpoint, message, Remedy(_drivers(snap, endpoint, server)))


def _drivers(snap: Snapshot, endpoint: str, server: Server) -> str:
    """Where to look for the cause on this platform."""
    match runner(snap, endpoint, server), snap.machine.system:
        case "container", _:
            return (
                "Create the container again with `--gpus=all` (NVIDIA) or "
                "`--device /dev/kfd --device /dev/dri` (AMD)"
            )
        case "service", _:
            return (
                "Update the GPU's driver, restart with `sudo systemctl restart ollama`, and read "
                "`journalctl -u ollama | grep -i compute`"
            )
        case _, "windows":
            return (
                "Update the GPU's driver, restart Ollama, and read `inference compute` in "
                "`%LOCALAPPDATA%\\Ollama\\server.log`"
            )
    return "Update the GPU's driver, restart Ollama, and read `inference compute` in its log"
