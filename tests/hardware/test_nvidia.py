"""NVIDIA cards: what the facts say, and what byok does when NVML does not answer."""

from pathlib import Path
from typing import Any

import pytest

from factory_byok.core.facts import NOT_READ, Gpu, Known, Memory, Reading, Unknown
from factory_byok.core.units import GIB, Bytes
from factory_byok.core.world import Completed
from factory_byok.hardware import nvidia
from factory_byok.hardware.nvml import NvidiaCard, parse_memory
from tests.hardware.worlds import a_world, capture, said

SMI = "nvidia-smi"
FULL = Known(Bytes(24 * GIB))


class NoNvml:
    """A pynvml whose library is not there, or does not start for another reason."""

    class NVMLError(Exception):
        def __init__(self, value: int) -> None:
            super().__init__(f"NVML Error with code {value}")
            self.value = value

    def __init__(self, value: int = 12) -> None:
        self.value = value

    def nvmlInit(self) -> None:  # noqa: N802 - the name that pynvml has
        raise self.NVMLError(self.value)


def probe(
    root: Path,
    code: int = 12,
    tree: str = "",
    run: dict[str, Completed] | None = None,
    **env: str,
) -> Reading[tuple[Gpu, ...]]:
    modules = {"pynvml": NoNvml(code)}
    return nvidia.probe(a_world(root, tree=tree, env=env, run=run, modules=modules))


def one(card: NvidiaCard, shared: Reading[Memory] = NOT_READ) -> Gpu:
    (gpu,) = nvidia.parse([card], None, shared)
    return gpu


def test_no_library_and_no_other_sign_is_no_card(tmp_path: Path) -> None:
    assert probe(tmp_path) == Known(())


def test_a_card_on_the_bus_without_a_library_is_unknown(tmp_path: Path) -> None:
    told = probe(tmp_path, tree="nvidia_without_library.tree")
    assert isinstance(told, Unknown)
    assert told.kind == "no_library"
    assert "--gpus all" in told.why


def test_the_sound_part_of_a_card_is_no_card(tmp_path: Path) -> None:
    device = tmp_path / "sys/bus/pci/devices/0000:01:00.1"
    device.mkdir(parents=True)
    (device / "vendor").write_text("0x10de\n")
    (device / "class").write_text("0x040300\n")
    assert probe(tmp_path) == Known(())


def test_a_loaded_driver_without_a_library_is_unknown(tmp_path: Path) -> None:
    (tmp_path / "proc/driver/nvidia").mkdir(parents=True)
    (tmp_path / "proc/driver/nvidia/version").write_text("NVRM version: NVIDIA UNIX\n")
    told = probe(tmp_path)
    assert isinstance(told, Unknown)
    assert "install NVIDIA's driver" in told.why


def test_wsls_library_that_does_not_load_is_unknown(tmp_path: Path) -> None:
    assert isinstance(probe(tmp_path, tree="wsl.tree"), Unknown)


@pytest.mark.parametrize("code", [4, 9, 13, 15, 18, 77, 999])
def test_a_library_that_fails_is_never_taken_for_no_card(tmp_path: Path, code: int) -> None:
    told = probe(tmp_path, code)
    assert isinstance(told, Unknown)
    assert told.why
    assert not told.why.endswith(".")


def test_nvidia_smi_answers_when_nvml_does_not(tmp_path: Path) -> None:
    told = probe(tmp_path, run={SMI: said(capture("nvidia_smi.csv"))})
    assert isinstance(told, Known)
    first, second = told.value
    assert (first.name, first.driver) == ("NVIDIA GeForce RTX 4090", "550.54.15")
    assert (first.memory, first.free) == (
        Known(Bytes(24564 * 2**20)),
        Known(Bytes(23540 * 2**20)),
    )
    assert second.memory == Known(Bytes(12282 * 2**20))


def test_nvidia_smis_cards_can_be_hidden_by_number_and_by_identifier(tmp_path: Path) -> None:
    for value in ("1", "GPU-77e01b22"):
        answers = {SMI: said(capture("nvidia_smi.csv"))}
        told = probe(tmp_path, run=answers, CUDA_VISIBLE_DEVICES=value)
        assert isinstance(told, Known)
        assert [gpu.left_out for gpu in told.value] == ["CUDA_VISIBLE_DEVICES hides it", ""]


