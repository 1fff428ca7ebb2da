"""What every action is given when it is done: the world, the step that it belongs to, progress."""

from dataclasses import dataclass

from factory_byok.core.droid_facts import Json
from factory_byok.core.errors import ByokError
from factory_byok.core.progress import SILENT, Progress
from factory_byok.core.words import lower_first
from factory_byok.core.world import World
from factory_byok.droid.settings.writing.journal import Journal
from factory_byok.droid.settings.writing.locking import locked


@dataclass(frozen=True, slots=True)
class Running:
    """One plan on its way; `stall` is how long a download may rest, in seconds."""

    world: World
    verb: str
    step: str
    progress: Progress = SILENT
    stall: float = 60.0

    def note(self, kind: str, done: str, back: str, **memory: Json) -> None:
        """Remembers what takes an action back that is no write of a file.

        Raises ByokError, which says what was `done` all the same, and how it goes `back` by hand.
        """
        try:
            with locked(self.world):
                Journal(self.world).note(self.verb, self.step, {"kind": kind, **memory})
        except ByokError as error:
            told = f"{done}, but `byok undo` will not know of it: {lower_first(error.message)}"
            raise ByokError(told, back) from None
