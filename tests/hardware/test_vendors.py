"""Every vendor is registered, silent where it cannot be, and never raises."""

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import factory_byok.hardware
from factory_byok.core.facts import Known, Unknown
from factory_byok.core.world import World
from factory_byok.hardware import VENDORS, guard
from tests.hardware.worlds import a_world

NOT_VENDORS = {
    "__init__",
    "cpu",
    "disk",
    "guard",
    "integrated",
    "machine",
    "nvml",
    "processes",
    "ram",
    "sysfs",
    "visible",
}
ELSEWHERE = [
    ("nvidia", "darwin"),
    ("amd", "darwin"),
    ("amd", "windows"),
    ("intel", "darwin"),
    ("intel", "windows"),
    ("apple", "linux"),
    ("apple", "windows"),
    ("windows", "linux"),
    ("windows", "darwin"),
]


def test_every_vendor_file_is_registered() -> None:
    folder = Path(factory_byok.hardware.__file__).parent
    files = {path.stem for path in folder.glob("*.py")} - NOT_VENDORS
    assert files == set(VENDORS)
    assert all(module.__name__.endswith(f".{name}") for name, module in VENDORS.items())


def closed(*_: Any, **__: Any) -> Any:
    raise AssertionError("a vendor that cannot be here must not look")


@pytest.mark.parametrize(("name", "system"), ELSEWHERE)
def test_a_vendor_that_cannot_be_here_answers_none_without_looking(
    tmp_path: Path, name: str, system: Any
) -> None:
    missing = tmp_path / "missing"
    world = World(
        system,
        tmp_path,
        tmp_path,
        tmp_path,
        {},
        root=missing,
        run=closed,
        which=closed,
        load=closed,
    )
    assert VENDORS[name].probe(world) == Known(())


@pytest.mark.parametrize("vendor", VENDORS.values(), ids=VENDORS.keys())
@pytest.mark.parametrize("system", ["linux", "darwin", "windows"])
def test_no_vendor_raises_when_every_door_is_broken(
    tmp_path: Path, vendor: ModuleType, system: Any
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("everything is broken\n" * 100)

    world = World(
        system,
        tmp_path,
        tmp_path,
        tmp_path,
        {},
        root=tmp_path,
        run=broken,
        load=broken,
        which=broken,
    )
    told = vendor.probe(world)
    assert isinstance(told, Known | Unknown)
    if isinstance(told, Unknown):
        assert len(told.why) < 300
        assert "\n" not in told.why


def test_a_machine_without_cards_has_none(tmp_path: Path) -> None:
    world = a_world(tmp_path, tree="virtual_machine.tree")
    told = {name: vendor.probe(world) for name, vendor in VENDORS.items()}
    assert told == dict.fromkeys(VENDORS, Known(()))


def test_an_exception_without_words_is_named() -> None:
    assert guard.reason_of(ValueError()) == "ValueError"
