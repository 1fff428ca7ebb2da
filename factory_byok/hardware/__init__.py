"""What the machine has: one vendor of graphics cards per file, and ram, cpu, disk and machine.

Each vendor is `probe(world) -> Reading[tuple[Gpu, ...]]`. It never raises, and on a system where
its cards cannot be it answers `Known(())` at once. No card is told by two vendors.
"""

from types import ModuleType
from typing import Final

from factory_byok.hardware import amd, apple, intel, nvidia, windows

VENDORS: Final[dict[str, ModuleType]] = {
    "nvidia": nvidia,
    "amd": amd,
    "intel": intel,
    "apple": apple,
    "windows": windows,
}
