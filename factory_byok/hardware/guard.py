"""Keeps a probe's promise: whatever goes wrong while looking is an Unknown, or no answer at all."""

from collections.abc import Callable
from functools import wraps
from typing import Final, TypeVar

from factory_byok.core.facts import Reading, Unknown
from factory_byok.core.world import World

T = TypeVar("T")

LONGEST_REASON: Final = 200  # characters of a foreign message that are kept


def never_raises(
    what: str,
) -> Callable[[Callable[[World], Reading[T]]], Callable[[World], Reading[T]]]:
    """Wraps a probe so that any exception becomes `Unknown("WHAT could not be read: …")`."""

    def wrap(probe: Callable[[World], Reading[T]]) -> Callable[[World], Reading[T]]:
        @wraps(probe)
        def guarded(world: World) -> Reading[T]:
            try:
                return probe(world)
            except Exception as error:  # noqa: BLE001 - drivers and modules raise what they like
                return Unknown(f"{what} could not be read: {reason_of(error)}", kind="crashed")

        return guarded

    return wrap


def reason_of(error: BaseException) -> str:
    """What an exception says, on one line and not longer than LONGEST_REASON; never empty."""
    said = " ".join(str(error).split()) or type(error).__name__
    return said if len(said) <= LONGEST_REASON else said[: LONGEST_REASON - 1] + "…"


def program(world: World, name: str, usual: str) -> str:
    """Where a program lies: on the search path, or in its usual place; "" for nowhere."""
    place = world.root / usual / name
    return world.which(name) or (str(place) if place.is_file() else "")
