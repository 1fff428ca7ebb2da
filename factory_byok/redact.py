"""Names of the user, of the machine and of the network leave a snapshot; the facts stay."""

import re
from typing import Final

from factory_byok.facts import Json
from factory_byok.settings.mask import mask
from factory_byok.world import World

_PRIVATE: Final = re.compile(
    r"\b(?:10\.\d{1,3}|192\.168|172\.(?:1[6-9]|2\d|3[01])|169\.254|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))"
    r"(?:\.\d{1,3}){2}\b(?<!\.\d{4})"
)
_PRIVATE_SIX: Final = re.compile(r"\b(?:fe80|f[cd][0-9a-f]{2}):[0-9a-f:]+", re.IGNORECASE)


def redact(body: Json, world: World) -> Json:
    """The JSON with the home folder, user name, host name, logins and private addresses replaced.

    Keys of objects (endpoints, variables) are treated like values.
    """
    words = _words(world)

    def clean(text: str) -> str:
        for word, instead in words:
            text = word.sub(instead, text)
        return _PRIVATE_SIX.sub("PRIVATE-ADDRESS", _PRIVATE.sub("PRIVATE-ADDRESS", text))

    def walk(value: Json) -> Json:
        if isinstance(value, str):
            return clean(mask(value) if "://" in value else value)
        if isinstance(value, list):
            return [walk(each) for each in value]
        if isinstance(value, dict):
            return {clean(key): walk(each) for key, each in value.items()}
        return value

    return walk(body)


def _words(world: World) -> list[tuple[re.Pattern[str], str]]:
    """What to look for and what to write instead, the longest first."""
    found: list[tuple[re.Pattern[str], str]] = []
    homes = {str(world.home), str(world.user_home)}
    for home in sorted(homes, key=len, reverse=True):
        if len(home) > 1:
            found.append((re.compile(re.escape(home)), "~"))
    names = {world.env.get(name, "") for name in ("USER", "LOGNAME", "USERNAME")}
    names.add(world.user_home.name)
    hosts = {world.host_name, world.host_name.partition(".")[0], world.env.get("HOSTNAME", "")}
    for group, instead in ((hosts, "HOST"), (names, "USER")):
        for name in sorted(group, key=len, reverse=True):
            if len(name) > 1 and name.lower() not in _COMMON:
                pattern = rf"(?<!\w){re.escape(name)}(?!\w)"
                found.append((re.compile(pattern, re.IGNORECASE), instead))
    return found


_COMMON: Final = (
    "localhost",
    "home",
    "root",
    "ollama",
    "user",
    "linux",
    "windows",
    "darwin",
    "measured",
)
