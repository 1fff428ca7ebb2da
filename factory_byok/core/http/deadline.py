"""A total deadline, and the one exception for every way in which no usable reply comes."""

import time
from typing import Literal

from factory_byok.core.errors import ByokError

Kind = Literal[
    "refused", "timeout", "dns", "reset", "unreachable", "protocol", "flood", "tls", "certificate",
    "url", "json",
]  # fmt: skip


class NoAnswer(ByokError):
    """No usable reply came; `kind` is the machine's word for why."""

    def __init__(self, kind: Kind, message: str) -> None:
        """Keeps the kind beside the sentence."""
        super().__init__(message)
        self.kind: Kind = kind


class Deadline:
    """A moment after which nothing is waited for; `extend` moves it (a load, then an answer)."""

    def __init__(self, seconds: float) -> None:
        """Starts the clock."""
        self.extend(seconds)

    def extend(self, seconds: float) -> None:
        """Gives `seconds` from now."""
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds left, at least a millisecond. Raises NoAnswer (`timeout`) when none are."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise self.passed()
        return max(left, 0.001)

    def passed(self) -> NoAnswer:
        """What to raise when nothing is left."""
        return NoAnswer("timeout", f"There was no answer within {round(self.seconds, 1):g} s")
