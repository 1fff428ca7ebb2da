"""The lock of one settings file, so that byok's own processes write one after the other."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from factory_byok.core.errors import ByokError
from factory_byok.core.world import World
from factory_byok.droid.settings.writing.disk import private_folder, why
from factory_byok.droid.settings.writing.record import digest

LONGEST_WAIT: Final = 60.0  # seconds for the lock of another byok


@contextmanager
def locked(world: World, path: Path, wait: float = LONGEST_WAIT) -> Iterator[None]:
    """Holds the lock of one file; it lies in byok's state folder, not among droid's files."""
    from filelock import FileLock, Timeout  # 50 ms, and only writing needs it

    folder = world.state / "locks"
    target = os.fsencode(os.path.normcase(os.path.realpath(path)))
    try:
        private_folder(folder)
        lock = FileLock(folder / f"{digest(target)[:24]}.lock", mode=0o600)
        lock.acquire(timeout=wait, poll_interval=0.01)
    except Timeout:
        raise ByokError(f"Another byok is writing {path}", "Try again when it has ended") from None
    except (OSError, NotImplementedError) as error:
        reason = why(error) if isinstance(error, OSError) else "it cannot lock files"
        message = f"byok cannot keep its lock in {folder}: {reason}"
        raise ByokError(message, "Nothing was changed; XDG_STATE_HOME moves it") from None
    try:
        yield
    finally:
        lock.release()
