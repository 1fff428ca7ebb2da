"""byok set: changes fields of one entry, and takes along what points to its id."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from factory_byok.commands.consent import agreed
from factory_byok.commands.options import DryRunOption, YesOption
from factory_byok.screens.answer import Answer

if TYPE_CHECKING:
    from factory_byok.screens.style import Style


def run(
    entry: Annotated[str, typer.Argument(help="An id, a display name, or a model's name.")],
    changes: Annotated[
        list[str], typer.Argument(metavar="KEY=VALUE...", help="What to change; KEY= takes it out.")
    ],
    dry_run: DryRunOption = False,
    yes: YesOption = False,
) -> Answer:
    """Change fields of one entry.

    Keys: name, model, base_url, dialect, max_output, key_env, reasoning_effort, images, id.
    droid's default and the compaction limit follow when the id changes with the name.
    """
    from factory_byok.core.world import World
    from factory_byok.workflows.next_step import after_change
    from factory_byok.workflows.plan import change_files
    from factory_byok.workflows.set_fields import plan_setting

    world = World.real()
    id_, files = change_files(
        world, "set", lambda: plan_setting(world, entry, changes), lambda planned: planned[1],
        write=agreed("words", yes=yes, dry_run=dry_run),
    )  # fmt: skip
    diff = files.diff

    def words(style: "Style") -> Iterable[str]:
        from factory_byok.screens.changes import diff_lines, dry_lines

        if not diff:
            yield "It says that already; nothing was changed"
        elif dry_run:
            yield from dry_lines(files.actions, diff, style)
        else:
            yield from diff_lines(diff, style)
            yield f"Changed; its id is {id_}"

    data = {
        "id": id_,
        "changed": bool(diff),
        "written": not dry_run,
        "diff": diff,
        "read_by": files.read_by,
    }
    step = after_change(done=not dry_run, entry=id_)
    return Answer(data, words, read_by=files.read_by, next=step)
