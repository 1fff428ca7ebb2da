"""What was changed until ctrl-c or a failure came, in words."""

from collections.abc import Iterable
from pathlib import Path

from factory_byok.core.errors import ByokError
from factory_byok.core.words import shorten_home
from factory_byok.core.world import World
from factory_byok.droid.settings.writing.journal import Journal
from factory_byok.droid.settings.writing.record import Record
from factory_byok.workflows.actions import KINDS

NOTHING = "Nothing was changed"
TICK = 0.02  # seconds; a file bears the time of the kernel's last tick, some milliseconds ago
LAST_DONE = [0.0]  # the wall clock of this process's last action, whether or not it is remembered


def so_far(world: World, verb: str, since: float) -> str:
    """What a verb has changed since a moment, and how that goes back, by byok's own memory.

    `since` is the wall clock in seconds: what a run before this one did is no part of it.
    """
    mine = (each for each in Journal(world).all() if each.verb == verb)
    return changed(each for each in mine if _noted_at(each) >= since - TICK)


def _noted_at(record: Record) -> float:
    """The wall clock when a record was written; 0.0 for one that another byok took away since."""
    try:
        return Path(record.place).stat().st_mtime
    except OSError:
        return 0.0


def of_step(world: World, step: str) -> str:
    """The same for one step of undo."""
    return changed(Journal(world).step(step))


def after_others(error: ByokError) -> ByokError:
    """A failure that was not the first thing to happen: it cannot say that nothing was changed.

    That is needed where byok's own memory could not be written either, such as on a dead disk.
    """
    return ByokError(error.message, error.hint.removeprefix(NOTHING).removeprefix("; "))


def what_was_done(record: Record) -> tuple[str, str]:
    """One record as a phrase, and how it goes back by hand; "" for `byok undo`."""
    path = shorten_home(record.path)
    if record.pending:
        return f"began to write {path}", "the next byok command finishes it or takes it back"
    if record.undoes:
        again = f"`byok undo {record.step}` brings the files again"
        return f"took back {path or 'what is no file'}", again
    module = KINDS.get(str(record.action.get("kind")))
    return module.done(record.action) if module else (f"wrote {path}", "")


def changed(records: Iterable[Record]) -> str:
    """Records as sentences: what was changed, then each way back once."""
    told: list[str] = []
    back: list[str] = []
    for each in sorted(records, key=lambda record: record.id):
        done, way = what_was_done(each)
        told.append(done)
        back.append(way or "`byok undo` takes it back")
    if not told:
        return NOTHING
    sentence = "; ".join([", ".join(dict.fromkeys(told)), *dict.fromkeys(back)])
    return f"{sentence[:1].upper()}{sentence[1:]}"
