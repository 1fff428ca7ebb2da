"""The NVIDIA probe against a compiled stand-in for NVIDIA's library, in a process of its own."""

import ctypes
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = [
    pytest.mark.outside,
    pytest.mark.skipif(sys.platform != "linux", reason="the stand-in is built for Linux"),
]

PROGRAM = """
import json, sys
from dataclasses import asdict, replace
from pathlib import Path
from factory_byok.hardware import nvidia
from factory_byok.core.world import World
root = Path(sys.argv[1])
found = nvidia.probe(replace(World.real(), root=root, which=lambda name: None))
print(json.dumps(asdict(found)))
"""
FOUR = "NVIDIA A100-SXM4-80GB|81920|600|3|8.0"
SPARK = "NVIDIA GB10|0|0|0|12.1"


@pytest.fixture
def no_real_library() -> None:
    """Skips where the linker finds NVIDIA's own library, which would answer instead."""
    try:
        ctypes.CDLL("libnvidia-ml.so.1")
    except OSError:
        return
    pytest.skip("this machine has NVIDIA's own library")


def look(folder: Path | None, root: Path, **env: str) -> dict[str, Any]:
    """The probe's reading as a dict, with the stand-in in `folder` and the variables `env`."""
    clean = {
        "PATH": os.environ["PATH"],
        "HOME": str(root),
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    if folder:
        clean["LD_LIBRARY_PATH"] = str(folder)
    command = [sys.executable, "-W", "error", "-c", PROGRAM, str(root)]
    told = subprocess.run(command, env=clean | env, capture_output=True, text=True, check=True)
    answer: dict[str, Any] = json.loads(told.stdout)
    return answer


def cards(folder: Path, root: Path, **env: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = look(folder, root, **env)["value"]
    return found


def test_one_card_is_read_with_its_total_and_what_is_free(
    nvml_folder: Path, tmp_path: Path
) -> None:
    (card,) = cards(nvml_folder, tmp_path)
    assert card["name"] == "NVIDIA GeForce RTX 4090"
    assert card["memory"] == {"value": 24564 * 2**20}
    assert card["free"] == {"value": (24564 - 484 - 1024) * 2**20}
    assert (card["driver"], card["left_out"], card["unified"]) == ("570.86.15", "", False)


def test_a_driver_without_the_second_memory_function_is_read_by_the_first(
    nvml_folder: Path, tmp_path: Path
) -> None:
    (card,) = cards(nvml_folder, tmp_path, FAKE_NVML_FAULTS="nvmlDeviceGetMemoryInfo_v2=13")
    assert card["memory"] == {"value": 24564 * 2**20}
    assert card["free"] == {"value": (24564 - 484 - 1024) * 2**20}


def test_several_cards_are_all_read(nvml_folder: Path, tmp_path: Path) -> None:
    found = cards(nvml_folder, tmp_path, FAKE_NVML_CARDS=";".join([FOUR] * 4))
    assert [card["memory"]["value"] for card in found] == [81920 * 2**20] * 4


def test_no_card_beside_a_library_means_none(nvml_folder: Path, tmp_path: Path) -> None:
    assert cards(nvml_folder, tmp_path, FAKE_NVML_CARDS="") == []


def test_a_lost_card_does_not_hide_the_other(nvml_folder: Path, tmp_path: Path) -> None:
    found = cards(
        nvml_folder,
        tmp_path,
        FAKE_NVML_CARDS=f"{FOUR};{FOUR}",
        FAKE_NVML_FAULTS="nvmlDeviceGetHandleByIndex_v2@0=15",
    )
    assert found[0]["memory"]["kind"] == "lost"
    assert found[1]["memory"] == {"value": 81920 * 2**20}


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        (9, "not_loaded", "not loaded"),
        (18, "mismatch", "restart the machine"),
        (4, "no_permission", "may not talk"),
        (77, "other", "77"),
    ],
)
def test_a_library_that_does_not_start_is_unknown_with_its_reason(
    nvml_folder: Path, tmp_path: Path, code: int, kind: str, words: str
) -> None:
    told = look(nvml_folder, tmp_path, FAKE_NVML_FAULTS=f"nvmlInitWithFlags={code}")
    assert told["kind"] == kind
    assert words in told["why"]


