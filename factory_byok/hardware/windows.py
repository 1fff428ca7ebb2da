"""Graphics cards under Windows by the registry: AMD's and Intel's, but not NVIDIA's.

NVIDIA cards are NVML's to tell (nvidia.py), on every system, so that none is counted twice; and
amd.py and intel.py tell none under Windows, for the same reason.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from factory_byok.core.facts import Gpu, Known, Reading, Unknown
from factory_byok.core.units import Bytes
from factory_byok.core.world import World
from factory_byok.hardware import amd
from factory_byok.hardware.guard import never_raises
from factory_byok.hardware.visible import LEFT_OUT, integrated_wanted

# The class of display adapters (learn.microsoft.com, system-defined device setup classes)
CLASS: Final = r"SYSTEM\CurrentControlSet\Control\Class\{4d36e968-e325-11ce-bfc1-08002be10318}"
# 64-bit; MemorySize and Win32_VideoController.AdapterRAM end at 4 GiB
SIZE: Final = "HardwareInformation.qwMemorySize"
VALUES: Final = (SIZE, "DriverDesc", "MatchingDeviceId", "DriverVersion")
MOST_ADAPTERS: Final = 256

VENDORS: Final = {"10de": "nvidia", "1002": "amd", "8086": "intel"}
MAKERS: Final = {"nvidia": "nvidia", "amd": "amd", "radeon": "amd", "intel": "intel"}

# Names of integrated parts as their drivers write them (amd.com, intel.com product pages): `AMD
# Radeon(TM) Graphics`, `Radeon 780M`, `Radeon Vega 8`; every Intel part but `Arc A770`, `Arc B580`
AMD_INTEGRATED: Final = re.compile(
    r"radeon(\(tm\))? graphics$|vega \d+ graphics|\b[678][0-9]0m\b|\b80[0-9]0s\b", re.IGNORECASE
)
AMD_TAKEN: Final = re.compile(r"\b80[56]0s\b", re.IGNORECASE)  # gfx1151, which Ollama does take
INTEL_DISCRETE: Final = re.compile(r"\barc\b.*\b(pro )?[ab][0-9]{2,3}m?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Adapter:
    """A display adapter as the registry describes it; `vendor` is "" for a virtual one."""

    name: str
    vendor: str
    memory: Reading[Bytes]
    driver: str = ""


@never_raises("the graphics cards")
def probe(world: World) -> Reading[tuple[Gpu, ...]]:
    """Reads AMD's and Intel's adapters; those of virtual machines have no memory of their own."""
    if world.system != "windows":
        return Known(())
    take_integrated = integrated_wanted(world.env)
    found = [parse(each, take_integrated) for each in adapters(world)]
    of_amd = [gpu for gpu in found if gpu.vendor == "amd"]
    variables = [world.env.get(name) for name in amd.VARIABLES]
    of_amd = list(amd.hide(of_amd, [""] * len(of_amd), variables))
    return Known((*of_amd, *(gpu for gpu in found if gpu.vendor == "intel")))


def parse(adapter: Adapter, take_integrated: bool) -> Gpu:
    """One adapter as a fact; `take_integrated` is whether Ollama was told to use such parts."""
    shared = integrated(adapter)
    taken = not shared or take_integrated or AMD_TAKEN.search(adapter.name) is not None
    return Gpu(
        adapter.name,
        adapter.vendor,
        adapter.memory,
        Unknown("Windows does not tell it in the registry"),
        unified=shared,
        driver=adapter.driver,
        left_out="" if taken else LEFT_OUT,
    )


def integrated(adapter: Adapter) -> bool:
    """Whether the name is that of a processor's own graphics; the registry does not say it."""
    if adapter.vendor == "intel":
        return INTEL_DISCRETE.search(adapter.name) is None
    return AMD_INTEGRATED.search(adapter.name) is not None


def adapters(world: World) -> tuple[Adapter, ...]:
    """Every display adapter in the registry, NVIDIA's included. Raises OSError without the class.

    Two cards of one kind have two keys, and so has a card beside its former slot; these cannot be
    told apart here, so both count.
    """
    registry = world.load("winreg")
    found = [parse_values(values) for values in _keys(registry)]
    return tuple(each for each in found if each is not None)


def _keys(registry: Any) -> Iterator[dict[str, object]]:
    """The values of each adapter's key `0000`, `0001`, …; other keys may be closed to us."""
    with registry.OpenKey(registry.HKEY_LOCAL_MACHINE, CLASS) as parent:
        for place in range(MOST_ADAPTERS):
            try:
                name = registry.EnumKey(parent, place)
            except OSError:
                return
            if not re.fullmatch(r"[0-9]{4}", name):
                continue
            try:
                with registry.OpenKey(parent, name) as key:
                    yield {value: _value(registry, key, value) for value in VALUES}
            except OSError:
                continue


def _value(registry: Any, key: Any, name: str) -> object:
    try:
        return registry.QueryValueEx(key, name)[0]
    except OSError:
        return None


def parse_values(values: Mapping[str, object]) -> Adapter | None:
    """One adapter from its values, None when it has no name."""
    name = values.get("DriverDesc")
    if not isinstance(name, str) or not name.strip():
        return None
    driver = values.get("DriverVersion")
    return Adapter(
        name.strip(),
        _vendor(values.get("MatchingDeviceId"), name),
        _size(values.get(SIZE)),
        driver if isinstance(driver, str) else "",
    )


def _vendor(device: object, name: str) -> str:
    """By the PCI number `PCI\\VEN_1002&DEV_…`, else by the name; "" for a virtual adapter."""
    if isinstance(device, str) and device:
        found = re.match(r"pci\\ven_([0-9a-f]{4})", device, re.IGNORECASE)
        return VENDORS.get(found[1].lower(), f"0x{found[1].lower()}") if found else ""
    words = re.findall(r"[a-z]+", name.lower())
    return next((MAKERS[word] for word in words if word in MAKERS), "")


def _size(value: object) -> Reading[Bytes]:
    """REG_QWORD comes as a number; some drivers write the same eight bytes as REG_BINARY."""
    if isinstance(value, bytes) and len(value) in (4, 8):
        value = int.from_bytes(value, "little")
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63:
        return Known(Bytes(value))
    return Unknown("the driver did not write this card's memory into the registry")
