"""WSL and containers are recognised, and nothing else is taken for them."""

from pathlib import Path

import pytest

from factory_byok.hardware import machine
from tests.hardware.worlds import a_world


@pytest.mark.parametrize(
    ("tree", "wsl", "container"),
    [
        ("virtual_machine.tree", False, False),
        ("wsl.tree", True, False),
        ("container_v2.tree", False, True),
        ("container_v1.tree", False, True),
        ("slice_v2.tree", False, False),
    ],
)
def test_the_place_is_told_by_its_files(
    tmp_path: Path, tree: str, wsl: bool, container: bool
) -> None:
    world = a_world(tmp_path, tree=tree)
    assert (machine.in_wsl(world), machine.in_container(world)) == (wsl, container)


def test_a_container_is_told_by_its_variables(tmp_path: Path) -> None:
    assert machine.in_container(a_world(tmp_path, env={"container": "podman"}))
    assert not machine.in_container(a_world(tmp_path, env={"container": ""}))


def test_no_mac_and_no_windows_is_either(tmp_path: Path) -> None:
    for system in ("darwin", "windows"):
        world = a_world(tmp_path, system=system, env={"container": "x", "WSL_DISTRO_NAME": "y"})
        assert not machine.in_wsl(world)
        assert not machine.in_container(world)
