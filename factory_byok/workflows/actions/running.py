"""What every action is given when it is done, and the moments when ctrl-c must wait."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from factory_byok.core.droid_facts import Json
from factory_byok.core.errors import ByokError
from factory_byok.core.progress import SILENT, Progress
from factory_byok.core.world import World
from factory_byok.droid.settings.writing.journal import Journal
from factory_byok.droid.settings.writing.locking import locked
from factory_byok.droid.settings.writing.record import Record


@dataclass(frozen=True, slots=True)
class Running:
    """One plan on its way; `stall` is how long a download may rest, in seconds."""

    world: World
    verb: str
    step: str
    progress: Progress = SILENT
    stall: float = 60.0

    def note(self, kind: str, **memory: Json) -> Record:
        """Remembers, before it is done, what takes an action back that is no write of a file.

        So a byok that is killed in between leaves nothing that `byok undo` does not know of. Raises
        ByokError; the action is then not to be done.
        """
        with locked(self.world):
            return Journal(self.world).note(self.verb, self.step, {"kind": kind, **memory})

    def amend(self, record: Record, **memory: Json) -> None:
        """Adds what is known only afterwards, if that can be stored; without it undo asks more."""
        with suppress(ByokError), locked(self.world):
            Journal(self.world).amend(record, {**record.action, **memory})

    def forget(self, record: Record) -> None:
        """Drops the memory of what did not happen after all."""
        with suppress(ByokError), locked(self.world):
            Journal(self.world).drop(record)


@contextmanager
def unbroken() -> Iterator[None]:
    """Lets a short piece of writing end before ctrl-c counts."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pressed: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: pressed.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if pressed and callable(before):
        before(signal.SIGINT, None)  # Python's own raises KeyboardInterrupt, an outer one waits too
    elif pressed and before is not signal.SIG_IGN:
        raise KeyboardInterrupt
