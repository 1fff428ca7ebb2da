"""AMD cards: discrete, integrated as Ollama tells them apart, hidden, or without a driver."""

from pathlib import Path

import pytest

from factory_byok.core.facts import Gpu, Known, Unknown
from factory_byok.core.units import GIB, Bytes
from factory_byok.core.world import Completed
from factory_byok.hardware import amd
from factory_byok.hardware.visible import LEFT_OUT
from tests.hardware.worlds import a_world, capture, said

MIB = 2**20


def gpus(
    root: Path,
    tree: str,
    run: dict[str, Completed] | None = None,
    env: dict[str, str] | None = None,
) -> tuple[Gpu, ...]:
    told = amd.probe(a_world(root, tree=tree, env=env, run=run))
    assert isinstance(told, Known)
    return told.value


def test_two_cards_are_read_each_once(tmp_path: Path) -> None:
    first, second = gpus(tmp_path, "amd_two_cards.tree")
    assert first.name == "AMD Radeon RX 7900 XT/7900 XTX/7900 GRE/7900M"
    assert (first.memory, first.free) == (
        Known(Bytes(25753026560)),
        Known(Bytes(25753026560 - 1048576000)),
    )
    assert (first.driver, first.unified, first.left_out) == ("amdgpu", False, "")
    assert second.name == "AMD Radeon PRO W7800"
    assert second.memory == Known(Bytes(34342961152))


@pytest.mark.parametrize(
    ("env", "left_out"),
    [
        ({"HIP_VISIBLE_DEVICES": "1"}, ["HIP_VISIBLE_DEVICES hides it", ""]),
        ({"ROCR_VISIBLE_DEVICES": "0"}, ["", "ROCR_VISIBLE_DEVICES hides it"]),
        (
            {"ROCR_VISIBLE_DEVICES": "GPU-5a1c0f4e2b7d9911"},
            ["", "ROCR_VISIBLE_DEVICES hides it"],
        ),
        (
            {"ROCR_VISIBLE_DEVICES": "1", "HIP_VISIBLE_DEVICES": "0"},
            ["ROCR_VISIBLE_DEVICES hides it", ""],
        ),
        (
            {"ROCR_VISIBLE_DEVICES": "1", "HIP_VISIBLE_DEVICES": "1"},
            ["ROCR_VISIBLE_DEVICES hides it", "HIP_VISIBLE_DEVICES hides it"],
        ),
        (
            {"HIP_VISIBLE_DEVICES": "-1"},
            ["HIP_VISIBLE_DEVICES hides it", "HIP_VISIBLE_DEVICES hides it"],
        ),
    ],
)
def test_hidden_cards_are_told(tmp_path: Path, env: dict[str, str], left_out: list[str]) -> None:
    assert [gpu.left_out for gpu in gpus(tmp_path, "amd_two_cards.tree", env=env)] == left_out


def test_a_processors_own_graphics_are_left_out(tmp_path: Path) -> None:
    (gpu,) = gpus(tmp_path, "amd_integrated.tree")
    assert (gpu.unified, gpu.left_out) == (True, LEFT_OUT)
    assert gpu.memory == Known(Bytes(16106127360))


def test_they_count_when_ollama_was_told_to_use_them(tmp_path: Path) -> None:
    (gpu,) = gpus(tmp_path, "amd_integrated.tree", env={"OLLAMA_IGPU_ENABLE": " 1 "})
    assert (gpu.unified, gpu.left_out) == (True, "")


def test_the_integrated_part_that_ollama_takes_counts(tmp_path: Path) -> None:
    (gpu,) = gpus(tmp_path, "amd_halo.tree")
    assert (gpu.unified, gpu.left_out) == (True, "")
    assert (gpu.memory, gpu.free) == (Known(Bytes(112 * GIB)), Known(Bytes(111 * GIB)))


def test_what_the_firmware_carved_out_is_the_graphics_own() -> None:
    # github.com/AlexsJones/llmfit/issues/194: 96 GB given to the GPU, 31 GB left to the system
    files = {"mem_info_vram_total": str(96 * GIB), "mem_info_gtt_total": str(15 * GIB)}
    shares = {"mem_info_vram_total": str(GIB // 2), "mem_info_gtt_total": str(112 * GIB)}

    carved = amd.parse_card(amd.Sight(files, target=amd.TAKEN_TARGET), take_integrated=False)
    shared = amd.parse_card(amd.Sight(shares, target=amd.TAKEN_TARGET), take_integrated=False)

    assert (carved.memory, carved.unified, carved.left_out) == (Known(Bytes(96 * GIB)), False, "")
    assert (shared.memory, shared.unified) == (Known(Bytes(112 * GIB)), True)


@pytest.mark.parametrize(
    ("own", "shared", "maker", "integrated"),
    [
        (512, 16 * 1024, "", True),
        (4096, 16 * 1024, "", True),
        (4097, 64 * 1024, "", False),
        (512, 8 * 1024, "", True),
        (512, 8 * 1024 - 1, "", False),
        (4096, 16 * 1024 - 1, "", False),
        (512, 16 * 1024, "samsung", False),
        (512, 16 * 1024, "unknown", True),
    ],
)
def test_ollamas_rule_for_integrated_parts_at_its_edges(
    own: int, shared: int, maker: str, integrated: bool
) -> None:
    files = {
        "mem_info_vram_total": str(own * MIB),
        "mem_info_gtt_total": str(shared * MIB),
        "mem_info_vram_vendor": maker,
    }
    assert amd.is_integrated(amd.Sight(files)) is integrated


def test_a_card_without_a_driver_is_there_and_its_memory_unknown(tmp_path: Path) -> None:
    (gpu,) = gpus(tmp_path, "amd_without_driver.tree")  # the other one is a virtual machine's
    assert gpu.name == "AMD graphics (0x744c)"
    assert isinstance(gpu.memory, Unknown)
    assert gpu.left_out == ""


def test_rocm_smi_answers_when_the_files_do_not(tmp_path: Path) -> None:
    answers = {"rocm-smi": said("WARNING: low power\n" + capture("rocm_smi.json"))}
    (gpu,) = gpus(tmp_path, "amd_without_driver.tree", run=answers)
    assert gpu.name == "Radeon RX 7900 XTX"
    assert gpu.memory == Known(Bytes(25753026560))


def test_a_compute_device_that_nothing_describes_is_unknown(tmp_path: Path) -> None:
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev/kfd").write_text("")
    assert isinstance(amd.probe(a_world(tmp_path)), Unknown)


def test_nothing_to_see_is_no_card(tmp_path: Path) -> None:
    assert amd.probe(a_world(tmp_path)) == Known(())


@pytest.mark.parametrize("rubbish", ["", "{", "[]", "null", '{"card0": 7}', '{"system": {}}'])
def test_a_rocm_smi_that_says_nothing_usable_says_nothing(rubbish: str) -> None:
    assert amd.parse_rocm_smi(rubbish) == ()
