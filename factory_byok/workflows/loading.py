"""Loads a model as droid's first request would, and looks while it is in memory."""

from collections.abc import Callable
from typing import Final, TypeVar

from factory_byok.core.addresses import Address
from factory_byok.core.facts import Model, Server
from factory_byok.core.http import Http
from factory_byok.core.model_names import is_cloud
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
