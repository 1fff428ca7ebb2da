"""Which files droid would read from a working folder."""

from pathlib import Path

import pytest

from factory_byok.core.facts import System
from factory_byok.core.world import World
from factory_byok.droid.settings.locate import places, user_place


def a_world(tmp_path: Path, cwd: str, system: System = "linux", **env: str) -> World:
    """A machine with a home and a working folder."""
    home = tmp_path / "home"
    (tmp_path / cwd).mkdir(parents=True, exist_ok=True)
    return World(system, home, home, tmp_path / cwd, env, root=tmp_path / "root")


def folders(world: World, tmp_path: Path) -> list[str]:
    """The folders of the places, in order, without repeats."""
    parents = (str(place.path.parent.relative_to(tmp_path)) for place in places(world))
    return list(dict.fromkeys(parents))


def test_a_folder_outside_a_repository_counts_alone(tmp_path: Path) -> None:
    world = a_world(tmp_path, "work/a")
    (tmp_path / "work/.factory").mkdir()
    assert folders(world, tmp_path) == ["root/etc/factory", "work/a/.factory", "home/.factory"]
    assert not any(place.under_git for place in places(world))


def test_inside_a_repository_the_nearest_folder_comes_first(tmp_path: Path) -> None:
    world = a_world(tmp_path, "work/a/b")
    (tmp_path / "work/.git").mkdir()
    (tmp_path / "work/a/.factory").mkdir()
    assert folders(world, tmp_path)[1:] == ["work/a/.factory", "work/.factory", "home/.factory"]
    assert [place.under_git for place in places(world)] == [False] + [True] * 6 + [False] * 3


def test_a_worktree_has_a_git_file(tmp_path: Path) -> None:
    world = a_world(tmp_path, "work/a")
    (tmp_path / "work/.git").write_text("gitdir: elsewhere")
    assert folders(world, tmp_path)[1:] == ["work/.factory", "home/.factory"]


def test_the_home_folder_is_never_a_project(tmp_path: Path) -> None:
    assert folders(a_world(tmp_path, "home"), tmp_path)[1:] == ["home/.factory"]
    (tmp_path / "home/.git").mkdir()
    (tmp_path / "home/p/.factory").mkdir(parents=True)
    world = a_world(tmp_path, "home/p/q")
    assert folders(world, tmp_path)[1:] == ["home/p/.factory", "home/.factory"]


def test_a_link_to_the_home_folder_is_the_home_folder(tmp_path: Path) -> None:
    world = a_world(tmp_path, "home")
    (tmp_path / "link").symlink_to(tmp_path / "home")
    linked = World("linux", tmp_path / "link", world.home, world.cwd, {}, root=world.root)
    assert folders(linked, tmp_path)[1:] == ["link/.factory"]


@pytest.mark.parametrize(
    ("system", "place"),
    [
        ("linux", "etc/factory/settings.json"),
        ("darwin", "Library/Application Support/Factory/settings.json"),
    ],
)
def test_the_organisations_file_has_one_place_per_system(
    tmp_path: Path, system: System, place: str
) -> None:
    first = places(a_world(tmp_path, "work", system))[0]
    assert (first.path, first.level, first.kind) == (tmp_path / "root" / place, "org", "settings")


def test_droids_developers_have_another_folder(tmp_path: Path) -> None:
    world = a_world(tmp_path, "work", FACTORY_ENV="development")
    assert user_place(world, "config").path == tmp_path / "home/.factory-dev/config.json"
