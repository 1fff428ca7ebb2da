"""The installed droid: where it is, which version, and what it lists, without touching its home."""

import tempfile
from pathlib import Path
from typing import Final

from factory_byok.errors import ByokError
from factory_byok.facts import Droid, Known, Reading, Unknown
from factory_byok.world import World

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
