"""How long Ollama keeps a model in memory after its last use, and asking it to keep one longer.

A request's own `keep_alive` stays with the loaded model: later requests without one, such as all on
`/v1`, only start the time anew (ollama: server/sched.go, useLoadedRunner). It is gone when Ollama
restarts, or when the model was pushed out of memory and is loaded again.
"""

from dataclasses import dataclass
from typing import Final

from factory_byok.core.addresses import Address
from factory_byok.core.json_fields import count
from factory_byok.core.units import Bytes
from factory_byok.core.world import World
from factory_byok.exercises.limits import load_deadline
from factory_byok.exercises.loading import resident
from factory_byok.providers.ollama import calls

HOUR: Final = "1h"
LONG: Final = 30 * 60.0  # seconds: a pause that is longer than a coffee


@dataclass(frozen=True, slots=True)
class Kept:
    """A loaded model: the seconds until Ollama unloads it, and the bytes that it holds."""

    seconds: float
    size: Bytes


def kept(world: World, address: Address, model: str) -> Kept | None:
    """How long the model stays when it is not used; None when it is not loaded."""
    row, seconds = resident(world.http, str(address), model) or (None, None)
    if row is None or seconds is None:
        return None
    return Kept(seconds, Bytes(count(row, "size") or 0))


def keep(world: World, address: Address, model: str, lasting: str = "") -> None:
    """Loads the model with no options, as droid's first request would, to stay for so long.

    Without `lasting` it stays as long as the server's own setting says. Raises ByokError.
    """
    calls.load(world.http, str(address), model, load_deadline(world.env), keep_alive=lasting)
