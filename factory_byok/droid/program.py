"""The installed droid: where it is, which version, and what it lists, without touching its home."""

import re
import tempfile
from pathlib import Path
from typing import Final

from factory_byok.core.errors import ByokError
from factory_byok.core.facts import Droid, Known, Reading, Unknown
from factory_byok.core.world import World
from factory_byok.droid.settings.locate import FILE_NAMES, user_folder

LIST_DEADLINE: Final = 10.0  # seconds; droid needs about half a second
NOWHERE: Final = "http://127.0.0.1:9"  # the discard port: nothing that droid sends leaves here
_SERVICES: Final = (
    "FACTORY_API_BASE_URL",
    "FACTORY_API_BASE_URL_EU",
    "FACTORY_APP_BASE_URL",
    "FACTORY_TELEMETRY_INGEST_BASE_URL",
    "FACTORY_WORKOS_BASE_URL",
)


def quiet_environment(world: World, home: Path) -> dict[str, str]:
    """The environment in which droid works offline on a home of its own."""
    return {
        **world.env,
        **dict.fromkeys(_SERVICES, NOWHERE),
        "FACTORY_HOME_OVERRIDE": str(home),
        "FACTORY_AIRGAP_ENABLED": "true",
        "FACTORY_DISABLE_KEYRING": "true",
        "FACTORY_DROID_AUTO_UPDATE_ENABLED": "false",
    }


def probe(world: World) -> Reading[Droid]:
    """The droid on PATH and its version, asked in an empty temporary home since droid writes."""
    path = world.which("droid")
    if path is None:
        return Unknown("no `droid` is on PATH", "absent")
    return Known(Droid(path, _version(world, path)))


def lists(world: World, path: str) -> Reading[tuple[str, ...]]:
    """The ids that droid itself lists for these settings, asked on a copy of the user's files."""
    try:
        with tempfile.TemporaryDirectory(prefix="byok-droid-", ignore_cleanup_errors=True) as name:
            home = Path(name)
            _copy_settings(world, home)
            env = quiet_environment(world, home)
            done = world.run(
                [path, "exec", "--help"], env=env, cwd=world.cwd, deadline=LIST_DEADLINE
            )
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


def _copy_settings(world: World, home: Path) -> None:
    """The user's settings files, byte for byte, in a home that droid may write into."""
    source = user_folder(world)
    target = home / source.name
    target.mkdir(mode=0o700)
    for name in FILE_NAMES.values():
        if (source / name).is_file():
            (target / name).write_bytes((source / name).read_bytes())


def _version(world: World, path: str) -> Reading[str]:
    """What `droid --version` prints."""
    try:
        with tempfile.TemporaryDirectory(prefix="byok-droid-") as home:
            done = world.run([path, "--version"], env=quiet_environment(world, Path(home)))
    except (ByokError, OSError) as error:
        return Unknown(str(error))
    words = done.out.split()
    if done.code != 0 or not words:
        return Unknown(f"`droid --version` ended with code {done.code}")
    return Known(words[-1])
