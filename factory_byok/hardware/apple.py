"""The graphics of Macs: Apple silicon by sysctl, Intel Macs by system_profiler."""

import json
import re
from collections.abc import Mapping
from typing import Final

from factory_byok.core.errors import ByokError
from factory_byok.core.facts import Gpu, Known, Memory, Reading, Unknown
from factory_byok.core.units import GIB, Bytes
from factory_byok.core.world import World
from factory_byok.hardware import ram
from factory_byok.hardware.guard import never_raises
from factory_byok.hardware.sysfs import whole

SYSCTLS: Final = ("hw.memsize", "machdep.cpu.brand_string", "iogpu.wired_limit_mb")
SILICON: Final = ("Apple", "VirtualApple")  # the second is what Rosetta says
PROFILER_DEADLINE: Final = 6.0  # seconds; it looks at every screen

# Metal's recommended working set, logged by llama.cpp (`recommendedMaxWorkingSetSize`). 64 and 128
# GiB: ollama/ollama pull 14743. Below 36 GiB two thirds of the memory: 10,922.67 of 16 GiB
# (abetlen/llama-cpp-python issue 687), 21,845.34 of 32 (ollama/ollama issue 434). From there on
# three quarters: 73,728 of 96 (ggml-org/llama.cpp issue 3213)
MEASURED: Final = {64 * GIB: 51.8, 128 * GIB: 96.0}
LARGE: Final = 36 * GIB

INTEL_MAC: Final = "Ollama uses only the processor of an Intel Mac"  # docs.ollama.com/macos


@never_raises("the Mac's graphics")
def probe(world: World) -> Reading[tuple[Gpu, ...]]:
    """Reads the graphics of a Mac; `memory` is what Metal lets programs use, not the RAM."""
    if world.system != "darwin":
        return Known(())
    told = {name: world.printed(["sysctl", "-n", name]) for name in SYSCTLS}
    if told["machdep.cpu.brand_string"].startswith(SILICON):
        return Known((parse_silicon(told, ram.probe(world)),))
    return _intel_mac(world)


def parse_silicon(told: Mapping[str, str], memory: Reading[Memory]) -> Gpu:
    """Apple silicon: the limit that the owner set (MiB, 0 for none), else Metal's own.

    Free is what the system has left, at most the limit.
    """
    total = whole(told.get("hw.memsize"))
    name = " ".join(told.get("machdep.cpu.brand_string", "").split()) or "Apple graphics"
    if not total or total < 2**20:  # no Mac has less than a MiB: the answer is damaged
        why = Unknown("macOS does not tell how much memory there is")
        return Gpu(name, "apple", why, why, unified=True)
    wired = whole(told.get("iogpu.wired_limit_mb")) or 0
    limit = min(wired * 2**20, total) if wired else working_set(total)
    if isinstance(memory, Unknown):
        return Gpu(name, "apple", Known(Bytes(limit)), memory, unified=True)
    free = Bytes(min(limit, memory.value.available))
    return Gpu(name, "apple", Known(Bytes(limit)), Known(free), unified=True)


def working_set(total: int) -> int:
    """Bytes of a Mac's `total` bytes that Metal recommends for the graphics to use at most."""
    if total in MEASURED:
        return int(MEASURED[total] * GIB)
    return total * 3 // 4 if total >= LARGE else total * 2 // 3


def _intel_mac(world: World) -> Reading[tuple[Gpu, ...]]:
    try:
        told = world.run(
            ["system_profiler", "SPDisplaysDataType", "-json"], deadline=PROFILER_DEADLINE
        )
    except ByokError as error:
        return Unknown(error.message)
    return parse_displays(told.out)


def parse_displays(written: str) -> Reading[tuple[Gpu, ...]]:
    """The cards of `system_profiler SPDisplaysDataType -json`, none of which Ollama uses."""
    try:
        told = json.loads(written)
    except (ValueError, RecursionError):
        return Unknown("system_profiler's answer could not be read")
    listed = told.get("SPDisplaysDataType") if isinstance(told, dict) else None
    if not isinstance(listed, list):
        return Unknown("system_profiler does not list the graphics")
    return Known(tuple(_display(each) for each in listed if isinstance(each, dict)))


def _display(card: Mapping[str, object]) -> Gpu:
    """One card; `spdisplays_vram` is its own memory, `spdisplays_vram_shared` the system's."""
    name = card.get("sppci_model")
    name = name if isinstance(name, str) and name else "Mac graphics"
    shared = "spdisplays_vram_shared" in card
    size = parse_size(card.get("spdisplays_vram_shared" if shared else "spdisplays_vram"))
    vendor = next((each for each in ("amd", "intel", "nvidia") if each in name.lower()), "apple")
    return Gpu(name, vendor, size, Unknown("macOS does not tell it"), shared, left_out=INTEL_MAC)


def parse_size(written: object) -> Reading[Bytes]:
    """A size as macOS writes it, `8 GB` or `1536 MB`, of 1,024 each."""
    found = re.fullmatch(r"([0-9]{1,6}) (MB|GB)", written) if isinstance(written, str) else None
    if found is None:
        return Unknown("macOS does not tell this card's memory")
    return Known(Bytes(int(found[1]) * (2**30 if found[2] == "GB" else 2**20)))
