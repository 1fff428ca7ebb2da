"""The walk along the guided path: each step in turn, told when it is done, and ended cleanly."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Literal

from factory_byok.core.errors import ByokError, Interrupted, UsageError
from factory_byok.core.facts import Entry, Exercise
from factory_byok.core.findings import Finding, Remedy
from factory_byok.workflows.interrupts import NOTHING, after_others, of_step
from factory_byok.workflows.next_step import INSTALL_DROID
from factory_byok.workflows.setup.entry_and_proof import default, entry, proof
from factory_byok.workflows.setup.planning import Planned, plan
from factory_byok.workflows.setup.server_and_model import machine, model, server
from factory_byok.workflows.setup.state import Done, Way
from factory_byok.workflows.setup.steps import CHANGING, STEPS, Step, StepName, command_for
from factory_byok.workflows.setup.window_and_memory import keep_alive, pull, window

Next = Literal["again", "model", "skip", "leave"]

DOING: Final[dict[StepName, Callable[[Way], Done]]] = {
    "machine": machine,
    "server": server,
    "model": model,
    "pull": pull,
    "window": window,
    "keep_alive": keep_alive,
    "entry": entry,
    "default": default,
    "proof": proof,
}
ANSWERS: Final[dict[str, Next]] = {"t": "again", "m": "model", "s": "skip", "l": "leave"}


@dataclass(frozen=True, slots=True)
class Walked:
    """The end of a run: its steps in order, droid's entry when there is one, and what was proven.

    `go_on` is the command that goes on from here, () when there is nothing left to do;
    `install_droid` is the line that installs droid, "" when it is here. `planned` is what was only
    to be shown, `told` what the run changed by byok's own memory.
    """

    steps: tuple[Step, ...]
    entry: Entry | None
    results: tuple[Exercise, ...]
    findings: tuple[Finding, ...]
    interrupted: bool = False
    install_droid: str = ""
    go_on: tuple[str, ...] = ()
    planned: Planned | None = None
    told: str = NOTHING

    @property
    def failed(self) -> Step | None:
        """The step that failed."""
        return next((each for each in self.steps if each.status == "failed"), None)

    @property
    def proven(self) -> bool:
        """Whether the model did in this run what droid will ask of it."""
        return any(each.step == "proof" and each.status == "done" for each in self.steps)

    @property
    def changed(self) -> bool:
        """Whether the machine or droid's files are different from before."""
        done = any(each.step in CHANGING and each.status == "done" for each in self.steps)
        return done or self.told != NOTHING


def walk(way: Way, agreed: Callable[[Planned], bool]) -> Walked:
    """Takes every step; `agreed` shows the plan and asks, and is False when it is only to be shown.

    Raises UsageError when nobody is there to correct the words, and ByokError for a no.
    """
    try:
        only_shown = _walk(way, agreed)
    except KeyboardInterrupt as pressed:
        current = next(name for name in STEPS if name not in way.steps)
        told = f". {pressed.told}" if isinstance(pressed, Interrupted) and pressed.told else ""
        way.steps[current] = Step(current, "failed", f"interrupted{told}")
        return _walked(way, interrupted=True)
    return _walked(way, planned=only_shown)


def _walk(way: Way, agreed: Callable[[Planned], bool]) -> Planned | None:
    """The steps in order, until one fails for good; the plan when it is only to be shown."""
    index = 0
    while index < len(STEPS):
        name = STEPS[index]
        following = None
        if name == "pull" and (way.model or way.choice) and not way.agreed:
            planned = _plan(way)
            if not isinstance(planned, Planned):
                following = planned
            elif not agreed(planned):
                return planned
            else:
                way.agreed = True
        following = following or _take(way, name)
        if following == "model":
            way.forget_model()
            index = STEPS.index("model")
            for later in STEPS[index:]:
                way.steps.pop(later, None)
        elif following == "leave":
            return None
        elif following != "again":
            index += 1
    return None


