"""Remembers which entries byok wrote, without their keys: whose they are, and which are gone.

The note lies in byok's state folder. Without it (a new machine, a lost folder) every entry counts
as somebody else's, and none as vanished.
"""

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from factory_byok.core.errors import ByokError
from factory_byok.core.facts import Entry, Json, WrittenEntry
from factory_byok.core.own_files import open_regular, private_folder
from factory_byok.core.serialization import from_json, to_json
from factory_byok.core.world import World
from factory_byok.droid.settings.effective import Effective
from factory_byok.droid.settings.writing.disk import new_file
from factory_byok.droid.settings.writing.locking import locked
from factory_byok.droid.settings.writing.temporary import temporary_name

MOST: Final = 1_000  # entries; the oldest are forgotten
LONGEST: Final = 1_000_000  # bytes


def written_entries(world: World) -> tuple[WrittenEntry, ...]:
    """What byok wrote and did not take away itself; () when there is no note that can be read."""
    found = []
    for body in _read(world).values():
        with suppress(ByokError):
            found.append(_with_change(from_json(WrittenEntry, body)))
    return tuple(found)


def _with_change(written: WrittenEntry) -> WrittenEntry:
    """An entry that byok wrote, with when its file was last changed."""
    try:
        moment = datetime.fromtimestamp(Path(written.file).stat().st_mtime, UTC)
    except (OSError, OverflowError, ValueError):
        return written
    return replace(written, changed=moment.strftime("%Y-%m-%d %H:%M UTC"))


def forget(world: World, word: str) -> bool:
    """Forgets the entries of that name or model that are gone; whether there was one."""
    now = _read(world)
    gone = [
        f"{each.file} {each.name}"
        for each in written_entries(world)
        if word in (each.name, each.model)
    ]
    if gone:
        _write(world, {key: body for key, body in now.items() if key not in gone})
    return bool(gone)


def is_ours(world: World, entry: Entry) -> bool:
    """Whether an entry still asks for what `byok apply` last wrote there."""
    said = (entry.file, entry.name, entry.model, entry.base_url)
    mine = (each for each in written_entries(world) if each.verb == "apply")
    return any((each.file, each.name, each.model, each.base_url) == said for each in mine)


def remember(world: World, entries: Iterable[Entry], verb: str, gone: Iterable[Entry] = ()) -> None:
    """Notes the entries and forgets those that byok took away itself; writes only what is new.

    A note that cannot be written is left out: what was asked for is done.
    """
    with suppress(ByokError), locked(world):
        now = _read(world)
        after = _noted(now, entries, verb, world.now().isoformat(timespec="seconds"))
        for each in gone:
            after.pop(_key(each), None)
        if after != now:
            _write(world, dict(list(after.items())[-MOST:]))


def _noted(
    now: Mapping[str, Json], entries: Iterable[Entry], verb: str, at: str
) -> dict[str, Json]:
    """The note with these entries; what it says of them already keeps its time."""
    after = dict(now)
    for entry in entries:
        body = to_json(_written(entry, at, verb))
        said = after.get(_key(entry))
        if not isinstance(said, dict) or {**said, "at": at} != body:
            after.pop(_key(entry), None)
            after[_key(entry)] = body
    return after


def remember_change(world: World, before: Effective, after: Effective, verb: str) -> None:
    """Notes what a write of byok's put in and took out, as droid sees it before and after."""
    old = {entry.seen for entry in before.entries}
    new = [each for each in after.entries if each.level == "user" and each.seen not in old]
    there = {_key(each) for each in after.entries}
    gone = [each for each in before.entries if _key(each) not in there]
    remember(world, [each for each in new if each.fate == "listed"], verb, gone)


def _written(entry: Entry, at: str, verb: str) -> WrittenEntry:
    """What is remembered of an entry: its key only when that is no secret."""
    key = entry.key.marker
    if entry.key.source == "variable" and len(entry.key.variables) == 1:
        key = f"${{{entry.key.variables[0]}}}"
    return WrittenEntry(
        file=entry.file,
        kind=entry.kind,
        name=entry.name,
        model=entry.model,
        base_url=entry.base_url,
        dialect=entry.dialect,
        max_output=entry.max_output,
        key=key,
        at=at,
        verb=verb,
    )


def _key(entry: Entry) -> str:
    """An entry's place in the note."""
    return f"{entry.file} {entry.name}"


def _note(world: World) -> Path:
    """Where the note lies."""
    return world.state / "entries.json"


def _read(world: World) -> dict[str, Json]:
    """The note; empty when there is none that can be read."""
    try:
        with open_regular(_note(world)) as file:
            body = json.loads(file.read(LONGEST))
    except (OSError, ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _write(world: World, body: Mapping[str, Json]) -> None:
    """Replaces the note, if that can be done."""
    path = _note(world)
    with suppress(OSError):
        private_folder(path.parent)
        temporary = path.with_name(temporary_name(path.name))
        new_file(temporary, json.dumps(body, indent=1).encode())
        temporary.replace(path)
