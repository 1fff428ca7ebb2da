"""The secret door: what droid would send for one entry, its key included.

Nothing else reads a secret from the settings; a Target shows none when it is printed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from factory_byok.core.facts import Entry, Json
from factory_byok.core.world import World
from factory_byok.droid.field_names import EFFORTS, FIELDS
from factory_byok.droid.settings import document, jsonc
from factory_byok.droid.settings.identity import identity

_VARIABLE: Final = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")  # measured with droid 0.225.2
_LEAST_SECRET: Final = 6  # shorter values (`ollama`, `not-needed` pass) would garble ordinary words


@dataclass(frozen=True, slots=True)
class Target:
    """One entry with everything that a request needs; its printed form holds no secret.

    `key` is expanded as droid expands it, "" when there is none. `max_output` is None when the
    entry does not say. `thinking` is the budget in tokens of `enableThinking`, None without.
    """

    entry: str
    base_url: str
    model: str
    dialect: str
    key: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    extra_args: Mapping[str, Json] = field(default_factory=dict, repr=False)
    reasoning_effort: str = ""
    max_output: int | float | None = None
    thinking: int | None = None
    bearer: bool = False

    def hide(self, text: str) -> str:
        """The text with this entry's secrets replaced, for anything that a server echoes."""
        secrets = [self.key, *self.headers.values()]
        for secret in sorted(secrets, key=len, reverse=True):
            if len(secret) >= _LEAST_SECRET and secret not in _HARMLESS:
                text = text.replace(secret, "[hidden]")
        return text


_HARMLESS: Final = ("ollama", "not-needed", "application/json")


def target(world: World, entry: Entry) -> Target:
    """Reads what droid would send for an entry, from the entry's own place in its file.

    A model without an entry (no file) has no key. Raises ByokError when the file cannot be read or
    no longer holds the entry there.
    """
    item = stored(entry) if entry.file else {}
    names = FIELDS[entry.kind]

    def get(meaning: str) -> Json:
        return item.get(names[meaning])

    effort = str(get("reasoning_effort") or "").lower()
    key = get("key")
    text = key if isinstance(key, str) else ""
    most = get("max_output")
    return Target(
        entry=entry.id,
        base_url=entry.base_url,
        model=entry.model,
        dialect=entry.dialect,
        key=text if entry.kind == "config" else expanded(text, world.env),
        headers=_texts(get("headers")),
        extra_args=_mapping(get("arguments")),
        reasoning_effort=effort if effort in EFFORTS else "",
        max_output=most if isinstance(most, int | float) and not isinstance(most, bool) else None,
        thinking=_budget(get("thinking"), get("thinking_budget")),
        bearer=item.get("auth_mode" if entry.kind == "config" else "authMode") == "bearer",
    )


def stored(entry: Entry) -> dict[str, Json]:
    """The entry as its file spells it, secrets included. Raises Changed when it is gone."""
    try:
        body = jsonc.load(document.read(Path(entry.file)).text or "")
    except jsonc.Fault:
        body = None
    items = body.get(entry.pointer.split("/")[1]) if isinstance(body, dict) else None
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict) and identity(item) == entry.seen:
            return item
    from factory_byok.droid.settings.writing.swap import Changed

    raise Changed(
        f"`{entry.label}` is no longer what it was in {entry.file}",
        "The file changed meanwhile; run the command again",
    )


def expanded(text: str, env: Mapping[str, str]) -> str:
    """A key of settings.json with each `${NAME}` replaced; an unset one stays as it is written."""
    return _VARIABLE.sub(lambda found: env.get(found[1], found[0]), text)


def _mapping(value: Json) -> dict[str, Json]:
    """A JSON object, empty when it is something else."""
    return value if isinstance(value, dict) else {}


def _texts(value: Json) -> dict[str, str]:
    """The text values of a JSON object."""
    return {key: text for key, text in _mapping(value).items() if isinstance(text, str)}


def _budget(enabled: Json, budget: Json) -> int | None:
    """Tokens for thinking; None unless both fields ask for it."""
    if enabled is not True or isinstance(budget, bool) or not isinstance(budget, int):
        return None
    return budget