def _plan(way: Way) -> Planned | Next:
    """The plan of all that follows, before any of it is done; or how to go on without one."""
    try:
        return plan(way)
    except UsageError:
        raise
    except ByokError as error:
        following = _failed(way, way.planning, error)
    if following == "skip":
        way.wanted = replace(way.wanted, skip=way.wanted.skip | {way.planning})
        return "again"
    return following


def _take(way: Way, name: StepName) -> Next | None:
    """One step, and what comes after it; None for the next one."""
    step = _left_out(way, name)
    if step is None:
        way.guide.show("heading", name)
        try:
            step = Step(name, *DOING[name](way))
        except UsageError as error:
            if not way.guide.asks:
                raise
            return _failed(way, name, error)
        except ByokError as error:
            return _failed(way, name, error)
        way.guide.show("step", step)
    way.steps[name] = step
    return None


def _left_out(way: Way, name: StepName) -> Step | None:
    """The step as skipped, when the user left it out or there is no model to go on with."""
    if name in way.wanted.skip:
        return Step(name, "skipped", "left out with `--skip`")
    after = STEPS.index(name) > STEPS.index("model")
    if after and not way.model and way.choice is None:
        return Step(name, "skipped", "no model was chosen")
    return None


def _failed(way: Way, name: StepName, error: ByokError) -> Next:
    """Tells a failure; at a terminal the user decides how to go on."""
    if any(each.step in CHANGING and each.status == "done" for each in way.steps.values()):
        error = after_others(error)
    way.guide.show("failure", error)
    following: Next = "leave"
    if way.guide.asks:
        chosen = STEPS.index(name) >= STEPS.index("model")
        other = ", choose another model (m)" if chosen else ""
        question = f"Try again (t){other}, skip this step (s) or leave (l)?"
        following = _following(way, question, "m" if chosen and name != "entry" else "t")
    if following in ("skip", "leave"):
        status: Literal["skipped", "failed"] = "skipped" if following == "skip" else "failed"
        way.steps[name] = Step(name, status, error.message)
    if following == "leave":
        way.findings.append(Finding("error", name, error.message, Remedy(error.hint)))
    return following


def _following(way: Way, question: str, default: str) -> Next:
    """How to go on; a word that means nothing asks again."""
    while True:
        word = way.guide.answer(question, default).strip().lower()
        if word[:1] in ANSWERS:
            return ANSWERS[word[:1]]
        way.guide.show("misunderstood", f"`{word}` is none of t, m, s and l")


def _walked(way: Way, *, interrupted: bool = False, planned: Planned | None = None) -> Walked:
    """The end."""
    broken = next((each.step for each in way.steps.values() if each.status == "failed"), None)
    why = f"not reached, because `{broken}` {'was interrupted' if interrupted else 'failed'}"
    why = "only shown" if planned else why
    for name in STEPS:
        way.steps.setdefault(name, Step(name, "skipped", why))
    return Walked(
        steps=tuple(way.steps[name] for name in STEPS),
        entry=way.entry,
        results=way.results,
        findings=tuple(way.findings),
        interrupted=interrupted,
        install_droid=INSTALL_DROID[way.world.system] if way.lacks_droid else "",
        # a model that cannot be is not worth another try
        go_on=_command(way) if broken and (interrupted or broken != "model") else (),
        planned=planned,
        told=of_step(way.world, way.undo) if broken else NOTHING,
    )


def _command(way: Way) -> tuple[str, ...]:
    """The command that goes on from here, with the words of this one."""
    if way.choice is not None:
        return command_for()
    more = []
    if way.wanted.endpoint:
        more += ["--endpoint", way.wanted.endpoint]
    if way.wanted.window:
        more += ["--window", str(way.wanted.window)]
    if way.wanted.default:
        more.append("--default")
    return command_for(
        way.better or way.named or way.request, *more, *(() if way.guide.asks else ("--yes",))
    )
