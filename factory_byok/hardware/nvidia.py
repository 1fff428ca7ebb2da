"""NVIDIA cards: through NVML, else through the program nvidia-smi."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from factory_byok.core.facts import NOT_READ, Gpu, Known, Memory, Reading, Unknown
from factory_byok.core.units import Bytes
from factory_byok.core.world import World
from factory_byok.hardware import machine, nvml, ram, sysfs, windows
from factory_byok.hardware.guard import never_raises, program
from factory_byok.hardware.nvml import NvidiaCard
from factory_byok.hardware.visible import Handle, chosen

PCI_VENDOR: Final = "0x10de"
VARIABLE: Final = "CUDA_VISIBLE_DEVICES"

# Parts of a whole whose memory is the system's own (nvidia.com: DGX Spark, Jetson, Drive)
UNIFIED_NAMES: Final = ("GB10", "Orin", "Thor", "Xavier", "Tegra", "Jetson", "nvgpu")

# What Ollama needs (docs.ollama.com/gpu; ollama discover/): compute capability 5.0 and driver 550,
# or 570 for cards from 5.0 to 6.2
OLDEST_CAPABILITY: Final = (5, 0)
LAST_OLD_CAPABILITY: Final = (6, 2)
OLDEST_DRIVER: Final = 550
OLDEST_DRIVER_FOR_OLD: Final = 570

QUERY: Final = (
    "--query-gpu=index,name,driver_version,memory.total,memory.used,memory.free,uuid,"
    "mig.mode.current"
)


@never_raises("the NVIDIA cards")
def probe(world: World) -> Reading[tuple[Gpu, ...]]:
    """Reads all cards; those that Ollama would not use are told with the reason.

    No library and no other sign of a card means none; every other failure is Unknown, whose kind
    is `no_library`, `not_loaded`, `mismatch`, `no_permission`, `too_old`, `lost` or `other`.
    """
    if world.system == "darwin":
        return Known(())  # the last Macs with NVIDIA cards are Intel Macs, which apple.py reads
    told = nvml.read(world)
    if isinstance(told, Unknown):
        told = _by_program(world, told)
    if isinstance(told, Unknown):
        return _without_answer(world, told)
    if not told.value and sysfs.cards(world, PCI_VENDOR):
        return Unknown("there is an NVIDIA card, but its driver lists none", kind="lost")
    shared = ram.probe(world) if any(_not_told(card) for card in told.value) else NOT_READ
    return Known(parse(told.value, world.env.get(VARIABLE), shared))


def parse(
    cards: Sequence[NvidiaCard], visible: str | None, shared: Reading[Memory]
) -> tuple[Gpu, ...]:
    """What the driver tells, as facts.

    `visible` is the value of CUDA_VISIBLE_DEVICES, `shared` the system's memory for unified parts.
    """
    order = chosen(visible, [Handle(card.index, card.ids) for card in cards])
    instances = [at for at in order if cards[at].instance]
    usable = set(order).difference(instances[1:])
    return tuple(_gpu(card, at in order, at in usable, shared) for at, card in enumerate(cards))


def _gpu(card: NvidiaCard, visible: bool, usable: bool, shared: Reading[Memory]) -> Gpu:
    plain = Gpu(
        card.name,
        "nvidia",
        card.memory,
        card.free,
        driver=card.driver,
        left_out=_left_out(card, visible, usable),
        note=_note(card),
    )
    return _unified(plain, shared) if _not_told(card) else plain


def _left_out(card: NvidiaCard, visible: bool, usable: bool) -> str:
    """Why CUDA programs do not see this card, "" when they do."""
    if card.divided:
        return "it is divided (MIG): only its instances can be used"
    if not visible:
        return f"{VARIABLE} hides it"
    if not usable:
        # docs.nvidia.com/datacenter/tesla/mig-user-guide, device enumeration
        return "a CUDA program sees only one MIG instance at a time"
    if card.capability and card.capability < OLDEST_CAPABILITY:
        return "its compute capability {}.{} is below 5.0, which Ollama needs".format(
            *card.capability
        )
    return ""


def _note(card: NvidiaCard) -> str:
    """A driver that is too old for today's Ollama; older versions of Ollama may still take it."""
    major = re.match(r"[0-9]{1,6}(?=\.)", card.driver)
    old = card.capability is not None and card.capability <= LAST_OLD_CAPABILITY
    needed = OLDEST_DRIVER_FOR_OLD if old else OLDEST_DRIVER
    if major is None or int(major[0]) >= needed:
        return ""
    return f"the NVIDIA driver {card.driver} is older than {needed}, which Ollama needs"


