"""Small files of the kernel, and the list of PCI names."""

from pathlib import Path

import pytest

from factory_byok.hardware import sysfs
from tests.hardware.worlds import a_world

NAMES = (
    "1002  AMD\n\t744c  Navi 31 [Radeon RX 7900 XTX]\n\t7450  Navi 31\n10de  NVIDIA\n\t744d  X\n"
)


@pytest.mark.parametrize(
    ("device", "name"), [("0x744c", "Radeon RX 7900 XTX"), ("0x7450", "Navi 31"), ("0x744d", "")]
)
def test_a_device_is_looked_up_below_its_own_vendor(device: str, name: str) -> None:
    assert sysfs.parse_name(NAMES, "0x1002", device) == name


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("25753026560\n", 25753026560),
        ("0", 0),
        (None, None),
        ("", None),
        ("max", None),
        ("-1", None),
        ("1_000", None),
        ("٣", None),
        ("9" * 19, None),
        ("9" * 20, None),
    ],
)
def test_only_whole_numbers_count(written: str | None, number: int | None) -> None:
    assert sysfs.whole(written) == number


def test_a_missing_or_strange_file_has_no_text(tmp_path: Path) -> None:
    assert sysfs.text(tmp_path / "missing") is None
    assert sysfs.text(tmp_path) is None
    assert sysfs.text(tmp_path / "a\0b") is None


def test_cards_come_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    for place in (10, 2, 1):
        device = tmp_path / f"sys/class/drm/card{place}/device"
        device.mkdir(parents=True)
        (device / "vendor").write_text("0x1002\n")
        (device / "device").write_text(f"0x{place:04x}\n")
    found = [card.device for card in sysfs.cards(a_world(tmp_path), "0x1002")]
    assert found == ["0x0001", "0x0002", "0x000a"]
