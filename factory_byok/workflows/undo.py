"""Takes back one step of byok's: its files together, then what else can be taken back."""

from dataclasses import dataclass

from factory_byok.core.errors import ByokError
from factory_byok.core.json_fields import text
from factory_byok.core.world import World
from factory_byok.droid.settings.look import look
from factory_byok.droid.settings.writing import transaction
from factory_byok.droid.settings.writing.journal import Journal
from factory_byok.droid.settings.writing.locking import locked
from factory_byok.droid.settings.writing.record import Record
from factory_byok.droid.settings.writing.transaction import Written
from factory_byok.droid.settings.written_entries import remember_change
from factory_byok.workflows.actions import KINDS
from factory_byok.workflows.actions.running import unbroken


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What became of a step of `verb`: files, sentences for other actions, and what stays, why."""

    verb: str
    files: tuple[Written, ...]
    told: tuple[str, ...] = ()
    kept: tuple[ByokError, ...] = ()


def undo(world: World, step: str = "") -> TakenBack:
    """Takes back the last step that stands, or the one of that name.

    Raises Touched when somebody else wrote since, and ByokError; nothing is changed then.
    """
    records = Journal(world).chosen(step)
    before = look(world)
    with unbroken():
        files = transaction.undo(world, records)
        remember_change(world, before, look(world), "undo")
    told: list[str] = []
    kept: list[ByokError] = []
    for record in records:
        if not record.path:
            with unbroken():
                _take_back(world, record, told, kept)
    return TakenBack(records[0].verb, files, tuple(told), tuple(kept))


def _take_back(world: World, record: Record, told: list[str], kept: list[ByokError]) -> None:
    """One action that is no write of a file; either way it counts as taken back from now on."""
    module = KINDS.get(text(record.action, "kind"))
    try:
        if module is None:
            raise ByokError(f"byok does not know how to take back a step of `byok {record.verb}`")
        told.append(module.undo(world, record.action))
    except ByokError as error:
        kept.append(error)
    try:
        with locked(world):
            Journal(world).note("undo", transaction.new_step(), {}, record.id)
    except ByokError as error:
        told_again = "The next `byok undo` looks at it once more"
        kept.append(ByokError(f"byok cannot remember that: {error.message}", told_again))
