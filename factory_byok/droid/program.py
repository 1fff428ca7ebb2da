"""The installed droid asked: its version and what it lists, without touching its home."""

import hashlib
import json
import re
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from factory_byok.core import cache
from factory_byok.core.errors import ByokError
from factory_byok.core.facts import NOT_READ, Droid, Known, Reading, Unknown
from factory_byok.core.world import World
from factory_byok.droid import installed
from factory_byok.droid.quiet import quiet_environment
from factory_byok.droid.rules import MEASURED
from factory_byok.droid.settings.document import read
from factory_byok.droid.settings.locate import FILE_NAMES, Place, places, repository

LIST_DEADLINE: Final = 10.0  # seconds; droid needs about half a second
# Illegal instruction and segmentation fault, also as a shell tells them: the runtime of droid
# 0.105.1 to 0.117.0 ended so in about 1 of 100 runs, and not in the next.
CRASHES: Final = (-4, -11, 132, 139)
Texts = Mapping[Path, str | None]


def probe(world: World) -> Reading[Droid]:
    """The droid on PATH and its version."""
    found = installed.program(world)
    if found is None:
        return Unknown("no `droid` is on PATH", "absent")
    told = installed.version(world, found, fresh=True)
    return Known(Droid(found.path, Known(told) if told else Unknown("`droid --version` failed")))


def own_list(
    world: World, droid: Reading[Droid], instead: Texts | None = None
) -> Reading[tuple[str, ...]]:
    """The ids that an installed droid of no measured version lists; not read for a measured one.

    `instead` gives texts to imagine in place of single files. The answer is remembered for the same
    program and the same files; a script may start another program today, so it is asked again.
    """
    found = installed.program(world)
    if found is None or not isinstance(droid, Known):
        return NOT_READ
    version = droid.value.version
    if world.droid_versions and version != Known(world.droid_versions[0]):
        return Unknown(f"byok follows droid {world.droid_versions[0]}, as it was told", "pinned")
    if isinstance(version, Known) and version.value in MEASURED:
        return NOT_READ
    if found.script:
        return lists(world, found.path, instead)
    return _remembered_list(world, found, instead or {})


def _remembered_list(
    world: World, found: installed.Program, instead: Texts
) -> Reading[tuple[str, ...]]:
    """What the program said about the same files before, else what it says now."""
    files, memory = _digest(world, instead), installed.recall(world)
    of_this = memory.get("program") == found.identity
    match memory.get("lists"):
        case {"files": known, "ids": [*ids]} if of_this and known == files:
            return Known(tuple(map(str, ids)))
    answer = lists(world, found.path, instead)
    if isinstance(answer, Known) and of_this:
        ids = [*answer.value]
        cache.keep(world, installed.MEMORY, {**memory, "lists": {"files": files, "ids": ids}})
    return answer


def lists(world: World, path: str, instead: Texts | None = None) -> Reading[tuple[str, ...]]:
    """The ids that droid itself lists for these settings, asked on a copy of the files."""
    try:
        with tempfile.TemporaryDirectory(prefix="byok-droid-", ignore_cleanup_errors=True) as name:
            home, cwd = _copy(world, Path(name), instead or {})
            env = quiet_environment(world, home)
            ask = [path, "exec", "--help"]
            done = world.run(ask, env=env, cwd=cwd, deadline=LIST_DEADLINE)
            if done.code in CRASHES:
                done = world.run(ask, env=env, cwd=cwd, deadline=LIST_DEADLINE)
    except (ByokError, OSError) as error:
        return Unknown(str(error), "failed")
    if done.code != 0:
        return Unknown(f"`droid exec --help` ended with code {done.code}", "failed")
    return Known(parse_listing(done.out))


def parse_listing(text: str) -> tuple[str, ...]:
    """The ids in the block "Custom Models:" of `droid exec --help`; none without that block."""
    found = re.search(r"^Custom Models:\n(.*?)\n\n", text, re.M | re.S)
    rows = found[1].split("\n") if found else []
    ids = (re.match(r"  (\S.*?) {3}", row) for row in rows)
    return tuple(each[1].rstrip() for each in ids if each)


def _copy(world: World, into: Path, instead: Texts) -> tuple[Path, Path]:
    """Copies the user's and the project's files; gives the home and the working folder there.

    droid may write beside them, and could take the folder of the real home for a project's.
    """
    home, tree = into / "home", into / "work"
    top = repository(world.cwd) or world.cwd
    cwd = tree / world.cwd.relative_to(top)
    for folder in (home, cwd):
        folder.mkdir(mode=0o700, parents=True)
    if repository(world.cwd) is not None:
        (tree / ".git").mkdir()
    for place, text in _texts(world, instead):
        folder = place.path.parent
        own = place.level == "user"
        target = home / folder.name if own else tree / folder.relative_to(top)
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
        (target / FILE_NAMES[place.kind]).write_bytes(text)
    return home, cwd


def _texts(world: World, instead: Texts) -> Iterator[tuple[Place, bytes]]:
    """The bytes of the user's and the project's files that are there, or imagined to be."""
    for place in places(world):
        if place.level == "org":
            continue  # it lies at one place of the system, and droid reads it there
        if place.path in instead:
            text = instead[place.path]
            if text is not None:
                yield place, text.encode("utf-8", "surrogateescape")
        elif (raw := _raw(place.path)) is not None:
            yield place, raw


def _raw(path: Path) -> bytes | None:
    """A file's bytes; None when there is no file that byok can read."""
    try:
        return read(path).raw
    except ByokError:
        return None


def _digest(world: World, instead: Texts) -> str:
    """What droid's answer depends on beside the program: the files and droid's own variables."""
    seen = hashlib.sha256()
    for place, text in _texts(world, instead):
        seen.update(json.dumps([str(place.path), len(text)]).encode() + text)
    seen.update(_raw(places(world)[0].path) or b"")
    own = {name: value for name, value in world.env.items() if name.startswith("FACTORY_")}
    seen.update(json.dumps([str(world.cwd), sorted(own.items())]).encode())
    return seen.hexdigest()
