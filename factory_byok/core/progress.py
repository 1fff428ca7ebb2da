"""How a workflow tells what it is doing: the interface, which screens fill with a spinner or lines.

Commands hand one in; workflows never know whether somebody watches.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Final, Protocol

from factory_byok.core.units import Bytes

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Transfer:
    """How far a download is: bytes over all layers, bytes/s, seconds left (None: unknown)."""

    status: str
    completed: Bytes
    total: Bytes
    speed: float = 0.0
    remaining: float | None = None


Show = Callable[[Transfer], None]


class Progress(Protocol):
    """Where progress goes."""

    def say(self, text: str) -> None:
        """Says one line that stays."""

    def working(self, what: str, *, long: bool = False) -> AbstractContextManager[Say]:
        """Shows that something is going on; what it yields replaces the words.

        `long` work is told without a terminal too.
        """

    def transferring(self, what: str) -> AbstractContextManager[Show]:
        """Shows a download; what it yields takes each step of it."""


class Silent:
    """Nobody watches."""

    def say(self, text: str) -> None:
        """Says nothing."""

    def working(self, what: str, *, long: bool = False) -> AbstractContextManager[Say]:
        """Shows nothing."""
        return nullcontext(lambda text: None)

    def transferring(self, what: str) -> AbstractContextManager[Show]:
        """Shows nothing."""
        return nullcontext(lambda transfer: None)


SILENT: Final[Progress] = Silent()
