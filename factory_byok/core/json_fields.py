"""Fields of JSON that others wrote: what has another type than expected counts as absent."""

from collections.abc import Mapping

from factory_byok.core.facts import Json


def as_object(body: "Json | Mapping[str, Json]", key: str = "") -> Mapping[str, Json]:
    """The object itself, or the one under `key`; empty when it is something else."""
    value = body.get(key) if key and isinstance(body, Mapping) else body
    return value if isinstance(value, Mapping) else {}


def text(body: Mapping[str, Json], key: str) -> str:
    """The text under a key; empty when it is something else."""
    value = body.get(key)
    return value if isinstance(value, str) else ""


def count(body: Mapping[str, Json], key: str) -> int | None:
    """The positive whole number under a key; None when it is something else."""
    value = body.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def texts(body: Mapping[str, Json], key: str) -> tuple[str, ...] | None:
    """The texts of the list under a key; None when it is no list."""
    value = body.get(key)
    if not isinstance(value, list):
        return None
    return tuple(each for each in value if isinstance(each, str))
