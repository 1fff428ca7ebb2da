"""byok remove: takes an entry out of every file that holds it, with its compaction limit."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from factory_byok.commands.options import DryRunOption
from factory_byok.screens.answer import Answer

if TYPE_CHECKING:
    from factory_byok.core.actions import Edit
    from factory_byok.core.facts import Defaults, Entry
    from factory_byok.screens.style import Style


def run(
    entry: Annotated[str, typer.Argument(help="An id, a display name, or a model's name.")],
    dry_run: DryRunOption = False,
) -> Answer:
    """Remove an entry from every file that holds it.

    droid copies entries from config.json into settings.json: the copy goes too, and so does the
    entry's compaction limit. What `byok add` made around it (array, file) goes when it is as
    `add` left it.
    """
    from factory_byok.core.world import World
    from factory_byok.droid.settings import change
    from factory_byok.droid.settings.find import find_entry
    from factory_byok.droid.settings.locate import user_place
    from factory_byok.droid.settings.look import look

    world = World.real()
    settings = look(world)
    chosen = find_entry(settings.entries, entry)
    copies = _copies(settings.entries, chosen)
    limits = user_place(world, "settings").path
    edits = removing(copies, settings.defaults, limits)
    previews = change.preview(world, edits, taking_back=True)
    if not dry_run:
        change.write(world, edits, verb="remove", taking_back=True)
    was_default = settings.defaults.model == chosen.id

    def words(style: "Style") -> Iterable[str]:
        from factory_byok.screens.removed import removed_lines

        return removed_lines(
            chosen, copies, difference() if dry_run else "", style, default=was_default
        )

    def difference() -> str:
        return "".join(preview.diff() for preview in previews)

    def data() -> dict[str, Any]:
        return {
            "id": chosen.id,
            "files": list(dict.fromkeys(each.file for each in copies)),
            "removed": not dry_run,
            "was_default": was_default,
            "diff": difference(),
        }

    return Answer(data, words)


def _copies(entries: "Sequence[Entry]", chosen: "Entry") -> "list[Entry]":
    """The entry and its copies of the same id at the user's level; another level's stays."""
    if chosen.level != "user":
        return [chosen]
    return [each for each in entries if each.level == "user" and _same(each, chosen)]


def _same(each: "Entry", chosen: "Entry") -> bool:
    """Whether an entry is this one or its copy in another file."""
    if (each.file, each.pointer) == (chosen.file, chosen.pointer):
        return True
    return each.file != chosen.file and bool(each.id) and each.id == chosen.id


def removing(copies: "Sequence[Entry]", defaults: "Defaults", limits: Path) -> "tuple[Edit, ...]":
    """The edits in the reverse order of `add`'s, so that what it made can go with the last one.

    Within a file they go from the last index to the first, so that pointers stay true.
    """
    from factory_byok.core.actions import Edit
    from factory_byok.droid.entry_edits import remove_entry
    from factory_byok.droid.settings.new_entry import COMPACTION, escaped

    ordered = sorted(copies, key=lambda each: (each.file, -each.index))
    ids = dict.fromkeys(each.id for each in copies)
    edits = [
        Edit("remove", str(limits), f"/{COMPACTION}/{escaped(id_)}")
        for id_ in ids
        if id_ in defaults.compaction_for
    ]
    if defaults.model in ids:
        edits.append(Edit("remove", str(limits), "/sessionDefaultSettings/model"))
    return (*edits, *(remove_entry(each) for each in ordered))
