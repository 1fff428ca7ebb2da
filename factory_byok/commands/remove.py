"""byok remove: takes an entry out of every file that holds it, with its compaction limit."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from factory_byok.commands.consent import agreed
from factory_byok.commands.options import DryRunOption, YesOption
from factory_byok.screens.answer import Answer

if TYPE_CHECKING:
    from factory_byok.screens.style import Style


def run(
    entry: Annotated[str, typer.Argument(help="An id, a display name, or a model's name.")],
    dry_run: DryRunOption = False,
    yes: YesOption = False,
) -> Answer:
    """Remove an entry from every file that holds it.

    droid copies entries from config.json into settings.json: the copy goes too, and so does the
    entry's compaction limit. What `byok add` made around it (array, file) goes when it is as
    `add` left it.
    """
    from factory_byok.core.world import World
    from factory_byok.workflows.next_step import after_change
    from factory_byok.workflows.plan import change_files
    from factory_byok.workflows.remove import plan_removal

    world = World.real()
    removal = change_files(
        world, "remove", lambda: plan_removal(world, entry), lambda planned: planned.files,
        write=agreed("words", yes=yes, dry_run=dry_run),
    )  # fmt: skip

    def words(style: "Style") -> Iterable[str]:
        from factory_byok.screens.changes import dry_lines, removed_lines

        if dry_run:
            return dry_lines(removal.files.actions, removal.files.diff, style)
        return removed_lines(removal, style)

    def data() -> dict[str, Any]:
        return {
            "id": removal.chosen.id,
            "files": list(dict.fromkeys(each.file for each in removal.copies)),
            "removed": not dry_run,
            "was_default": removal.was_default,
            "read_by": removal.files.read_by,
            "diff": removal.files.diff,
        }

    step = after_change(done=not dry_run)
    return Answer(data, words, read_by=removal.files.read_by, next=step)
