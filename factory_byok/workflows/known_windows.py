"""The windows as they were last measured, so that `byok list` can show them without a network."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from factory_byok.core.cache import keep, recall
from factory_byok.core.droid_facts import Entry
from factory_byok.core.world import World

if TYPE_CHECKING:  # `byok list` needs no more of the facts, and starts sooner without
    from factory_byok.core.facts import Snapshot

NAME = "windows"
MOST = 500  # windows: the oldest are forgotten


def remember_all(world: World, snap: "Snapshot") -> None:
    """Keeps every window that was measured on a server that an entry uses."""
    from factory_byok.core.facts import Known

    windows = {
        (entry.endpoint, model.name): int(model.window.value.tokens)
        for entry, _, model in snap.served()
        if isinstance(model.window, Known) and model.window.value.basis == "measured"
    }
    remember(world, windows)


def remember(world: World, windows: Mapping[tuple[str, str], int]) -> None:
    """Keeps measured windows by their model's endpoint and name."""
    seen = {f"{endpoint} {model}": window for (endpoint, model), window in windows.items()}
    before = _kept(world)
    if any(before.get(name) != window for name, window in seen.items()):
        keep(world, NAME, dict(list({**before, **seen}.items())[-MOST:]))


def last_measured(world: World, entries: tuple[Entry, ...]) -> dict[str, int]:
    """The windows by the entries' ids."""
    kept = _kept(world)
    if not kept:
        return {}
    from factory_byok.core.model_names import same_model

    return {
        entry.id: window
        for entry in entries
        for (endpoint, _, model), window in ((key.partition(" "), kept[key]) for key in kept)
        if endpoint == entry.endpoint and same_model(model, entry.model)
    }


def _kept(world: World) -> dict[str, int]:
    """What was kept, as far as it makes sense."""
    body = recall(world, NAME)
    if not isinstance(body, dict):
        return {}
    return {name: each for name, each in body.items() if isinstance(each, int) and each > 0}
