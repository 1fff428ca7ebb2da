"""The disk that holds Ollama's models is nearly full.

A pull then fails after it has downloaded gigabytes, and a full disk can stop the server as well.
"""

from collections.abc import Iterator

from factory_byok.core.actions import by_command
from factory_byok.core.facts import Disk, Known, Snapshot
from factory_byok.core.findings import Finding, Remedy
from factory_byok.core.units import GB, show_bytes
from factory_byok.diagnosis.advice import runner

TITLE = "Disk of the models"
WHAT_TO_DO = (
    "Remove models that you do not use (`ollama list`, `ollama rm NAME`), or move "
    "`OLLAMA_MODELS` to a larger disk"
)
LEAST_FREE = 5 * GB  # a 7B model at four bits needs 4.7 GB


def check(snap: Snapshot) -> Iterator[Finding]:
    """One finding for each disk with a model store and less than 5 GB left, where Ollama is."""
    if _ollama_is_here(snap):
        yield from (_finding(disk) for disk in snap.machine.disks if disk.free < LEAST_FREE)


def _ollama_is_here(snap: Snapshot) -> bool:
    """Whether this machine has an Ollama, installed or answering."""
    if isinstance(snap.ollama, Known) and snap.ollama.value.kind != "absent":
        return True
    return any(
        isinstance(reading, Known)
        and reading.value.is_ollama
        and runner(snap, endpoint, reading.value) != "remote"
        for endpoint, reading in snap.servers.items()
    )


def _finding(disk: Disk) -> Finding:
    """The disk and how to make room."""
    return Finding(
        "warning",
        disk.path,
        f"The disk of Ollama's models has {show_bytes(disk.free)} left of {show_bytes(disk.total)}",
        Remedy(
            "Remove models that you do not use with `ollama rm NAME`, or move the store with "
            "OLLAMA_MODELS",
            by_command(("ollama", "list")),
        ),
    )
