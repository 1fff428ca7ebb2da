"""Reading numbers out of a model's metadata (`/api/show`), whatever stands there."""

import math
from collections.abc import Mapping
from typing import Final

from factory_byok.core.facts import Json

LARGEST: Final = 2**40  # no dimension of a model comes near; more is damage
MOST_LAYERS: Final = 1024

# Names of Ollama's own for architectures that llama.cpp knows under another.
ALIASES: Final = {"gptoss": "gpt-oss", "glm4moelite": "deepseek2", "olmo3": "olmo2"}


class Metadata:
    """The metadata of one model, asked by the part of the key behind the architecture's name."""

    def __init__(self, info: Mapping[str, Json]) -> None:
        """Takes the `model_info` of `/api/show`; its architecture is the prefix of its keys."""
        self.info = info
        self.architecture = _architecture(info)
        self.family = ALIASES.get(self.architecture, self.architecture)
        self.missing: list[str] = []
        self._known: dict[tuple[str, ...], int] = {}  # each layer asks for the same numbers

    def has(self, key: str) -> bool:
        """Whether the key stands there at all, null included."""
        return self._full(key) in self.info

    def number(self, *keys: str) -> int:
        """The first of these keys that holds a whole number above 0, else 0.

        A list counts by its largest number. Null means that an array was left out: it is noted.
        """
        if keys not in self._known:
            told = (max(self.numbers(key), default=0) for key in keys)
            self._known[keys] = next((each for each in told if each > 0), 0)
        return self._known[keys]

    def numbers(self, key: str) -> tuple[int, ...]:
        """The numbers under a key: one for a scalar, each for a list, none for anything else."""
        found = self.info.get(self._full(key))
        if found is None and self.has(key):
            self.missing.append(self._full(key))
        if isinstance(found, list):
            return tuple(whole(each) for each in found[:MOST_LAYERS])
        return (whole(found),) if isinstance(found, int | float) else ()

    def _full(self, key: str) -> str:
        """The whole key, with the architecture before it unless it is a general one."""
        return key if key.startswith("general.") else f"{self.architecture}.{key}"


def whole(value: Json) -> int:
    """A number as a whole one between 0 and LARGEST (true counts 1); anything else is 0."""
    if not isinstance(value, int | float) or not math.isfinite(value):
        return 0
    return min(max(int(value), 0), LARGEST)


def _architecture(info: Mapping[str, Json]) -> str:
    """The architecture's name, from the metadata or from the prefix of its keys, else ""."""
    named = info.get("general.architecture")
    if isinstance(named, str) and named:
        return named
    counts = [key.removesuffix(".block_count") for key in info if key.endswith(".block_count")]
    return min(counts, default="")
