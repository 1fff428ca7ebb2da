"""Windows adapters, as a registry that is not here tells them."""

import json
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import pytest

from factory_byok.core.facts import Gpu, Known, Unknown
from factory_byok.core.units import GIB, Bytes
from factory_byok.hardware import nvidia, windows
from factory_byok.hardware.visible import LEFT_OUT
from tests.hardware.test_nvidia import NoNvml
from tests.hardware.worlds import a_world, capture


class Registry:
    """A winreg with one key, the class of display adapters; a text in place of a key is closed."""

    HKEY_LOCAL_MACHINE = "HKLM"

    def __init__(self, keys: dict[str, Any]) -> None:
        self.keys = keys

    def OpenKey(self, parent: Any, name: str) -> AbstractContextManager[Any]:  # noqa: N802 - winreg's
        if parent == self.HKEY_LOCAL_MACHINE:
            assert name == windows.CLASS
            return nullcontext(self.keys)
        if not isinstance(parent[name], dict):
            raise PermissionError(5, "Access is denied")
        return nullcontext(parent[name])

    def EnumKey(self, parent: Any, place: int) -> str:  # noqa: N802 - winreg's
        if place >= len(parent):
            raise OSError(259, "No more data is available")
        return str(list(parent)[place])

    def QueryValueEx(self, key: Any, name: str) -> tuple[Any, int]:  # noqa: N802 - winreg's
        if name not in key:
            raise FileNotFoundError(2, "The system cannot find the file specified")
        value = key[name]
        if isinstance(value, str) and value.startswith("hex:"):
            return bytes.fromhex(value[4:]), 3
        return value, 11


ALL = json.loads(capture("windows_adapters.json"))


def gpus(root: Path, keys: dict[str, Any], **env: str) -> tuple[Gpu, ...]:
    modules = {"winreg": Registry(keys)}
    told = windows.probe(a_world(root, system="windows", env=env, modules=modules))
    assert isinstance(told, Known)
    return told.value


def test_amds_and_intels_cards_are_told_with_their_64_bit_size(tmp_path: Path) -> None:
    found = {gpu.name: gpu for gpu in gpus(tmp_path, ALL)}
    assert found["AMD Radeon RX 7900 XTX"].memory == Known(Bytes(25753026560))
    assert found["Intel(R) Arc(TM) A770 Graphics"].memory == Known(Bytes(17028874240))
    assert found["AMD Radeon RX 7900 XTX"].left_out == ""


def test_a_size_in_binary_is_read(tmp_path: Path) -> None:
    found = {gpu.name: gpu for gpu in gpus(tmp_path, ALL)}
    assert found["AMD Radeon(TM) Graphics"].memory == Known(Bytes(GIB // 2))


def test_nvidias_and_virtual_adapters_are_not_told_here(tmp_path: Path) -> None:
    assert {gpu.vendor for gpu in gpus(tmp_path, ALL)} == {"amd", "intel"}
    assert len(gpus(tmp_path, ALL)) == 4


@pytest.mark.parametrize(
    ("name", "vendor", "integrated"),
    [
        ("AMD Radeon(TM) Graphics", "amd", True),
        ("AMD Radeon 780M Graphics", "amd", True),
        ("AMD Radeon(TM) 890M Graphics", "amd", True),
        ("AMD Radeon(TM) Vega 8 Graphics", "amd", True),
        ("AMD Radeon(TM) 8060S Graphics", "amd", True),
        ("AMD Radeon RX 7900 XTX", "amd", False),
        ("AMD Radeon RX 6800M", "amd", False),
        ("AMD Radeon PRO W7800", "amd", False),
        ("Intel(R) UHD Graphics 770", "intel", True),
        ("Intel(R) Iris(R) Xe Graphics", "intel", True),
        ("Intel(R) Arc(TM) Graphics", "intel", True),
        ("Intel(R) Arc(TM) 140V GPU (16GB)", "intel", True),
        ("Intel(R) Arc(TM) A770 Graphics", "intel", False),
        ("Intel(R) Arc(TM) B580 Graphics", "intel", False),
        ("Intel(R) Arc(TM) Pro A60 Graphics", "intel", False),
    ],
)
def test_integrated_parts_are_known_by_name(name: str, vendor: str, integrated: bool) -> None:
    adapter = windows.Adapter(name, vendor, Known(Bytes(GIB)))
    assert windows.integrated(adapter) is integrated


def test_integrated_parts_are_left_out_except_the_one_that_ollama_takes() -> None:
    own = windows.Adapter("AMD Radeon 780M Graphics", "amd", Known(Bytes(GIB)))
    halo = windows.Adapter("AMD Radeon(TM) 8060S Graphics", "amd", Known(Bytes(GIB)))
    assert windows.parse(own, take_integrated=False).left_out == LEFT_OUT
    assert windows.parse(own, take_integrated=True).left_out == ""
    assert windows.parse(halo, take_integrated=False).left_out == ""


def test_hidden_amd_cards_are_told(tmp_path: Path) -> None:
    found = gpus(tmp_path, ALL, HIP_VISIBLE_DEVICES="-1")
    hidden = [gpu.name for gpu in found if gpu.left_out == "HIP_VISIBLE_DEVICES hides it"]
    assert hidden == ["AMD Radeon RX 7900 XTX", "AMD Radeon(TM) Graphics"]


def test_an_adapter_without_a_size_is_unknown(tmp_path: Path) -> None:
    keys = {"0000": {"DriverDesc": "AMD Radeon RX 580", "MatchingDeviceId": "PCI\\VEN_1002"}}
    (gpu,) = gpus(tmp_path, keys)
    assert isinstance(gpu.memory, Unknown)


def test_an_adapter_without_a_number_is_known_by_its_makers_name(tmp_path: Path) -> None:
    keys = {"0000": {"DriverDesc": "Radeon RX 580 Series", windows.SIZE: 8 * GIB}}
    (gpu,) = gpus(tmp_path, keys)
    assert (gpu.vendor, gpu.memory) == ("amd", Known(Bytes(8 * GIB)))


def test_a_registry_that_cannot_be_read_is_unknown(tmp_path: Path) -> None:
    assert isinstance(windows.probe(a_world(tmp_path, system="windows")), Unknown)


def test_an_nvidia_card_without_its_library_is_unknown_and_not_none(tmp_path: Path) -> None:
    modules = {"winreg": Registry(ALL), "pynvml": NoNvml()}
    told = nvidia.probe(a_world(tmp_path, system="windows", modules=modules))
    assert isinstance(told, Unknown)
    without = {name: key for name, key in ALL.items() if name != "0000"}
    modules["winreg"] = Registry(without)
    assert nvidia.probe(a_world(tmp_path, system="windows", modules=modules)) == Known(())