def test_nvidia_smis_six_columns_are_enough() -> None:
    (card,) = nvidia.parse_table("0, NVIDIA GeForce RTX 4090, 550.54.15, 24564, 1024, 23540\n")
    assert card.memory == Known(Bytes(24564 * 2**20))


def test_a_memory_that_nvidia_smi_does_not_know_is_unknown() -> None:
    (card,) = nvidia.parse_table("0, NVIDIA GB10, 580.95.05, [N/A], [N/A], [N/A], GPU-1, [N/A]\n")
    shared = Known(Memory(Bytes(120 * GIB), Bytes(100 * GIB)))
    assert one(card, shared).memory == Known(Bytes(120 * GIB))
    assert isinstance(one(card).memory, Unknown)


def test_a_divided_card_that_only_nvidia_smi_tells_is_unknown() -> None:
    line = "0, NVIDIA A100-SXM4-40GB, 570.86, 40960, 20, 40326, GPU-1, Enabled\n"
    gpu = one(nvidia.parse_table(line)[0])
    assert isinstance(gpu.memory, Unknown)
    assert "MIG" in gpu.memory.why
    assert gpu.left_out == ""


@pytest.mark.parametrize(
    "words",
    [
        "Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 550\n",
        "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n",
        "",
    ],
)
def test_an_nvidia_smi_that_fails_leaves_nvmls_reason(tmp_path: Path, words: str) -> None:
    told = probe(tmp_path, 18, run={SMI: said(words, 9)})
    assert isinstance(told, Unknown)
    assert told.kind == "mismatch"
    assert "nvidia-smi" in told.why


def test_a_jetson_without_the_library_has_the_memory_of_the_system(tmp_path: Path) -> None:
    told = probe(tmp_path, tree="jetson.tree")
    assert isinstance(told, Known)
    (gpu,) = told.value
    assert gpu.name == "NVIDIA Jetson AGX Orin Developer Kit"
    assert (gpu.memory, gpu.unified) == (Known(Bytes(64349376 * 1024)), True)


def test_a_card_of_an_unknown_kind_without_memory_stays_unknown() -> None:
    card = NvidiaCard(0, "NVIDIA N1X", Unknown("", "not_supported"))
    gpu = one(card, Known(Memory(Bytes(64 * GIB), Bytes(64 * GIB))))
    assert isinstance(gpu.memory, Unknown)
    assert gpu.unified


@pytest.mark.parametrize(
    ("capability", "taken"), [((3, 7), False), ((4, 9), False), ((5, 0), True), ((12, 0), True)]
)
def test_a_card_older_than_capability_5_is_left_out(
    capability: tuple[int, int], taken: bool
) -> None:
    card = NvidiaCard(0, "NVIDIA card", FULL, capability=capability, driver="580.1")
    assert (one(card).left_out == "") is taken


@pytest.mark.parametrize(
    ("driver", "capability", "noted"),
    [
        ("549.99", (8, 9), True),
        ("550.54.15", (8, 9), False),
        ("569.1", (6, 1), True),
        ("570.86", (6, 2), False),
        ("550.54.15", (7, 0), False),
        ("535.1", None, True),
        ("", (8, 9), False),
        ("rubbish", (8, 9), False),
    ],
)
def test_an_old_driver_is_noted_and_its_card_still_counts(
    driver: str, capability: Any, noted: bool
) -> None:
    gpu = one(NvidiaCard(0, "NVIDIA card", FULL, driver=driver, capability=capability))
    assert (gpu.note != "") is noted
    assert gpu.left_out == ""


def test_what_the_driver_keeps_is_not_free() -> None:
    assert parse_memory(100, 100, 10) == (Known(Bytes(100)), Known(Bytes(90)))
    assert parse_memory(100, 60, 10) == (Known(Bytes(100)), Known(Bytes(60)))


def test_a_total_of_nothing_is_unknown() -> None:
    assert all(isinstance(each, Unknown) for each in parse_memory(0, 0, 0))
