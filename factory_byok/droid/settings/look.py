"""Reads every file that droid would read and says what droid makes of them together."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from factory_byok.core.errors import ByokError
from factory_byok.core.world import World
from factory_byok.droid.installed import followed
from factory_byok.droid.settings.document import read
from factory_byok.droid.settings.effective import Effective, Source, effective
from factory_byok.droid.settings.locate import Place, places, tracked


def look(world: World, instead: Mapping[Path, str | None] | None = None) -> Effective:
    """The files, entries and defaults as droid sees them from the working folder.

    `instead` gives texts to imagine in place of single files (None: no such file).
    """
    sources = [_source(place, instead or {}) for place in places(world)]
    return effective(sources, world.env, followed(world))


def current(world: World) -> dict[Path, str | None]:
    """What every file says at this moment, for a plan that must look only once.

    A file that cannot be read is left out.
    """
    texts: dict[Path, str | None] = {}
    for place in places(world):
        with suppress(ByokError):
            texts[place.path] = read(place.path).text
    return texts


def _source(place: Place, instead: Mapping[Path, str | None]) -> Source:
    """One file's text, or why there is none."""
    try:
        document = read(place.path)
    except ByokError as error:
        return Source(place, None, error.message.replace(str(place.path), "It", 1))
    git = place.under_git and document.text is not None and tracked(place.path)
    return Source(place, instead.get(place.path, document.text), "", document.mode, git)
