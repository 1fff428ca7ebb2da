"""Reads small files under /proc and /sys, and lists the graphics cards that Linux shows there."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from factory_byok.core.world import World

LONGEST_FILE: Final = 1 << 20  # bytes; every file under /proc and /sys that is read here is smaller
LARGEST: Final = 2**63 - 1

# PCI base classes of docs.kernel.org/PCI and pci.ids: display controller, processing accelerator
DISPLAY_CLASSES: Final = ("0x03", "0x12")

# Drivers that keep a card for a virtual machine (docs.kernel.org/driver-api/vfio.html)
RESERVED_BY: Final = frozenset({"vfio-pci", "pci-stub", "xen-pciback"})

# Where distributions keep the list of PCI names (Debian, Ubuntu; Fedora, Arch)
NAME_LISTS: Final = ("usr/share/misc/pci.ids", "usr/share/hwdata/pci.ids")


@dataclass(frozen=True, slots=True)
class Card:
    """A graphics card as Linux shows it: its folder, and its numbers as `0x1002`.

    `address` is its PCI address (`0000:03:00.0`) and `driver` its kernel driver, "" when not shown.
    """

    folder: Path
    vendor: str
    device: str
    address: str = ""
    driver: str = ""


def text(path: Path) -> str | None:
    """The text of a small file, None when it is not there or may not be read."""
    try:
        with path.open("rb") as file:
            return file.read(LONGEST_FILE).decode("utf-8", "replace")
    except (OSError, ValueError):
        return None


def whole(written: str | None) -> int | None:
    """A whole number from 0 to 2^63 - 1 as the kernel writes it, None for anything else."""
    found = re.fullmatch(r"\s*([0-9]{1,19})\s*", written or "")
    return int(found[1]) if found and int(found[1]) <= LARGEST else None


def number(path: Path) -> int | None:
    """The whole number in a file, None when there is none."""
    return whole(text(path))


def names_in(folder: Path) -> list[str]:
    """The names in a folder, sorted; none when it is not there.

    A kernel without any display driver has no /sys/class/drm, so absence means none. Raises OSError
    when the folder is there and may not be listed.
    """
    try:
        return sorted(entry.name for entry in folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []


def cards(world: World, vendor: str) -> tuple[Card, ...]:
    """The cards of one vendor (`0x1002`), each once, in the order of their numbers.

    Those without a driver follow those with one; those kept for a virtual machine are left out.
    Raises OSError when /sys may not be listed.
    """
    drawn = [card for card in _with_driver(world) if card.vendor == vendor]
    rest = [card for card in _on_the_bus(world) if card.vendor == vendor]
    addresses = {card.address for card in drawn}
    nameless = {card.device for card in drawn if not card.address}
    drawn += [
        each for each in rest if each.address not in addresses and each.device not in nameless
    ]
    return tuple(card for card in drawn if card.driver not in RESERVED_BY)


def _with_driver(world: World) -> Iterator[Card]:
    """What /sys/class/drm shows; `card0-DP-1` is a plug, not a card."""
    folder = world.root / "sys/class/drm"
    found = [name for name in names_in(folder) if re.fullmatch(r"card[0-9]{1,4}", name)]
    for name in sorted(found, key=lambda each: int(each[4:])):
        yield _card(folder / name / "device")


def _on_the_bus(world: World) -> Iterator[Card]:
    """What the PCI bus shows as display controllers or accelerators."""
    folder = world.root / "sys/bus/pci/devices"
    for name in names_in(folder):
        kind = (text(folder / name / "class") or DISPLAY_CLASSES[0]).strip()
        if kind.startswith(DISPLAY_CLASSES):
            yield _card(folder / name, address=name)


def _card(folder: Path, address: str = "") -> Card:
    """One card from its device folder; `uevent` holds its address and driver as text."""
    event = dict(re.findall(r"^(\w+)=(.*)$", text(folder / "uevent") or "", re.MULTILINE))
    return Card(
        folder,
        vendor=(text(folder / "vendor") or "").strip().lower(),
        device=(text(folder / "device") or "").strip().lower(),
        address=address
        or event.get("PCI_SLOT_NAME", "").strip()
        or _link(folder, r"[\da-f:]+\.\d"),
        driver=event.get("DRIVER", "").strip() or _link(folder / "driver", r"[\w-]+"),
    )


def _link(path: Path, pattern: str) -> str:
    """The last name of what a symbolic link points to, "" when it is none or looks otherwise."""
    try:
        name = path.readlink().name
    except (OSError, ValueError):
        return ""
    return name if re.fullmatch(pattern, name) else ""


def marketing_name(world: World, card: Card) -> str:
    """The card's name in the system's list of PCI names, "" when it is not there."""
    for path in NAME_LISTS:
        try:
            listed = (world.root / path).read_text("utf-8", "replace")
        except OSError:
            continue
        return parse_name(listed, card.vendor, card.device)
    return ""


def parse_name(listed: str, vendor: str, device: str) -> str:
    """Finds a device in pci.ids (pci-ids.ucw.cz): a vendor's line, below it its tabbed devices.

    The name that people know stands in brackets: `Navi 31 [Radeon RX 7900 XTX]`.
    """
    start = re.search(rf"^{re.escape(vendor.removeprefix('0x'))}  \S.*$", listed, re.MULTILINE)
    if start is None:
        return ""
    following = re.compile(r"^[0-9a-f]{4}  ", re.MULTILINE).search(listed, start.end())
    block = listed[start.end() : following.start() if following else len(listed)]
    line = re.search(rf"^\t{re.escape(device.removeprefix('0x'))}  (.+)$", block, re.MULTILINE)
    if line is None:
        return ""
    known = re.search(r"\[([^\]]+)\]", line[1])
    return (known[1] if known else line[1]).strip()