def test_memory_that_is_not_supported_is_unknown_and_never_nothing(
    nvml_folder: Path, tmp_path: Path
) -> None:
    faults = "nvmlDeviceGetMemoryInfo_v2=3,nvmlDeviceGetMemoryInfo=3"
    (card,) = cards(nvml_folder, tmp_path, FAKE_NVML_FAULTS=faults)
    assert "value" not in card["memory"]
    assert card["unified"]


def test_a_part_with_unified_memory_has_the_memory_of_the_system(
    nvml_folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "proc").mkdir()
    lines = "MemTotal: 125829120 kB\nMemAvailable: 120000000 kB\n"
    (tmp_path / "proc/meminfo").write_text(lines)
    faults = "nvmlDeviceGetMemoryInfo_v2=3,nvmlDeviceGetMemoryInfo=3"
    env = {"FAKE_NVML_CARDS": SPARK, "FAKE_NVML_FAULTS": faults}
    (card,) = cards(nvml_folder, tmp_path, **env)
    assert card["memory"] == {"value": 125829120 * 1024}
    assert card["free"] == {"value": 120000000 * 1024}
    assert card["unified"]


def test_of_a_divided_card_only_one_instance_counts(nvml_folder: Path, tmp_path: Path) -> None:
    env = {"FAKE_NVML_CARDS": FOUR, "FAKE_NVML_MIG": "0:2:9728"}
    whole, first, second = cards(nvml_folder, tmp_path, **env)
    assert "MIG" in whole["left_out"]
    assert (first["left_out"], first["memory"]) == ("", {"value": 9728 * 2**20})
    assert first["name"].endswith("MIG 1g.10gb")
    assert "one MIG instance" in second["left_out"]


def test_the_instance_that_the_variable_names_is_the_one_that_counts(
    nvml_folder: Path, tmp_path: Path
) -> None:
    env = {"FAKE_NVML_CARDS": FOUR, "FAKE_NVML_MIG": "0:2:9728"}
    second = f"MIG-{1002 * 0x01010101:08x}"
    found = cards(nvml_folder, tmp_path, CUDA_VISIBLE_DEVICES=second, **env)
    assert [card["left_out"] for card in found[1:]] == ["CUDA_VISIBLE_DEVICES hides it", ""]


def test_hidden_cards_are_told_and_do_not_count(nvml_folder: Path, tmp_path: Path) -> None:
    env = {"FAKE_NVML_CARDS": f"{FOUR};{FOUR};{FOUR}", "CUDA_VISIBLE_DEVICES": "1"}
    found = cards(nvml_folder, tmp_path, **env)
    hidden = "CUDA_VISIBLE_DEVICES hides it"
    assert [card["left_out"] for card in found] == [hidden, "", hidden]


@pytest.mark.usefixtures("no_real_library")
def test_a_library_that_only_wsl_has_is_found(nvml_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "usr/lib/wsl/lib"
    folder.mkdir(parents=True)
    (folder / "libnvidia-ml.so.1").write_bytes((nvml_folder / "libnvidia-ml.so.1").read_bytes())
    (card,) = look(None, tmp_path)["value"]
    assert card["memory"] == {"value": 24564 * 2**20}


@pytest.mark.usefixtures("no_real_library")
def test_a_file_that_is_no_library_is_unknown(tmp_path: Path) -> None:
    folder = tmp_path / "usr/lib/wsl/lib"
    folder.mkdir(parents=True)
    (folder / "libnvidia-ml.so.1").write_text("not a library")
    assert look(folder, tmp_path)["kind"] == "no_library"


@pytest.mark.usefixtures("no_real_library")
def test_no_library_and_no_other_sign_means_none(tmp_path: Path) -> None:
    assert look(None, tmp_path) == {"value": []}
