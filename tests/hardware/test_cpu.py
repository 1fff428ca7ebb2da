"""The processor: asked slowly, remembered, and named by the system in the meantime."""

import stat
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from factory_byok.core.facts import Cpu, Known, Unknown
from factory_byok.core.world import World
from factory_byok.hardware import cpu
from tests.hardware.worlds import a_world, capture, said

SLOW = {"brand_raw": "AMD EPYC 9B45", "count": 64, "flags": ["sse4_2", "avx2", "avx512f"]}
TREE = "virtual_machine.tree"


def cpuinfo(answer: Any) -> dict[str, Any]:
    return {"cpuinfo": SimpleNamespace(get_cpu_info=lambda: answer)}


def asked(root: Path) -> World:
    """A world whose processor was asked slowly once."""
    world = a_world(root, tree=TREE, modules=cpuinfo(SLOW))
    assert cpu.probe(world) == Known(Cpu("AMD EPYC 9B45", 64, ("avx2", "avx512f")))
    return world


def test_the_system_names_its_processor_until_the_slow_answer_is_there(tmp_path: Path) -> None:
    told = cpu.quick(a_world(tmp_path, tree=TREE))
    assert told == Known(Cpu("AMD EPYC", 2, ("avx", "avx2", "avx512f")))


def test_the_slow_answer_is_remembered(tmp_path: Path) -> None:
    assert cpu.quick(asked(tmp_path)) == Known(Cpu("AMD EPYC 9B45", 64, ("avx2", "avx512f")))


def test_the_cache_is_the_users_alone(tmp_path: Path) -> None:
    world = asked(tmp_path)
    assert stat.S_IMODE((world.cache / "cpu.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(world.cache.stat().st_mode) == 0o700
    assert [path.name for path in world.cache.iterdir()] == ["cpu.json"]


def test_what_another_machine_remembered_does_not_count(tmp_path: Path) -> None:
    world = asked(tmp_path)
    (tmp_path / "proc/cpuinfo").write_text("processor\t: 0\nmodel name\t: Intel Xeon\n")
    assert cpu.quick(world) == Known(Cpu("Intel Xeon", 1))


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"null",
        b'{"name": "x"}',
        b"[" * 70000,
        b'{"name": "", "cores": 2, "features": [], "of": "AMD EPYC"}',
        b'{"name": "x", "cores": 0, "features": [], "of": "AMD EPYC"}',
        b'{"name": "x", "cores": "2", "features": [], "of": "AMD EPYC"}',
        b'{"name": "x", "cores": 2, "features": [1], "of": "AMD EPYC"}',
    ],
)
def test_a_broken_cache_is_passed_over(tmp_path: Path, broken: bytes) -> None:
    world = asked(tmp_path)
    (world.cache / "cpu.json").write_bytes(broken)
    assert cpu.quick(world) == Known(Cpu("AMD EPYC", 2, ("avx", "avx2", "avx512f")))


def test_a_cache_that_cannot_be_written_is_no_harm(tmp_path: Path) -> None:
    world = a_world(tmp_path, tree=TREE, modules=cpuinfo(SLOW))
    (world.user_home / ".cache").write_text("in the way")
    assert isinstance(cpu.probe(world), Known)
    assert isinstance(cpu.quick(world), Known)


def test_a_folder_in_the_place_of_the_cache_is_no_harm(tmp_path: Path) -> None:
    world = a_world(tmp_path, tree=TREE, modules=cpuinfo(SLOW))
    (world.cache / "cpu.json").mkdir(parents=True)
    assert isinstance(cpu.probe(world), Known)
    assert cpu.quick(world) == Known(Cpu("AMD EPYC", 2, ("avx", "avx2", "avx512f")))
    assert [path.name for path in world.cache.iterdir()] == ["cpu.json"]


@pytest.mark.parametrize("answer", [{}, None, {"brand_raw": ""}, {"brand_raw": 7}, []])
def test_an_answer_without_a_name_is_unknown_and_not_remembered(
    tmp_path: Path, answer: object
) -> None:
    world = a_world(tmp_path, modules=cpuinfo(answer))
    assert isinstance(cpu.probe(world), Unknown)
    assert not world.cache.exists()


def test_py_cpuinfo_may_be_missing(tmp_path: Path) -> None:
    assert isinstance(cpu.probe(a_world(tmp_path)), Unknown)


def test_a_mac_names_its_processor(tmp_path: Path) -> None:
    answers = {"sysctl -n machdep.cpu.brand_string": said("Apple M2 Pro\n")}
    told = cpu.quick(a_world(tmp_path, system="darwin", run=answers))
    assert isinstance(told, Known)
    assert (told.value.name, told.value.features) == ("Apple M2 Pro", ("neon",))


def test_windows_names_its_processor(tmp_path: Path) -> None:
    env = {"PROCESSOR_IDENTIFIER": "Intel64 Family 6 Model 154 Stepping 3, GenuineIntel"}
    told = cpu.quick(a_world(tmp_path, system="windows", env=env))
    assert isinstance(told, Known)
    assert told.value.name == env["PROCESSOR_IDENTIFIER"]


def test_a_system_that_says_nothing_is_unknown(tmp_path: Path) -> None:
    for system in ("linux", "darwin", "windows"):
        assert isinstance(cpu.quick(a_world(tmp_path, system=system)), Unknown)


def test_a_64_bit_arm_has_neon_by_its_kernels_word() -> None:
    pi = (
        "processor\t: 0\nFeatures\t: fp asimd evtstrm aes\n\n"
        "processor\t: 1\nFeatures\t: fp asimd evtstrm aes\n\n"
        "Model\t\t: Raspberry Pi 5 Model B Rev 1.0\n"
    )
    assert cpu.parse_proc(pi) == Cpu("Raspberry Pi 5 Model B Rev 1.0", 2, ("neon",))


def test_a_64_bit_arm_has_neon_even_when_no_flags_are_told() -> None:
    told = cpu.parse({"brand_raw": "Apple M1", "count": 8, "arch": "ARM_8"})
    assert told == Known(Cpu("Apple M1", 8, ("neon",)))


def test_an_old_x86_has_no_features_that_it_lacks() -> None:
    flags = capture(TREE).replace("avx512f", "x").replace("avx2", "x")
    found = cpu.parse_proc(flags)
    assert found is not None
    assert found.features == ("avx",)
