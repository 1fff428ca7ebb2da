"""Intel cards: named and told apart, their memory unknown."""

from pathlib import Path

from factory_byok.core.facts import Known, Unknown
from factory_byok.hardware import intel
from factory_byok.hardware.visible import LEFT_OUT
from tests.hardware.worlds import a_world


def test_both_cards_are_named_and_told_apart(tmp_path: Path) -> None:
    told = intel.probe(a_world(tmp_path, tree="intel_two.tree"))
    assert isinstance(told, Known)
    own, arc = told.value
    assert (own.name, own.unified, own.left_out) == ("Intel AlderLake-S GT1", True, LEFT_OUT)
    assert (arc.name, arc.unified, arc.left_out) == ("Intel Arc A770", False, "")
    assert (own.driver, arc.driver) == ("i915", "xe")


def test_the_memory_is_said_to_be_unknown(tmp_path: Path) -> None:
    told = intel.probe(a_world(tmp_path, tree="intel_two.tree"))
    assert isinstance(told, Known)
    assert all(isinstance(gpu.memory, Unknown) for gpu in told.value)


def test_integrated_graphics_count_when_ollama_was_told_to_use_them(tmp_path: Path) -> None:
    world = a_world(tmp_path, tree="intel_two.tree", env={"OLLAMA_IGPU_ENABLE": "true"})
    told = intel.probe(world)
    assert isinstance(told, Known)
    assert [gpu.left_out for gpu in told.value] == ["", ""]


def test_a_card_without_an_address_is_not_called_integrated(tmp_path: Path) -> None:
    device = tmp_path / "sys/class/drm/card0/device"
    device.mkdir(parents=True)
    (device / "vendor").write_text("0x8086\n")
    (device / "driver").symlink_to("../../../bus/pci/drivers/i915")
    told = intel.probe(a_world(tmp_path))
    assert isinstance(told, Known)
    (gpu,) = told.value
    assert (gpu.unified, gpu.left_out, gpu.driver) == (False, "", "i915")


def test_nothing_to_see_is_no_card(tmp_path: Path) -> None:
    assert intel.probe(a_world(tmp_path)) == Known(())
