"""How droid turns an entry into a request: URL, headers and body, in any dialect."""

import re
from collections.abc import Mapping
from dataclasses import replace
from types import ModuleType
from typing import Final, cast

from factory_byok.core.facts import Json
from factory_byok.droid.known_models import looks_foreign
from factory_byok.droid.settings.target import Target
from factory_byok.exercises import chat_completions, messages, responses
from factory_byok.exercises.conversation import Ask, Dialect, Turn

DIALECTS: Final[dict[str, ModuleType]] = {
    "generic-chat-completion-api": chat_completions,
    "openai": responses,
    "anthropic": messages,
}

# Some services admit coding agents by this name alone; what is in brackets says who asks.
CLIENT: Final = {"Accept": "application/json", "User-Agent": "factory-cli/0.225.2 (byok)"}
FOREWORD: Final = Turn("user", "Keep to the instructions above.")
_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")  # RFC 9110, section 5.6.2
_UNSENDABLE: Final = re.compile(r"[^\t -~\x80-\xff]")


def url_of(target: Target) -> str:
    """Where droid posts: one trailing slash of the base URL goes, the dialect's path comes."""
    return target.base_url.removesuffix("/") + dialect_of(target).PATH


def headers_of(target: Target) -> dict[str, str]:
    """What droid sends: the dialect's headers, overridden by extraHeaders whatever their case."""
    extra = {name.lower() for name in target.headers}
    own = dialect_of(target).headers(target)
    kept = {name: value for name, value in own.items() if name.lower() not in extra}
    # fetch, under droid, trims a value: a key that ends in a line break works there.
    return {name: value.strip(" \t\r\n") for name, value in {**kept, **target.headers}.items()}


def sent_headers(target: Target) -> dict[str, str]:
    """The entry's headers and those of droid's client, by which some services choose."""
    own = headers_of(target)
    given = {name.lower() for name in own}
    return {**{k: v for k, v in CLIENT.items() if k.lower() not in given}, **own}


def sendable(headers: Mapping[str, str]) -> bool:
    """Whether HTTP can carry these headers: printable latin-1 values, names that are tokens."""
    return all(
        _NAME.fullmatch(name) and not _UNSENDABLE.search(value) for name, value in headers.items()
    )


def body_of(target: Target, ask: Ask) -> dict[str, Json]:
    """What droid sends: the dialect's body, extraArgs merged in last."""
    if looks_foreign(target.model, target.dialect):
        ask = replace(ask, turns=(FOREWORD, *ask.turns))
    return {**dialect_of(target).body(target, ask), **target.extra_args}


def dialect_of(target: Target) -> Dialect:
    """The module that speaks an entry's dialect. Raises KeyError for another."""
    return cast(Dialect, DIALECTS[target.dialect])
