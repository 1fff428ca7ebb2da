"""Which files droid looks at from the working folder, at which level, in the order of precedence.

Source: the walk as droid 0.225.2 makes it.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from factory_byok.core.droid_facts import FileKind, FileLevel, System
from factory_byok.core.own_files import open_regular
from factory_byok.core.world import World

FILE_NAMES: Final[dict[FileKind, str]] = {
    "settings": "settings.json",
    "local": "settings.local.json",
    "config": "config.json",
}
MOST_BYTES: Final = 2**28  # of git's index: a million files have some 100 MB
_ORG_PLACES: Final[dict[System, str]] = {
    "linux": "etc/factory",
    "darwin": "Library/Application Support/Factory",
    "windows": r"C:\Program Files\Factory",
}


class Place(NamedTuple):
    """One file that droid may read: where, at which level, and which of its three kinds.

    `under_git` tells a project's file that lies in a git repository.
    """

    path: Path
    level: FileLevel
    kind: FileKind
    under_git: bool = False


def places(world: World) -> tuple[Place, ...]:
    """Every file droid would read here, whether it exists or not, highest precedence first."""
    organisation = world.root / _ORG_PLACES[world.system] / FILE_NAMES["settings"]
    git = repository(world.cwd) is not None
    folders = _project_folders(world)
    project = [place for folder in folders for place in _in(folder, "project", git)]
    return (Place(organisation, "org", "settings"), *project, *_in(user_folder(world), "user"))


def user_place(world: World, kind: FileKind) -> Place:
    """The user's own file of one kind."""
    return Place(user_folder(world) / FILE_NAMES[kind], "user", kind)


def user_folder(world: World) -> Path:
    """The user's own folder of settings."""
    return world.home / _folder_name(world)


def _in(folder: Path, level: FileLevel, under_git: bool = False) -> list[Place]:
    """The three files of one folder."""
    return [Place(folder / name, level, kind, under_git) for kind, name in FILE_NAMES.items()]


def _folder_name(world: World) -> str:
    """`.factory`, except for droid's own developers."""
    return ".factory-dev" if world.env.get("FACTORY_ENV") == "development" else ".factory"


def _project_folders(world: World) -> Iterator[Path]:
    """The project's folders, nearest first.

    Inside a git repository they are those between the working folder and the repository's root,
    outside only the working folder's own. The home folder's own is the user's, never a project's.
    """
    name, user = _folder_name(world), user_folder(world)
    top = repository(world.cwd)
    last = None if _same(top or world.cwd, world.home) else (top or world.cwd) / name
    folder = world.cwd
    while top is not None and folder not in (top, folder.parent):
        nested = folder / name
        if nested not in (last, user) and os.path.isdir(nested):  # noqa: PTH112 - see `repository`
            yield nested
        folder = folder.parent
    if last is not None:
        yield last


def repository(cwd: Path) -> Path | None:
    """The root of the git repository around a folder: the nearest that holds `.git`, if any."""
    for folder in (cwd, *cwd.parents):
        if os.path.exists(folder / ".git"):  # noqa: PTH110 - Path's own raises where nobody may look
            return folder
    return None


def tracked(path: Path) -> bool:
    """Whether git has a file in its index, which holds paths as plain text (but in version 4).

    Source: git's gitformat-index page.
    """
    top = repository(path.parent)
    if top is None:
        return False
    try:
        with open_regular(top / ".git/index") as file:
            index = file.read(MOST_BYTES)
    except OSError:
        return False
    return path.relative_to(top).as_posix().encode() + b"\0" in index


def _same(one: Path, other: Path) -> bool:
    """Whether two spellings name one folder, links followed."""
    return one == other or os.path.realpath(one) == os.path.realpath(other)
