"""Intel cards: the kernel's files tell which there are, but not how much memory they have."""

import re
from typing import Final

from factory_byok.core.facts import Gpu, Known, Reading, Unknown
from factory_byok.core.world import World
from factory_byok.hardware import sysfs
from factory_byok.hardware.guard import never_raises
from factory_byok.hardware.visible import LEFT_OUT, integrated_wanted

PCI_VENDOR: Final = "0x8086"

# Where every Intel processor's own graphics sit (Intel's datasheets: bus 0, device 2, function 0)
INTEGRATED_ADDRESS: Final = re.compile(r"[0-9a-f]{4}:00:02\.0")

# Neither i915 nor xe writes the size into /sys; the card's address window is a power of two that
# may be smaller or larger than the memory, so it is no answer
NO_SIZE: Final = Unknown("Intel's Linux drivers do not tell a card's memory")
SHARED: Final = Unknown("it shares the system's memory")


@never_raises("the Intel graphics")
def probe(world: World) -> Reading[tuple[Gpu, ...]]:
    """Reads which cards there are; the memory of every one of them is unknown."""
    if world.system != "linux":
        return Known(())
    take_integrated = integrated_wanted(world.env)
    cards = sysfs.cards(world, PCI_VENDOR)
    return Known(
        tuple(parse(each, sysfs.marketing_name(world, each), take_integrated) for each in cards)
    )


def parse(card: sysfs.Card, listed: str, take_integrated: bool) -> Gpu:
    """One card as a fact; `listed` is its name in the list of PCI names, "" without one."""
    shared = INTEGRATED_ADDRESS.fullmatch(card.address) is not None
    size = SHARED if shared else NO_SIZE
    return Gpu(
        f"Intel {listed.removeprefix('Intel ')}" if listed else f"Intel graphics ({card.device})",
        "intel",
        size,
        size,
        unified=shared,
        driver=card.driver,
        left_out=LEFT_OUT if shared and not take_integrated else "",
    )
