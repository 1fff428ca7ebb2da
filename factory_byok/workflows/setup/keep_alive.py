"""How long Ollama keeps a model in memory after its last use, and asking it to keep one longer.

A request's own `keep_alive` stays with the loaded model: later requests without one, such as all on
`/v1`, only start the time anew (ollama: server/sched.go, useLoadedRunner). It is gone when Ollama
restarts, or when the model was pushed out of memory and is loaded again.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from factory_byok.core.addresses import Address
from factory_byok.core.http import NoAnswer
from factory_byok.core.json_fields import as_object, count, text
from factory_byok.core.model_names import same_model
from factory_byok.core.units import Bytes
from factory_byok.core.world import World
from factory_byok.exercises.conversation import rows
from factory_byok.exercises.limits import load_deadline
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
    try:
        reply = world.http.send("GET", f"{address}/api/ps")
        loaded = rows(as_object(reply.json()), "models") if reply.status == 200 else []
    except NoAnswer:
        return None
    named = [row for row in loaded if same_model(text(row, "name"), model)]
    for row in named or (loaded if len(loaded) == 1 else []):
        until = _moment(text(row, "expires_at"))
        if until is not None:
            left = (until - world.now()).total_seconds()
            return Kept(left, Bytes(count(row, "size") or 0))
    return None


def _moment(stamp: str) -> datetime | None:
    """A moment as Go writes it, with nanoseconds."""
    try:
        moment = datetime.fromisoformat(stamp)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def keep(world: World, address: Address, model: str, lasting: str = "") -> None:
    """Loads the model with no options, as droid's first request would, to stay for so long.

    Without `lasting` it stays as long as the server's own setting says. Raises ByokError.
    """
    calls.load(world.http, str(address), model, load_deadline(world.env), keep_alive=lasting)
