"""Memory: the machine's own, and what a container leaves of it."""

from pathlib import Path

import psutil
import pytest

from factory_byok.core.facts import Known, Memory, Reading, Unknown
from factory_byok.core.units import GIB, Bytes
from factory_byok.hardware import ram
from tests.hardware.worlds import a_world, memory_module

KIB = 1024
REAL = {"psutil": psutil}


def read(root: Path, tree: str, **modules: object) -> Reading[Memory]:
    return ram.probe(a_world(root, tree=tree, modules=modules))


def test_a_machine_without_limits_has_what_its_kernel_says(tmp_path: Path) -> None:
    told = read(tmp_path, "virtual_machine.tree", psutil=psutil)
    assert told == Known(Memory(Bytes(24684092 * KIB), Bytes(24164972 * KIB), "machine"))


def test_the_kernels_file_answers_when_psutil_is_missing(tmp_path: Path) -> None:
    told = read(tmp_path, "virtual_machine.tree")
    assert told == Known(Memory(Bytes(24684092 * KIB), Bytes(24164972 * KIB), "machine"))


def test_psutil_is_told_of_the_usual_place_again(tmp_path: Path) -> None:
    read(tmp_path, "virtual_machine.tree", psutil=psutil)
    assert psutil.PROCFS_PATH == "/proc"


def test_a_version_2_limit_cuts_total_and_available(tmp_path: Path) -> None:
    told = read(tmp_path, "container_v2.tree", psutil=psutil)
    # used is 5 GiB, of which 1 GiB is cache that the kernel gives back
    assert told == Known(Memory(Bytes(16 * GIB), Bytes(12 * GIB), "container"))


def test_the_tightest_of_nested_groups_rules(tmp_path: Path) -> None:
    told = read(tmp_path, "slice_v2.tree", psutil=psutil)
    assert told == Known(Memory(Bytes(8 * GIB), Bytes(2 * GIB), "container"))


def test_a_version_1_limit_is_found_at_the_top_when_the_path_is_the_hosts(tmp_path: Path) -> None:
    told = read(tmp_path, "container_v1.tree", psutil=psutil)
    assert told == Known(Memory(Bytes(4 * GIB), Bytes(3 * GIB), "container"))


def test_under_wsl_the_share_that_windows_gives_is_the_total(tmp_path: Path) -> None:
    told = read(tmp_path, "wsl.tree", psutil=psutil)
    assert told == Known(Memory(Bytes(16277284 * KIB), Bytes(15290112 * KIB), "machine"))


def test_huge_pages_are_no_memory_for_models() -> None:
    host = Memory(Bytes(64 * GIB), Bytes(60 * GIB))
    assert ram.within(host, 32 * GIB, ()) == Memory(Bytes(32 * GIB), Bytes(32 * GIB), "machine")


def test_huge_pages_of_every_size_count() -> None:
    assert ram.parse_reserved("HugePages_Total:    512\nHugepagesize:    2048 kB\n") == GIB
    both = "HugePages_Total:    512\nHugepagesize:    2048 kB\nHugetlb:    3145728 kB\n"
    assert ram.parse_reserved(both) == 3 * GIB
    assert ram.parse_reserved("HugePages_Total:       0\nHugepagesize:    2048 kB\n") == 0


def test_a_limit_above_the_machine_limits_nothing() -> None:
    host = Memory(Bytes(8 * GIB), Bytes(6 * GIB))
    limit = ram.Limit(16 * GIB, GIB)
    assert ram.within(host, 0, [limit]) == host


def test_a_full_container_has_nothing_available() -> None:
    host = Memory(Bytes(8 * GIB), Bytes(6 * GIB))
    assert ram.within(host, 0, [ram.Limit(GIB, 2 * GIB)]).available == 0


def test_a_limit_without_a_usage_still_limits() -> None:
    host = Memory(Bytes(8 * GIB), Bytes(6 * GIB))
    assert ram.within(host, 0, [ram.Limit(GIB)]) == Memory(Bytes(GIB), Bytes(GIB), "container")


def test_nothing_to_read_is_unknown_and_not_nothing(tmp_path: Path) -> None:
    told = ram.probe(a_world(tmp_path, modules=REAL))
    assert isinstance(told, Unknown)


def test_elsewhere_than_linux_the_host_answers(tmp_path: Path) -> None:
    module = memory_module(32 * GIB, 20 * GIB)
    told = ram.probe(a_world(tmp_path, system="darwin", modules={"psutil": module}))
    assert told == Known(Memory(Bytes(32 * GIB), Bytes(20 * GIB)))


def test_elsewhere_without_psutil_the_memory_is_unknown(tmp_path: Path) -> None:
    told = ram.probe(a_world(tmp_path, system="windows"))
    assert isinstance(told, Unknown)
    assert "psutil" in told.why


@pytest.mark.parametrize(
    ("written", "paths"),
    [
        ("0::/\n", ("", "/")),
        ("0::/user.slice/a b\n", ("", "/user.slice/a b")),
        ("5:cpu,memory:/docker/ab\n0::/\n", ("/docker/ab", "/")),
        ("3:memory:/docker/a:b\n", ("/docker/a:b", "")),
        ("3:cpuset:/memory\n", ("", "")),
        ("", ("", "")),
    ],
)
def test_the_groups_of_both_versions_are_told_apart(written: str, paths: tuple[str, str]) -> None:
    assert ram.parse_groups(written) == paths
