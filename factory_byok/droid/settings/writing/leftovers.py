"""Clears away what killed processes and failed writes left, without losing anybody's bytes."""

import sys
from contextlib import suppress
from pathlib import Path

from factory_byok.core.errors import ByokError
from factory_byok.core.world import World
from factory_byok.droid.settings.document import Document, bytes_of, read
from factory_byok.droid.settings.writing.disk import discard
from factory_byok.droid.settings.writing.journal import Journal
from factory_byok.droid.settings.writing.locking import LONGEST_WAIT, locked
from factory_byok.droid.settings.writing.temporary import stray_names, strays


def tidy(world: World, path: Path, wait: float = LONGEST_WAIT) -> None:
    """Clears what killed processes left of one file, if it can be had."""
    with suppress(ByokError), locked(world, path, wait):
        clear(Journal(world), read(path))


def clear(journal: Journal, document: Document) -> None:
    """Decides this file's open records and removes its stray temporary files; it is locked."""
    left: dict[str, bytes] = {}
    target = document.target
    for stray in strays(target.parent, target.name):
        with suppress(OSError, ByokError):
            left[stray.name] = bytes_of(stray, stray, sys.maxsize)[0]
    journal.settle(document.path, document.raw, left)
    for name in left:
        discard(target.with_name(name))


def clear_others(world: World, target: Path) -> None:
    """Clears what killed processes left of the other files in this folder, where nobody waits."""
    for name in stray_names(target.parent) - {target.name}:
        tidy(world, target.with_name(name), wait=0)


def drop_temporary(
    journal: Journal, document: Document, data: bytes | None, temporary: Path
) -> None:
    """Removes the temporary file of a failed write, but never the only copy of someone's bytes."""
    with suppress(OSError, ByokError):
        held = bytes_of(temporary, temporary, sys.maxsize)[0]
        if held not in (data, document.raw):
            journal.rescue(document.path, held)
        discard(temporary)
