"""Does what an apply planned, in the order of need: models, windows, then droid's files at once."""

from collections.abc import Callable
from dataclasses import dataclass, field

from factory_byok.core.actions import CopyModel, PullModel
from factory_byok.core.errors import ByokError
from factory_byok.core.findings import Finding
from factory_byok.core.progress import Progress
from factory_byok.core.world import World
from factory_byok.droid.settings.writing.transaction import new_step
from factory_byok.droid.settings.written_entries import remember
from factory_byok.workflows.apply.facts import Change, Plan, problem
from factory_byok.workflows.interrupts import after_others
from factory_byok.workflows.plan import Plan as Actions
from factory_byok.workflows.plan import do_all, write_files


@dataclass(slots=True)
class Done:
    """How far an apply came; `problems` are what stopped it, `subject` what it was about."""

    changes: list[Change] = field(default_factory=list)
    diff: str = ""
    ids: dict[str, str] = field(default_factory=dict)
    problems: list[Finding] = field(default_factory=list)
    interrupted: bool = False
    subject: str = ""


def carry_out(
    world: World,
    plan: Plan,
    again: Callable[[], Plan],
    progress: Progress,
) -> Done:
    """Does it all as one step of undo; what fails or is interrupted leaves the rest undone.

    `again` plans anew once the servers have what they need; droid's files come last, so that no
    entry names a model which is not there.
    """
    done, step = Done(list(plan.changes), subject=plan.manifest.file), new_step()
    try:
        for phase in (_pulls, _copies):
            for action in phase(plan):
                done.subject = action.model
                do_all(world, Actions("apply", (action,)), progress, step=step)
                _tick(done, "model" if phase is _pulls else "window", action.model)
            if phase(plan):
                plan = _planned_again(again)
        _settle(plan, done)
        done.subject = plan.manifest.file
        _write(world, plan, done, step)
    except ByokError as error:
        begun = any(each.done for each in done.changes)
        done.problems.append(problem(done.subject, after_others(error) if begun else error))
    except KeyboardInterrupt:
        done.interrupted = True
    return done


def _pulls(plan: Plan) -> list[PullModel]:
    """The downloads."""
    return [each.action for each in plan.models.pulls]


def _copies(plan: Plan) -> list[CopyModel]:
    """The copies that carry a window."""
    return plan.models.copies


def _tick(done: Done, what: str, subject: str) -> None:
    """Marks one change as done."""
    done.changes = [
        each.as_done() if (each.what, each.subject) == (what, subject) else each
        for each in done.changes
    ]


def _planned_again(again: Callable[[], Plan]) -> Plan:
    """The plan by what the servers have now. Raises ByokError for what cannot be."""
    plan = again()
    if plan.problems:
        raise ByokError(plan.problems[0].message, plan.problems[0].remedy.text)
    return plan


def _settle(plan: Plan, done: Done) -> None:
    """What is left to do once the servers are in order. Raises ByokError when they are not."""
    left = [f"{each.what} of {each.subject}" for each in plan.models.changes]
    if left:
        raise ByokError(f"The server does not show it afterwards: {', '.join(left)}")
    done.changes = [each for each in done.changes if each.done] + list(plan.entries.changes)


def _write(world: World, plan: Plan, done: Done, step: str) -> None:
    """Writes droid's files, all of them or none. Raises ByokError."""
    write_files(world, "apply", plan.entries.files, step=step)
    remember(world, plan.entries.entries, "apply")
    done.changes = [each.as_done() for each in done.changes]
    done.diff = plan.entries.files.diff
    done.ids = {entry.name: entry.id for entry in plan.entries.entries}
