"""What goes with the entries into settings.json: when droid compacts, and droid's default model."""

from collections.abc import Sequence

from factory_byok.core.actions import Edit
from factory_byok.core.facts import Entry, Json
from factory_byok.core.units import Tokens
from factory_byok.core.world import World
from factory_byok.droid.known_models import DEFAULT_OUTPUT
from factory_byok.droid.settings import jsonc
from factory_byok.droid.settings.document import read
from factory_byok.droid.settings.effective import Effective
from factory_byok.droid.settings.locate import user_place
from factory_byok.droid.settings.new_entry import (
    COMPACTION,
    compaction_limit,
    limiting,
)
from factory_byok.workflows.add import usual_limit
from factory_byok.workflows.apply.facts import Change, Wish


def beside(
    world: World, after: Effective, met: Sequence[tuple[Wish, Entry]], default: str
) -> tuple[tuple[Edit, ...], tuple[Change, ...]]:
    """The edits and changes that settings.json still needs, each entry going by its id."""
    file = user_place(world, "settings").path
    said = _said(world)
    limits, session = _table(said, COMPACTION), _table(said, "sessionDefaultSettings")
    edits: list[Edit] = []
    changes: list[Change] = []
    for wish, entry in met:
        has = limits.get(entry.id, after.defaults.compaction_for.get(entry.id))
        limit = _limit(wish, entry, known=has is not None)
        if limit is not None and limits.get(entry.id) != limit:
            edits.append(limiting(file, entry.id, limit))
            changes.append(Change("compaction_limit", entry.id, has, limit))
        if wish.wanted.name == default and session.get("model") != entry.id:
            edits.append(Edit("add", str(file), "/sessionDefaultSettings/model", entry.id))
            changes.append(Change("default", "droid", after.defaults.model or None, entry.id))
    return tuple(edits), tuple(changes)


def _limit(wish: Wish, entry: Entry, *, known: bool) -> Tokens | None:
    """When droid should compact; None leaves it as it is.

    The manifest's own limit and window decide. Without them a limit that is there already stays,
    since the window that a server gives by itself may be another one tomorrow.
    """
    if wish.wanted.compaction_limit:
        return wish.wanted.compaction_limit
    most = entry.max_output or DEFAULT_OUTPUT
    if wish.window:
        return compaction_limit(wish.window, most)
    return None if known else usual_limit(wish.choice, wish.model, most)


def _said(world: World) -> dict[str, Json]:
    """The user's own settings.json; empty when it is absent (a broken one was refused before)."""
    try:
        body = jsonc.load(read(user_place(world, "settings").path).text or "{}")
    except jsonc.Fault:
        return {}
    return body if isinstance(body, dict) else {}


def _table(said: dict[str, Json], key: str) -> dict[str, Json]:
    """One object in it."""
    found = said.get(key)
    return found if isinstance(found, dict) else {}
