"""byok's cache: what is kept comes back, and nothing is left of a byok that was killed over it."""

import os
import time
from dataclasses import replace
from pathlib import Path

from factory_byok.core.cache import ABANDONED, keep, recall
from factory_byok.core.world import World


def test_a_killed_byoks_half_file_goes_with_the_next_write(tmp_path: Path) -> None:
    world = replace(World.real(), env={"XDG_CACHE_HOME": str(tmp_path)})
    keep(world, "windows", {"a": 1})
    half, young = world.cache / "windows-0_killed", world.cache / "windows-1_writing"
    for each in (half, young):
        each.write_text("{")
    long_ago = time.time() - ABANDONED - 1
    os.utime(half, (long_ago, long_ago))
    keep(world, "windows", {"a": 2})
    assert recall(world, "windows") == {"a": 2}
    assert not half.exists() and young.exists()  # another byok may be writing the young one