def _not_told(card: NvidiaCard) -> bool:
    return isinstance(card.memory, Unknown) and card.memory.kind == "not_supported"


def _unified(gpu: Gpu, shared: Reading[Memory]) -> Gpu:
    """A card without memory of its own: for the known parts of a whole it is the system's."""
    if any(name in gpu.name for name in UNIFIED_NAMES) and isinstance(shared, Known):
        total, free = Known(shared.value.total), Known(shared.value.available)
        return replace(gpu, memory=total, free=free, unified=True)
    why = Unknown("the driver does not tell its memory; it may share the system's", "not_supported")
    return replace(gpu, memory=why, free=why, unified=True)


# --- without NVML --------------------------------------------------------------------------------


def _by_program(world: World, why: Unknown) -> Reading[tuple[NvidiaCard, ...]]:
    """What nvidia-smi says; NVML's reason when it says nothing better."""
    found = program(world, "nvidia-smi", nvml.FOLDERS[0])
    if not found:
        return why
    cards = parse_table(world.printed([found, QUERY, "--format=csv,noheader,nounits"]))
    if cards:
        return Known(cards)
    return replace(why, why=f"{why.why}; nvidia-smi does not answer either")


def parse_table(written: str) -> tuple[NvidiaCard, ...]:
    """nvidia-smi's lines `0, NVIDIA GeForce RTX 4090, 550.54.15, 24564, 1024, 23540, GPU-…, …`.

    Sizes are MiB, `[N/A]` where it does not know. Lines that look otherwise are passed over.
    """
    rows = [[cell.strip() for cell in line.split(",")] for line in written.splitlines()]
    return tuple(_row(row) for row in rows if len(row) >= 6 and sysfs.whole(row[0]) is not None)


def _row(row: list[str]) -> NvidiaCard:
    index, name, driver, total, _, free, *rest = row
    sizes = (_mebibytes(total), _mebibytes(free))
    if rest[1:2] == ["Enabled"]:
        divided = Unknown("it is divided (MIG), and nvidia-smi's table does not list the instances")
        sizes = (divided, divided)
    name = name or f"NVIDIA card {index}"
    return NvidiaCard(sysfs.whole(index) or 0, name, *sizes, ids=tuple(rest[:1]), driver=driver)


def _mebibytes(written: str) -> Reading[Bytes]:
    size = sysfs.whole(written)
    if size:
        return Known(Bytes(size * 2**20))
    return Unknown("nvidia-smi does not tell this card's memory", kind="not_supported")


def _without_answer(world: World, why: Unknown) -> Reading[tuple[Gpu, ...]]:
    """What silence means: none, a Jetson without the library, or a card that could not be read."""
    if why.kind != "no_library":
        return why
    board = (sysfs.text(world.root / "proc/device-tree/model") or "").strip("\0 \n")
    if "Jetson" in board:
        return Known((_unified(Gpu(board, "nvidia", NOT_READ), ram.probe(world)),))
    if not _signs(world):
        return Known(())
    advice = "install NVIDIA's driver"
    if machine.in_container(world):
        advice = "start the container with `--gpus all`"
    return replace(why, why=f"there is an NVIDIA card, but {why.why}: {advice}")


def _signs(world: World) -> bool:
    """Whether anything else shows an NVIDIA card: the kernel's driver, the PCI bus, Windows."""
    if world.system == "windows":
        return any(adapter.vendor == "nvidia" for adapter in windows.adapters(world))
    told = (world.root / "proc/driver/nvidia/version", world.root / nvml.FOLDERS[0] / nvml.LIBRARY)
    return any(path.exists() for path in told) or bool(sysfs.cards(world, PCI_VENDOR))
