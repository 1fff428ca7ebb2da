"""One way to change the world: a plan of actions is shown, agreed to, done, and remembered.

Every verb that changes something makes a Plan and hands it to `carry_out`. The files of droid come
last and all together, so that no entry names a model that is not there.
"""

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import time
from typing import Any, Final, TypeVar

from factory_byok.core.actions import Action, EditSettings
from factory_byok.core.errors import ByokError, Interrupted
from factory_byok.core.progress import SILENT, Progress
from factory_byok.core.world import World
from factory_byok.droid.settings import change
from factory_byok.droid.settings.change import Preview
from factory_byok.droid.settings.writing.swap import Changed
from factory_byok.droid.settings.writing.transaction import new_step
from factory_byok.workflows.actions import module_of
from factory_byok.workflows.actions.running import Running, unbroken
from factory_byok.workflows.interrupts import LAST_DONE, NOTHING, after_others, of_step

Texts = Mapping[Path, str | None]
TRIES: Final = 50  # plans made anew while other programs keep changing the same entries
P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Files:
    """Planned edits of droid's files and what they make of each; `read_by` says by whose rules."""

    action: EditSettings
    previews: tuple[Preview, ...]
    read_by: str = ""

    @property
    def changes(self) -> bool:
        """Whether any file is different afterwards."""
        return any(preview.changes for preview in self.previews)

    @property
    def actions(self) -> tuple[Action, ...]:
        """What is to be done; () when they change nothing."""
        return (self.action,) if self.changes else ()

    @property
    def texts(self) -> dict[Path, str | None]:
        """What the files will say."""
        return {preview.path: preview.after for preview in self.previews}

    @property
    def diff(self) -> str:
        """The difference of all files, secrets masked."""
        return "".join(preview.diff() for preview in self.previews)


def plan_files(world: World, action: EditSettings, texts: Texts, read_by: str = "") -> Files:
    """Makes the edits in imagination; `texts` stand for what files say. Raises ByokError."""
    groups, back = action.groups, action.taking_back
    previews = change.preview(world, groups, taking_back=back, texts=texts)
    planned = {each.path: (each.before, each.after) for each in previews}
    return Files(replace(action, planned=planned), previews, read_by)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a verb will do, in this order."""

    verb: str
    actions: tuple[Action, ...]


@dataclass(slots=True)
class Done:
    """How far a plan came; `results` are what its actions gave, `step` takes them back.

    `failure` is what stopped it, `interrupted` whether that was ctrl-c. `told` says what was
    changed all the same and how that goes back; after ctrl-c, what is half done to go on from.
    """

    step: str
    actions: list[Action] = field(default_factory=list)
    results: list[Any] = field(default_factory=list)
    failure: ByokError | None = None
    interrupted: bool = False
    told: str = ""

    @property
    def whole(self) -> bool:
        """Whether all of it was done."""
        return self.failure is None and not self.interrupted


def carry_out(
    world: World, plan: Plan, progress: Progress = SILENT, *, step: str = "", stall: float = 60.0
) -> Done:
    """Does it all; what fails or is interrupted leaves the rest undone, and says so in Done."""
    run = Running(world, plan.verb, step or new_step(), progress, stall)
    done = Done(run.step)
    try:
        for action in sorted(plan.actions, key=lambda each: isinstance(each, EditSettings)):
            # The files are written in a moment; whether they were is then certain.
            with unbroken() if isinstance(action, EditSettings) else nullcontext():
                done.results.append(module_of(action).do(run, action))
                done.actions.append(action)
                LAST_DONE[0] = time()
    except ByokError as error:
        done.failure, done.told = error, of_step(world, done.step)
        if done.told != NOTHING:  # whatever the failure itself says of its own part
            done.failure = ByokError(error.message, f"Done before: {done.told}")
        elif done.actions:
            done.failure, done.told = after_others(error), ""
    except KeyboardInterrupt as pressed:
        done.interrupted = True
        done.told = pressed.told if isinstance(pressed, Interrupted) else ""
    return done


def do_all(
    world: World, plan: Plan, progress: Progress = SILENT, *, step: str = "", stall: float = 60.0
) -> Done:
    """Does it all. Raises what stopped it, ByokError with what was done by then, or Interrupted."""
    done = carry_out(world, plan, progress, step=step, stall=stall)
    if done.interrupted:
        raise Interrupted(done.told)
    if done.failure is not None:
        raise done.failure
    return done


def write_files(world: World, verb: str, files: Files, *, step: str = "") -> None:
    """Writes planned files as one step of undo. Raises Changed when another program was faster."""
    if files.changes:
        do_all(world, Plan(verb, (files.action,)), step=step)


def change_files(
    world: World,
    verb: str,
    make: Callable[[], P],
    files_of: Callable[[P], Files],
    *,
    write: bool,
    step: str = "",
) -> P:
    """Plans a change of droid's files and does it; without `write` it is only planned.

    Plans again when another program changed an entry in between, so it is only for plans that
    nobody was asked about. Raises Changed when that goes on and on.
    """
    for _ in range(TRIES):
        try:
            planned = make()
            if write:
                write_files(world, verb, files_of(planned), step=step)
            return planned
        except Changed as overtaken:
            last = overtaken
    raise last
