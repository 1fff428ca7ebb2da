"""Does what an apply planned, in the order of need: models, windows, then droid's files at once."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from factory_byok.core.actions import PullModel
from factory_byok.core.errors import ByokError
from factory_byok.core.findings import Finding
from factory_byok.core.model_names import with_window
from factory_byok.core.progress import Progress
from factory_byok.core.world import World
from factory_byok.diagnosis.collect import Ask, collect
from factory_byok.droid.settings.writing.transaction import new_step
from factory_byok.droid.settings.written_entries import remember
from factory_byok.workflows import model_copy as deriving
from factory_byok.workflows.apply.facts import Change, Copy, Plan, problem
from factory_byok.workflows.plan import Plan as Actions
from factory_byok.workflows.plan import do_all, write_files
from factory_byok.workflows.windows import Target, found


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
        _serve(world, plan, progress, done, step)
        if plan.models.changes:
            plan = _settled(again(), done)
        done.subject = plan.manifest.file
        _write(world, plan, done, step)
    except ByokError as error:
        done.problems.append(problem(done.subject, error))
    except KeyboardInterrupt:
        done.interrupted = True
    return done


def _serve(world: World, plan: Plan, progress: Progress, done: Done, step: str) -> None:
    """Gives the servers what they need. Raises ByokError at the first failure."""
    for each in plan.models.pulls:
        done.subject = each.model
        action = PullModel(each.model, str(each.address), each.size)
        do_all(world, Actions("apply", (action,)), progress, step=step)
        _tick(done, "model", each.model)
    for copy in plan.models.copies:
        done.subject = copy.model
        progress.say(f"Giving {copy.model} a window of {copy.window:,} tokens")
        _make(world, copy, step)
        _tick(done, "window", copy.model)


def _tick(done: Done, what: str, subject: str) -> None:
    """Marks one change as done."""
    done.changes = [
        each.as_done() if (each.what, each.subject) == (what, subject) else each
        for each in done.changes
    ]


def _make(world: World, copy: Copy, step: str) -> None:
    """Makes a copy of a model that carries its window. Raises ByokError."""
    names = (copy.model, with_window(copy.model, copy.window))
    ask = Ask(endpoint=copy.address, models=names, machine=False, droid=False, provider="ollama")
    snap = collect(world, ask)
    _, server, model = found(snap, Target(copy.model, copy.address))
    alone = replace(snap, entries=())
    derivation = deriving.plan(world, alone, server, model, copy.address, copy.window)
    deriving.carry_out(world, derivation, verb="apply", step=step)


def _settled(plan: Plan, done: Done) -> Plan:
    """The second plan, which must find the servers in order. Raises ByokError."""
    left = [f"{each.what} of {each.subject}" for each in plan.models.changes]
    if plan.problems:
        raise ByokError(plan.problems[0].message, plan.problems[0].remedy.text)
    if left:
        raise ByokError(f"The server does not show it afterwards: {', '.join(left)}")
    done.changes = [each for each in done.changes if each.done] + list(plan.entries.changes)
    return plan


def _write(world: World, plan: Plan, done: Done, step: str) -> None:
    """Writes droid's files, all of them or none. Raises ByokError."""
    write_files(world, "apply", plan.entries.files, step=step)
    remember(world, plan.entries.entries, "apply")
    done.changes = [each.as_done() for each in done.changes]
    done.diff = plan.entries.files.diff
    done.ids = {entry.name: entry.id for entry in plan.entries.entries}
