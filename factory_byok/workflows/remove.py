"""Takes an entry out of every file that holds it, with what points to its id."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from factory_byok.core.actions import Edit, EditSettings
from factory_byok.core.droid_facts import Defaults, Entry, SettingsFile
from factory_byok.core.errors import ByokError
from factory_byok.core.json_pointer import escaped
from factory_byok.core.words import lower_first
from factory_byok.core.world import World
from factory_byok.droid.entry_edits import remove_entry, renumbered, set_field
from factory_byok.droid.settings.effective import Effective
from factory_byok.droid.settings.find import candidates, find_entry
from factory_byok.droid.settings.locate import user_place
from factory_byok.droid.settings.look import current, look
from factory_byok.droid.settings.new_entry import COMPACTION
from factory_byok.droid.settings.written_entries import forget
from factory_byok.workflows.plan import Files, plan_files


@dataclass(frozen=True, slots=True)
class Removal:
    """An entry with its copies in other files, and the edits after which none of them is left."""

    chosen: Entry
    copies: tuple[Entry, ...]
    files: Files
    was_default: bool


def plan_removal(world: World, word: str) -> Removal:
    """Plans without writing. Raises ByokError when the word names no entry, or a file is broken."""
    texts = current(world)
    settings = look(world, texts)
    if not candidates(settings.entries, word) and forget(world, word):
        raise ByokError(
            f"No file of droid's holds `{word}` any more; byok wrote it and forgets it now",
            "Nothing else was changed",
        )
    chosen = find_entry(settings.entries, word)
    refuse_broken(settings.files)
    copies = tuple(_copies(settings.entries, chosen))
    action = EditSettings((removal_edits(world, settings, copies),), taking_back=True)
    files = plan_files(world, action, texts, settings.followed.words)
    return Removal(chosen, copies, files, settings.defaults.model == chosen.id)


def removal_edits(world: World, settings: Effective, gone: Sequence[Entry]) -> tuple[Edit, ...]:
    """The edits that take these entries out, with what points to their ids."""
    limits = user_place(world, "settings").path
    return (*_pins(settings, gone), *_edits(gone, settings.defaults, limits))


def refuse_broken(files: Iterable[SettingsFile]) -> None:
    """Raises ByokError for a file of the user's that cannot be read: the entry may be there."""
    for file in files:
        if file.level == "user" and file.fate == "rejected":
            where = f", line {file.line}, column {file.column}" if file.line else ""
            raise ByokError(
                f"Nothing was changed: byok cannot read {file.path}{where}, and the entry may "
                f"stand there too: {lower_first(file.reason)}",
                "`byok fix file_rejected` shows what it would repair",
            )


def _copies(entries: Sequence[Entry], chosen: Entry) -> list[Entry]:
    """The entry and its copies of the same id at the user's level; another level's stays."""
    if chosen.level != "user":
        return [chosen]
    return [each for each in entries if each.level == "user" and _same(each, chosen)]


def _same(each: Entry, chosen: Entry) -> bool:
    """Whether an entry is this one or its copy in another file."""
    if (each.file, each.pointer) == (chosen.file, chosen.pointer):
        return True
    return each.file != chosen.file and bool(each.id) and each.id == chosen.id


def _pins(settings: Effective, copies: Sequence[Entry]) -> Iterator[Edit]:
    """Lasting ids for entries that are numbered by position, as droid 0.105.1 to 0.117.0 does."""
    rules = settings.followed.rules
    if rules.numbered == "by_position":
        behind = [each for copy in copies for each in renumbered(settings.entries, copy, rules)]
        for each in dict.fromkeys(behind):
            if each.kind != "config" and each not in copies:
                yield set_field(each, "id", each.id)


def _edits(copies: Sequence[Entry], defaults: Defaults, limits: Path) -> list[Edit]:
    """The edits in the reverse order of `add`'s, so that what it made can go with the last one."""
    ids = dict.fromkeys(each.id for each in copies)
    edits = [
        Edit("remove", str(limits), f"/{COMPACTION}/{escaped(id_)}")
        for id_ in ids
        if id_ in defaults.compaction_for
    ]
    if defaults.model in ids:
        place = "/sessionDefaultSettings/model"
        edits.append(Edit("remove", str(limits), place, expected=defaults.model))
    return [*edits, *(remove_entry(each) for each in copies)]
