"""Remembers which entries apply wrote, so that it knows its own from another's of that name.

The note holds names, models and base URLs, no key. Without it (a new machine, a lost state folder)
an entry of another model counts as somebody else's.
"""

import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from factory_byok.core.facts import Entry, Json
from factory_byok.core.world import World
from factory_byok.droid.settings.writing.disk import new_file, private_folder
from factory_byok.droid.settings.writing.temporary import temporary_name


def _note(world: World) -> Path:
    """Where the note lies."""
    return world.state / "applied.json"


def _read(world: World) -> dict[str, Json]:
    """The note; empty when there is none that can be read."""
    try:
        body = json.loads(_note(world).read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _key(entry: Entry) -> str:
    """An entry's place in the note."""
    return f"{entry.file} {entry.name}"


def is_ours(world: World, entry: Entry) -> bool:
    """Whether an entry still asks for what apply last wrote there."""
    return _read(world).get(_key(entry)) == [entry.model, entry.base_url]


def remember(world: World, entries: Iterable[Entry]) -> None:
    """Notes the entries; writes only what is new. A note that cannot be written is left out."""
    now = _read(world)
    after = now | {_key(entry): [entry.model, entry.base_url] for entry in entries}
    if after == now:
        return
    path = _note(world)
    with suppress(OSError):
        private_folder(path.parent)
        temporary = path.with_name(temporary_name(path.name))
        new_file(temporary, json.dumps(after, indent=1).encode())
        temporary.replace(path)
