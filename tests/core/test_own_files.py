"""byok's own files: a pipe in their place stops nothing, and root's are the user's."""

import os
from pathlib import Path

import pytest

from factory_byok.core import cache
from factory_byok.core.own_files import open_regular, private_folder
from factory_byok.core.world import World
from factory_byok.droid.settings.locate import tracked

pytestmark = pytest.mark.skipif(os.name != "posix", reason="there are no pipes among files")


def test_a_pipe_is_refused_and_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="no ordinary file"):
        open_regular(tmp_path / "pipe")


def test_a_pipe_in_the_cache_or_as_git_s_index_is_nothing(empty_home: Path) -> None:
    world = World.real()
    private_folder(world.cache)
    os.mkfifo(world.cache / "cpu.json")
    assert cache.recall(world, "cpu") is None
    (empty_home / ".git").mkdir()
    os.mkfifo(empty_home / ".git/index")
    assert not tracked(empty_home / "settings.json")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can")
def test_each_folder_that_root_makes_for_the_cache_is_the_user_s(empty_home: Path) -> None:
    os.chown(empty_home, 1234, 4321)
    world = World.real()
    cache.keep(world, "cpu", {})
    made = [world.cache / "cpu.json", world.cache, world.cache.parent]
    assert {each.stat().st_uid for each in made} == {1234}
