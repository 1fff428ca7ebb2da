"""Macs: the working set of Apple silicon, and Intel Macs, whose graphics Ollama does not use."""

from pathlib import Path

import pytest

from factory_byok.core.facts import Gpu, Known, Unknown
from factory_byok.core.units import GIB, Bytes
from factory_byok.hardware import apple
from tests.hardware.worlds import a_world, capture, memory_module, said

BRAND = "sysctl -n machdep.cpu.brand_string"


def mac(root: Path, memory: int, wired: str | None = "0", brand: str = "Apple M2 Max") -> Gpu:
    """A Mac with so many GiB, half of them available."""
    answers = {BRAND: said(f"{brand}\n"), "sysctl -n hw.memsize": said(f"{memory * GIB}\n")}
    missing = said("", 1, "sysctl: unknown oid 'iogpu.wired_limit_mb'\n")
    answers["sysctl -n iogpu.wired_limit_mb"] = missing if wired is None else said(f"{wired}\n")
    modules = {"psutil": memory_module(memory * GIB, memory * GIB // 2)}
    told = apple.probe(a_world(root, system="darwin", run=answers, modules=modules))
    assert isinstance(told, Known)
    (gpu,) = told.value
    return gpu


@pytest.mark.parametrize(
    ("memory", "mebibytes"),
    [
        (8, 5461),
        (16, 10922),
        (32, 21845),
        (36, 27648),
        (64, 53043),
        (96, 73728),
        (128, 98304),
        (192, 147456),
    ],
)
def test_the_limit_is_metals_own(tmp_path: Path, memory: int, mebibytes: int) -> None:
    gpu = mac(tmp_path, memory)
    assert gpu.memory.value // 2**20 == mebibytes
    assert gpu.unified


def test_the_limit_that_the_owner_set_rules(tmp_path: Path) -> None:
    gpu = mac(tmp_path, 64, wired="57344")
    assert (gpu.memory, gpu.free) == (Known(Bytes(56 * GIB)), Known(Bytes(32 * GIB)))


def test_no_limit_is_above_the_memory(tmp_path: Path) -> None:
    assert mac(tmp_path, 32, wired="99999999").memory == Known(Bytes(32 * GIB))


def test_an_older_macos_has_no_such_setting(tmp_path: Path) -> None:
    assert mac(tmp_path, 128, wired=None).memory == Known(Bytes(96 * GIB))


def test_a_program_under_rosetta_still_sees_apple_silicon(tmp_path: Path) -> None:
    assert mac(tmp_path, 16, brand="VirtualApple @ 2.50GHz").unified


def test_a_mac_that_does_not_tell_its_memory_is_unknown(tmp_path: Path) -> None:
    answers = {BRAND: said("Apple M1\n")}
    told = apple.probe(a_world(tmp_path, system="darwin", run=answers))
    assert isinstance(told, Known)
    assert isinstance(told.value[0].memory, Unknown)


def test_an_intel_macs_cards_are_told_and_left_out(tmp_path: Path) -> None:
    answers = {
        BRAND: said("Intel(R) Core(TM) i9-9980HK CPU @ 2.40GHz\n"),
        "system_profiler SPDisplaysDataType -json": said(capture("intel_mac.json")),
    }
    told = apple.probe(a_world(tmp_path, system="darwin", run=answers))
    assert isinstance(told, Known)
    own, card = told.value
    assert (own.vendor, own.unified, own.memory) == ("intel", True, Known(Bytes(3 * GIB // 2)))
    assert (card.vendor, card.unified, card.memory) == ("amd", False, Known(Bytes(8 * GIB)))
    assert own.left_out == card.left_out == apple.INTEL_MAC


def test_an_intel_mac_that_does_not_answer_is_unknown(tmp_path: Path) -> None:
    assert isinstance(apple.probe(a_world(tmp_path, system="darwin")), Unknown)
