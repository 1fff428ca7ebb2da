"""Names of the user, of the machine and of the network leave facts and reports; the facts stay.

Everything is walked by its type: the words of a Literal are byok's own and stay, so that a user
called `config` still gets a snapshot that can be read back.
"""

import re
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from functools import cache
from os.path import realpath
from typing import Any, Final, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from factory_byok.core.facts import Known, Unknown
from factory_byok.core.masking import Masker, is_mixed, mask_line
from factory_byok.core.world import World
from factory_byok.droid.settings.mask import mask
from factory_byok.providers import PROVIDERS

T = TypeVar("T")

# Lower case, since they may stand for a host in a URL, which is compared in lower case.
USER: Final = "the-user"
HOST: Final = "the-host"
ADDRESS: Final = "private-address"

_NAME_VARIABLES: Final = ("USER", "LOGNAME", "USERNAME", "SUDO_USER")
_HOST_VARIABLES: Final = ("HOSTNAME", "COMPUTERNAME", "HOST", "NAME")
# Accounts that are nobody's name, and words of byok's own that must stay readable.
_NOBODY: Final = frozenset(
    {
        "admin", "administrator", "byok", "codespace", "config", "container", "custom", "darwin",
        "debian", "default", "docker", "droid", "factory", "github", "home", "linux", "local",
        "localhost", "memory", "model", "models", "nobody", "nvidia", "ollama", "openai", "python",
        "root", "runner", "server", "settings", "system", "ubuntu", "user", "vscode", "window",
        "windows",
    }
) | {word for name in PROVIDERS for word in (name, *name.split("-"))}  # fmt: skip
_LONG: Final = 6  # letters from which a name is looked for inside other words too

_FOUR: Final = re.compile(
    r"(?<![\d.])(?:10\.\d{1,3}|192\.168|172\.(?:1[6-9]|2\d|3[01])|169\.254"
    r"|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))(?:\.\d{1,3}){2}(?!\.?\d)"
)
_SIX: Final = re.compile(
    r"(?<![\w:])(?P<open>\[?)(?:fe[89ab][0-9a-f]|f[cd][0-9a-f]{2})(?::[0-9a-f]{0,4}){2,7}"
    r"(?:(?:%25|%)[\w.-]+)?(?(open)\]?)",
    re.IGNORECASE,
)
_PRIVATE_NAME: Final = re.compile(
    r"(?<![\w.-])(?!host\.docker\.)(?:[a-z0-9-]+\.)+"
    r"(?:local|lan|internal|intranet|corp|localdomain|home\.arpa|ts\.net)(?![\w-]|\.\w)",
    re.IGNORECASE,
)


def redacted(value: T, world: World) -> T:
    """A dataclass, or a tuple of them, without home, user name, host name, logins and addresses.

    Private addresses are numbered, the same one the same number. Keys of mappings are cleaned when
    they are addresses, paths or ids; other keys are names of variables and fields.
    """
    return cast(T, _Redaction(world).walk(type(value), value))


