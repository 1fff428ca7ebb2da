"""Loads a model as droid's first request would, and looks while it is in memory."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final, TypeVar

from factory_byok.core.addresses import Address
from factory_byok.core.facts import Known, Model, Server, Snapshot, Window
from factory_byok.core.http import Http
from factory_byok.core.model_names import is_cloud
from factory_byok.core.units import Tokens
from factory_byok.diagnosis.checks.chat_fails import exercised
from factory_byok.exercises.runner import EXERCISES
from factory_byok.providers.ollama import calls

# With OLLAMA_KEEP_ALIVE=0 the model is gone before anything can be asked about it, so it is loaded
# a second time with a keep-alive of its own. A keep-alive stays with what is loaded
# (ollama: server/sched.go, useLoadedRunner), so it is unloaded afterwards, as the server would.
HELD: Final = "5m"  # as long as Ollama itself by default (envconfig/config.go)

Look = TypeVar("Look")


def loadable(server: Server, model: Model | None) -> bool:
    """Whether the server is an Ollama that runs the model itself."""
    return (
        server.is_ollama
        and model is not None
        and not model.remote_host
        and not is_cloud(model.name)
    )


def seen_loaded(
    http: Http,
    address: Address | str,
    model: str,
    look: Callable[[], Look],
    measured: Callable[[Look], bool],
    *,
    keep: bool = False,
) -> tuple[Look, bool]:
    """What `look` sees after a load, and whether the server had unloaded it at once.

    `measured` says whether the window of the loaded model was seen. With `keep` a model that the
    server does not keep stays loaded, for the caller to unload. Raises ByokError for a model that
    is not loaded.
    """
    calls.load(http, str(address), model)
    first = look()
    if measured(first):
        return first, False
    calls.load(http, str(address), model, keep_alive=HELD)
    try:
        second = look()
    finally:
        if not keep:
            calls.unload(http, str(address), model)
    return (second, True) if measured(second) else (first, False)


def with_measured(snap: Snapshot) -> Snapshot:
    """The snapshot with the windows that the exercises measured, also of models that are gone."""
    servers = dict(snap.servers)
    for entry, done in exercised(snap, *EXERCISES):
        tokens, reading = done.evidence.get("window_loaded"), servers.get(entry.endpoint)
        if not tokens or not isinstance(tokens, int) or not isinstance(reading, Known):
            continue
        server, model = reading.value, reading.value.model(entry.model)
        if model is None or not isinstance(server.models, Known):
            continue
        there = model.window.value if isinstance(model.window, Known) else None
        by = there.decided_by if there and there.tokens == tokens else "the server itself"
        measured = replace(model, window=Known(Window(Tokens(tokens), "measured", by)))
        models = tuple(measured if each is model else each for each in server.models.value)
        servers[entry.endpoint] = Known(replace(server, models=Known(models)))
    return replace(snap, servers=servers)
