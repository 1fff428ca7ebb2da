"""byok undo: takes back byok's own last write, and only that."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from factory_byok.screens.answer import Answer

if TYPE_CHECKING:
    from factory_byok.core.world import World
    from factory_byok.screens.style import Style


def run(
    step: Annotated[str, typer.Argument(help="A step from --list; the last one without.")] = "",
    list_: Annotated[bool, typer.Option("--list", help="Show earlier writes.")] = False,
) -> Answer:
    """Take back byok's own last write to droid's files.

    Refuses when somebody else has changed a file since, and shows the difference.
    """
    from factory_byok.core.world import World

    world = World.real()
    return _steps(world) if list_ else _taken_back(world, step)


def _steps(world: "World") -> Answer:
    """The writes that can be taken back, the newest first."""
    from factory_byok.droid.settings.writing.journal import Journal
    from factory_byok.workflows.interrupts import what_was_done

    rows = [
        {
            "step": each.step,
            "at": each.at,
            "verb": each.verb,
            "path": each.path,
            "what": what_was_done(each)[0],
        }
        for each in Journal(world).standing()
    ]

    def words(style: "Style") -> Iterable[str]:
        told = [
            ((row["step"], "bold"), row["at"], f"byok {row['verb']}", row["what"]) for row in rows
        ]
        yield from style.table(("", "", "", ""), told, whole=(0, 1, 2))
        if not rows:
            yield "byok has written nothing that it could take back"

    from factory_byok.workflows.next_step import after_change
    from factory_byok.workflows.next_step import run as next_command

    step = next_command("byok", "undo", why="takes back the first of them")
    return Answer({"steps": rows}, words, next=step if rows else after_change(done=True))


def _taken_back(world: "World", step: str) -> Answer:
    """Undoes one step. Raises ByokError, with the masked difference when others wrote since."""
    from factory_byok.core.errors import ByokError
    from factory_byok.core.findings import Finding, Remedy
    from factory_byok.droid.settings.change import Preview
    from factory_byok.droid.settings.writing.transaction import Touched
    from factory_byok.workflows.next_step import after_change
    from factory_byok.workflows.undo import undo

    try:
        back = undo(world, step)
    except Touched as touched:
        path = touched.record.path
        diff = Preview(Path(path), touched.wrote, touched.now).diff()
        raise ByokError(touched.message, f"{touched.hint}; since then:\n{diff}".rstrip()) from None
    diff = "".join(Preview(each.path, each.before, each.after).diff() for each in back.files)
    kept = tuple(
        Finding("warning", f"byok {back.verb}", each.message, Remedy(each.hint))
        for each in back.kept
    )

    def words(style: "Style") -> Iterable[str]:
        from factory_byok.screens.changes import taken_back_lines

        return taken_back_lines(back, diff, style)

    data = {
        "files": [str(each.path) for each in back.files],
        "diff": diff,
        "verb": back.verb,
        "also": list(back.told),
        "kept": [each.message for each in back.kept],
    }
    return Answer(data, words, kept, next=after_change(done=True))
