"""Fields of JSON that others wrote: what has another type than expected counts as absent."""

from collections.abc import Mapping
from typing import Final

from factory_byok.core.facts import Json

_LONGEST: Final = 4096  # characters: a model's name may be a path (llama.cpp)
_TOO_LARGE: Final = 2**63  # for the counts of the servers that are written in Go, C++ or Rust


def as_object(body: "Json | Mapping[str, Json]", key: str = "") -> Mapping[str, Json]:
    """The object itself, or the one under `key`; empty when it is something else."""
    value = body.get(key) if key and isinstance(body, Mapping) else body
    return value if isinstance(value, Mapping) else {}


def text(body: Mapping[str, Json], key: str) -> str:
    """The text under a key; empty when it is something else."""
    value = body.get(key)
    return value if isinstance(value, str) else ""


def word(body: Mapping[str, Json], key: str, most: int = _LONGEST) -> str:
    """The name, the version or the like under a key, cut at its longest."""
    return text(body, key)[:most]


def count(body: Mapping[str, Json], key: str) -> int | None:
    """The positive whole number of 63 bits under a key; None when it is something else."""
    value = body.get(key)
    return value if type(value) is int and 0 < value < _TOO_LARGE else None


def texts(body: Mapping[str, Json], key: str) -> tuple[str, ...] | None:
    """The texts of the list under a key; None when it is no list."""
    value = body.get(key)
    if not isinstance(value, list):
        return None
    return tuple(each for each in value if isinstance(each, str))
