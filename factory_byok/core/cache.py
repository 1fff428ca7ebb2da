"""What byok may forget: small JSON files in the user's cache folder, 0600 in 0700."""

import json
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from factory_byok.core.droid_facts import Json
from factory_byok.core.own_files import give_to_owner, open_regular, private_folder
from factory_byok.core.world import World

LONGEST: Final = 65_536  # bytes; byok writes far less
ABANDONED: Final = 60.0  # seconds; one is written in milliseconds


def keep(world: World, name: str, body: Json) -> None:
    """Writes a file of the cache; a cache that cannot be had is no harm."""
    import tempfile  # with all that it imports too slow for `byok list`, which only recalls

    with suppress(OSError):
        private_folder(world.cache)
        for left in world.cache.glob(f"{name}-*"):  # by a byok that was killed here
            if time.time() - left.lstat().st_mtime > ABANDONED:
                left.unlink()
        # mkstemp makes a 0600 file; the rename keeps readers from seeing half of it
        handle, temporary = tempfile.mkstemp(prefix=f"{name}-", dir=world.cache)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(body, file)
            give_to_owner(Path(temporary))
            Path(temporary).replace(world.cache / f"{name}.json")
        except OSError:
            Path(temporary).unlink(missing_ok=True)


def recall(world: World, name: str) -> Json:
    """What was kept; None when there is none or it is broken."""
    try:
        with open_regular(world.cache / f"{name}.json") as file:
            body: Json = json.loads(file.read(LONGEST))
    except (OSError, ValueError, RecursionError):
        return None
    return body
