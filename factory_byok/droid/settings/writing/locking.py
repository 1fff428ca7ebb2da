"""The lock under which byok's processes write droid's files, one after the other."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from factory_byok.core.errors import ByokError
from factory_byok.core.own_files import give_to_owner, private_folder
from factory_byok.core.world import World
from factory_byok.droid.settings.writing.disk import foreign, why

LONGEST_WAIT: Final = 60.0  # seconds for the lock of another byok
_HINT: Final = "Nothing was changed; XDG_STATE_HOME moves byok's own folder"


@contextmanager
def locked(world: World, wait: float = LONGEST_WAIT) -> Iterator[None]:
    """Holds byok's one lock; it lies in byok's state folder, not among droid's files.

    Raises ByokError when it cannot be had, or when that folder is open to others.
    """
    from filelock import FileLock, Timeout  # 50 ms, and only writing needs it

    reason = foreign(world.state, world.user_home)
    if reason:
        raise ByokError(f"byok does not trust its own folder {world.state}: {reason}", _HINT)
    place = world.state / "write.lock"
    try:
        private_folder(world.state)
        lock = FileLock(place, mode=0o600)
        lock.acquire(timeout=wait, poll_interval=0.01)
        give_to_owner(place)
    except Timeout:
        hint = "Nothing was changed; try again when it has ended"
        raise ByokError("Another byok is writing", hint) from None
    except (OSError, NotImplementedError) as error:
        reason = why(error) if isinstance(error, OSError) else "it cannot lock files"
        message = f"byok cannot keep its lock in {world.state}: {reason}"
        raise ByokError(message, _HINT) from None
    try:
        yield
    finally:
        with suppress(OSError):  # what was to be written is written; the system lets go at the end
            lock.release()