class _Redaction:
    """What to look for on one machine, and the labels given so far."""

    def __init__(self, world: World) -> None:
        """Gathers the names."""
        self._words = [*_homes(world), *_names(world)]
        self._labels: dict[str, str] = {}

    def text(self, text: str) -> str:
        """One text without what must not leave."""
        if is_mixed(text):  # a key pasted where another word belongs
            return Masker().label(text)
        text = mask(text) if '":' in text else mask_line(text)
        for word, instead in self._words:
            text = word.sub(instead, text)
        for pattern in (_SIX, _FOUR, _PRIVATE_NAME):
            text = pattern.sub(self._label, text)
        return text

    def _label(self, found: re.Match[str]) -> str:
        """The label of one address."""
        address = found[0].strip("[]").lower()
        return self._labels.setdefault(address, f"{ADDRESS}-{len(self._labels) + 1}")

    def walk(self, kind: Any, value: Any) -> Any:
        """A value of a type, cleaned."""
        kind = _arm(kind, value)
        if isinstance(value, str):
            return value if get_origin(kind) is Literal else self.text(value)
        if isinstance(value, Known):
            return Known(self.walk((get_args(kind) or (Any,))[0], value.value))
        if isinstance(value, Unknown):
            return replace(value, why=self.text(value.why))
        if is_dataclass(value) and not isinstance(value, type):
            hints = _hints(type(value))
            return replace(
                value,
                **{
                    each.name: each.default
                    if "private" in each.metadata  # it is written nowhere
                    else self.walk(hints[each.name], getattr(value, each.name))
                    for each in fields(value)
                    if each.init
                },
            )
        if isinstance(value, Mapping):
            inner = (*get_args(kind), Any, Any)[1]
            return {self._key(key): self.walk(inner, each) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return type(value)(
                self.walk(inner, each)
                for inner, each in zip(_inner(kind, value), value, strict=True)
            )
        return value

    def _key(self, key: str) -> str:
        """A key of a mapping."""
        return self.text(key) if any(sign in key for sign in "/\\:") else key


def _inner(kind: Any, value: Any) -> list[Any]:
    """The type of each element of a tuple or list."""
    given = get_args(kind)
    if get_origin(kind) is tuple and len(given) == len(value) and Ellipsis not in given:
        return list(given)
    return [given[0] if given else Any] * len(value)


def _arm(kind: Any, value: Any) -> Any:
    """Of a union the arm that the value belongs to, of Literals any; else the type itself."""
    if get_origin(kind) not in (Union, types.UnionType):
        return kind
    arms = [each for each in get_args(kind) if each is not type(None)]
    for arm in arms:
        origin = get_origin(arm)
        if origin is Literal and value in get_args(arm):
            return arm
        if isinstance(origin or arm, type) and isinstance(value, origin or arm):
            return arm
    return Any


@cache
def _hints(kind: Any) -> dict[str, Any]:
    """The resolved annotations of a dataclass."""
    return get_type_hints(kind)


# --- what to look for ----------------------------------------------------------------------------


def _homes(world: World) -> list[tuple[re.Pattern[str], str]]:
    """The home folders in every spelling, the longest first."""
    told = {str(world.home), str(world.user_home), world.env.get("USERPROFILE", "")}
    told |= {realpath(home) for home in told if home}
    told |= {home.replace("\\", other) for home in told for other in ("/", "\\\\")}
    homes = sorted((home for home in told if len(home) > 3), key=len, reverse=True)
    return [(re.compile(rf"{re.escape(home)}(?!\w)", re.IGNORECASE), "~") for home in homes]


def _names(world: World) -> list[tuple[re.Pattern[str], str]]:
    """The names of the user and of the machine, the longest first."""
    users = {world.env.get(name, "") for name in _NAME_VARIABLES} | {world.user_home.name}
    users |= {part for name in users for part in re.split(r"[._\s@\\-]+", name) if len(part) > 3}
    hosts = {world.env.get(name, "") for name in _HOST_VARIABLES} | {world.host_name}
    hosts |= {name.partition(".")[0] for name in hosts}
    wanted = dict.fromkeys(users, USER) | dict.fromkeys(hosts, HOST)
    return [
        (_name_pattern(name), wanted[name])
        for name in sorted(wanted, key=len, reverse=True)
        if len(name) > 1 and not name.isdigit() and name.lower() not in _NOBODY
    ]


def _name_pattern(name: str) -> re.Pattern[str]:
    """A name between other signs than letters, or anywhere when it is long."""
    before, after = r"(?:(?<![^\W\d_])|(?<=%[0-9a-f]{2}))", r"(?![^\W\d_])"
    if len(name) >= _LONG:
        before = after = ""
    return re.compile(before + re.escape(name) + after, re.IGNORECASE)
