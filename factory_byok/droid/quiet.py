"""The environment in which droid asks nobody and changes nothing of the user's."""

from pathlib import Path
from typing import Final

from factory_byok.core.world import World

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
