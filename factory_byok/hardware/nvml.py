"""Asks NVIDIA's management library (NVML, through pynvml) about its cards."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from factory_byok.core.facts import NOT_READ, Known, Reading, Unknown
from factory_byok.core.units import Bytes
from factory_byok.core.world import World
from factory_byok.hardware.guard import reason_of

# Where the library lies when the linker does not know it: under WSL
# (docs.nvidia.com/cuda/wsl-user-guide), on Google's Kubernetes nodes
# (cloud.google.com/kubernetes-engine, GPUs), on NixOS (nixos.org/manual, OpenGL)
FOLDERS: Final = ("usr/lib/wsl/lib", "usr/local/nvidia/lib64", "run/opengl-driver/lib")
LIBRARY: Final = "libnvidia-ml.so.1"

# nvmlReturn_t (docs.nvidia.com/deploy/nvml-api, group nvmlDeviceEnumvs)
NOT_SUPPORTED: Final = 3
LIBRARY_NOT_FOUND: Final = 12
FAULTS: Final = {
    4: ("no_permission", "this user may not talk to the NVIDIA driver"),
    9: ("not_loaded", "the NVIDIA driver is installed but not loaded"),
    12: ("no_library", "the NVIDIA driver's library (libnvidia-ml) was not found"),
    13: ("too_old", "the NVIDIA driver's library is too old or damaged: a function is missing"),
    15: ("lost", "the card fell off the bus or cannot be reached: restart the machine"),
    18: (
        "mismatch",
        "the loaded NVIDIA driver and its library have different versions, which happens after "
        "an update: restart the machine",
    ),
}


@dataclass(frozen=True, slots=True)
class NvidiaCard:
    """A card, or one MIG instance of card `index`, as the driver tells it.

    `ids` are its identifiers (`GPU-…`, `MIG-…`), `capability` its compute capability (8, 9).
    `divided` means that MIG is on: the memory then belongs to its instances.
    """

    index: int
    name: str
    memory: Reading[Bytes]
    free: Reading[Bytes] = NOT_READ
    ids: tuple[str, ...] = ()
    driver: str = ""
    capability: tuple[int, int] | None = None
    divided: bool = False
    instance: bool = False


def read(world: World) -> Reading[tuple[NvidiaCard, ...]]:
    """All cards and MIG instances, in the order of the PCI bus; Unknown.kind is a key of FAULTS."""
    try:
        nvml = world.load("pynvml")
    except ImportError:
        return Unknown("the Python module pynvml is not installed", kind="no_library")
    try:
        _start(world, nvml)
    except nvml.NVMLError as error:
        return explain(error)
    try:
        return Known(tuple(_all(nvml)))
    except nvml.NVMLError as error:
        return explain(error)
    finally:
        with suppress(nvml.NVMLError):
            nvml.nvmlShutdown()


def explain(error: Any) -> Unknown:
    """Why NVML did not answer, in words that say what to do about it."""
    kind, why = FAULTS.get(getattr(error, "value", 0), ("other", ""))
    return Unknown(why or f"the NVIDIA driver answered: {reason_of(error)}", kind=kind)


def _start(world: World, nvml: Any) -> None:
    """Starts the library; when the linker does not know it, from the FOLDERS. Raises NVMLError."""
    try:
        nvml.nvmlInit()
    except nvml.NVMLError as error:
        if getattr(error, "value", 0) != LIBRARY_NOT_FOUND or not _preload(world):
            raise
        nvml.nvmlInit()


def _preload(world: World) -> bool:
    """Loads the library by its full path; the linker then finds it by its name, too."""
    for folder in FOLDERS:
        path = world.root / folder / LIBRARY
        try:
            if path.exists():
                world.load("ctypes").CDLL(str(path))
                return True
        except OSError:
            continue
    return False


def _all(nvml: Any) -> Iterator[NvidiaCard]:
    """Every card; one that fails is told with its reason and does not hide the others."""
    driver = _ask(nvml, "nvmlSystemGetDriverVersion") or ""
    for index in range(nvml.nvmlDeviceGetCount()):
        try:
            handle = nvml.nvmlDeviceGetHandleByIndex(index)
        except nvml.NVMLError as error:
            yield NvidiaCard(index, f"NVIDIA card {index}", explain(error), driver=driver)
            continue
        card = _card(nvml, handle, index, driver)
        yield card
        if card.divided:
            yield from _instances(nvml, handle, card)


def _card(nvml: Any, handle: Any, index: int, driver: str) -> NvidiaCard:
    memory, free = _memory(nvml, handle)
    mig = _ask(nvml, "nvmlDeviceGetMigMode", handle)
    return NvidiaCard(
        index,
        _ask(nvml, "nvmlDeviceGetName", handle) or f"NVIDIA card {index}",
        memory,
        free,
        ids=(_ask(nvml, "nvmlDeviceGetUUID", handle) or "",),
        driver=driver,
        capability=_ask(nvml, "nvmlDeviceGetCudaComputeCapability", handle),
        divided=bool(mig and mig[0]),
    )


def _instances(nvml: Any, parent: Any, card: NvidiaCard) -> Iterator[NvidiaCard]:
    """The MIG instances of a divided card; places without an instance answer with an error."""
    for place in range(_ask(nvml, "nvmlDeviceGetMaxMigDeviceCount", parent) or 0):
        handle = _ask(nvml, "nvmlDeviceGetMigDeviceHandleByIndex", parent, place)
        if handle is None:
            continue
        memory, free = _memory(nvml, handle)
        own = _ask(nvml, "nvmlDeviceGetUUID", handle) or ""
        # its own name, the card's name, and the older form MIG-GPU-…/1/0, cut before the slash
        ids = (own, *card.ids, *(f"MIG-{each}" for each in card.ids))
        name = _ask(nvml, "nvmlDeviceGetName", handle) or f"{card.name} MIG {place}"
        yield NvidiaCard(
            card.index, name, memory, free, ids, card.driver, card.capability, instance=True
        )


def _memory(nvml: Any, handle: Any) -> tuple[Reading[Bytes], Reading[Bytes]]:
    """Total and free bytes; the second version of the answer tells what the driver keeps, too."""
    try:
        told = _memory_info(nvml, handle)
    except nvml.NVMLError as error:
        if getattr(error, "value", 0) == NOT_SUPPORTED:
            unknown = Unknown("the driver does not tell this card's memory", kind="not_supported")
        else:
            unknown = explain(error)
        return unknown, unknown
    return parse_memory(told.total, told.free, getattr(told, "reserved", 0))


def parse_memory(total: int, free: int, reserved: int) -> tuple[Reading[Bytes], Reading[Bytes]]:
    """Bytes as readings: the total as the card is sold, free never with what the driver keeps."""
    if total <= 0:
        nothing = Unknown("the driver says that this card has no memory of its own")
        return nothing, nothing
    return Known(Bytes(total)), Known(Bytes(max(min(free, total - reserved), 0)))


def _memory_info(nvml: Any, handle: Any) -> Any:
    """The second version (drivers from 510 on), else the first. Raises NVMLError."""
    with suppress(AttributeError, nvml.NVMLError):
        return nvml.nvmlDeviceGetMemoryInfo(handle, version=nvml.nvmlMemory_v2)
    return nvml.nvmlDeviceGetMemoryInfo(handle)


def _ask(nvml: Any, function: str, *words: Any) -> Any:
    """One answer that is nice to have; None when this library or card does not give it."""
    try:
        return getattr(nvml, function)(*words)
    except (AttributeError, UnicodeDecodeError, nvml.NVMLError):
        return None
