"""A command line that is being typed, and a word that may follow on it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from factory_byok.core.world import World


@dataclass(frozen=True, slots=True)
class Word:
    """A word that may follow, and what it means."""

    value: str
    help: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """What stands on the line already: verb, arguments, options by parameter, the word's start."""

    world: World
    verb: str
    arguments: tuple[str, ...]
    options: Mapping[str, str]
    start: str

    def starting(self, start: str) -> "Given":
        """The same with another start of the word."""
        return replace(self, start=start)


Source = Callable[[Given], Iterable[Word]]
