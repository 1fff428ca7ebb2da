"""Which version of droid is installed, told by its package, by memory, or by itself.

`byok list` needs it and is to start at once, so droid is started only when nothing else tells. What
it said is remembered in the user's cache, by the program's path, size and time.
"""

import json
import os
from pathlib import Path
from typing import Final, NamedTuple

from factory_byok.core import cache
from factory_byok.core.droid_facts import Json
from factory_byok.core.world import World
from factory_byok.droid.rules import NEWEST, Followed, is_version, rules_of

VERSION_DEADLINE: Final = 5.0  # seconds; droid needs 0.3, and more when the disk is cold
PACKAGES: Final = ("droid", "@factory/cli")  # npm's names; `@factory/cli-linux-x64` is one more
MEMORY: Final = "droid"


def followed(world: World) -> Followed:
    """Whose rules decide here: the first pinned version's, else the installed droid's."""
    if world.droid_versions:
        first = world.droid_versions[0]
        return Followed(rules_of(first), first, "pinned")
    found = program(world)
    if found is None:
        return Followed(NEWEST)
    told = version(world, found)
    if not is_version(told):
        return Followed(NEWEST, "", "untold")
    return Followed(rules_of(told), told, "installed")


class Program(NamedTuple):
    """The program `droid`: where PATH has it, what it really is, and the state of that file.

    `script` says that it only starts something else, whose changes its own state does not show.
    """

    path: str
    real: str
    size: int
    changed: int
    script: bool

    @property
    def identity(self) -> list[Json]:
        """What tells this very program from any other and from itself before an update."""
        return [self.real, self.size, self.changed]


def program(world: World) -> Program | None:
    """The `droid` on PATH; None where there is none."""
    path = world.which("droid")
    if path is None:
        return None
    real = os.path.realpath(path)
    try:
        state = Path(real).stat()
        with Path(real).open("rb") as file:
            script = file.read(2) == b"#!"
    except OSError:
        return Program(path, real, 0, 0, script=False)
    return Program(path, real, state.st_size, state.st_mtime_ns, script)


def version(world: World, droid: Program, *, fresh: bool = False) -> str:
    """The version of a program, "" when nothing tells.

    With `fresh` a script is asked again even when its answer is remembered.
    """
    told = packaged(droid)
    if told:
        return told
    memory = recall(world)
    known = memory.get("version")
    same = memory.get("program") == droid.identity
    if same and isinstance(known, str) and not (fresh and droid.script):
        return known
    said = asked(world, droid)
    if not same or known != said:
        cache.keep(world, MEMORY, {"program": droid.identity, "version": said})
    return said


def packaged(droid: Program) -> str:
    """What the npm package around a program says, without starting it; "" without one."""
    program = Path(droid.real)
    folders = list(program.parents)[:3]
    if program.suffix.lower() in (".cmd", ".ps1"):  # npm's own on Windows stand beside the package
        folders = [program.parent / "node_modules/droid"]
    for folder in folders:
        try:
            body = json.loads((folder / "package.json").read_bytes())
        except (OSError, ValueError):
            continue
        if isinstance(body, dict) and _is_droids(body.get("name")):
            told = body.get("version")
            return told if isinstance(told, str) and is_version(told) else ""
    return ""


def _is_droids(name: object) -> bool:
    """Whether a package of that name holds droid."""
    return isinstance(name, str) and (name in PACKAGES or name.startswith(f"{PACKAGES[1]}-"))


def asked(world: World, droid: Program) -> str:
    """What `droid --version` prints, in an empty temporary home since droid writes; "" for none."""
    import tempfile

    from factory_byok.core.errors import ByokError
    from factory_byok.droid.quiet import quiet_environment

    try:
        with tempfile.TemporaryDirectory(prefix="byok-droid-", ignore_cleanup_errors=True) as home:
            done = world.run(
                [droid.path, "--version"],
                env=quiet_environment(world, Path(home)),
                deadline=VERSION_DEADLINE,
            )
    except (ByokError, OSError):
        return ""
    words = done.out.split()
    return words[-1] if done.code == 0 and words else ""


def recall(world: World) -> dict[str, Json]:
    """What is remembered of droid; empty when nothing can be read."""
    body = cache.recall(world, MEMORY)
    return body if isinstance(body, dict) else {}
