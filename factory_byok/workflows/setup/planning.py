"""What the rest of the guided path will do: planned before anything is done, and agreed to once."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from factory_byok.core.actions import Action
from factory_byok.core.requirements import FLOOR
from factory_byok.core.units import show_tokens
from factory_byok.core.words import shorten_home
from factory_byok.droid.settings.look import look
from factory_byok.workflows import add as adding
from factory_byok.workflows import model_copy
from factory_byok.workflows.actions import module_of
from factory_byok.workflows.choice import Judged
from factory_byok.workflows.pull import plan_pull
from factory_byok.workflows.setup.entry_and_proof import check_name, entry_there, wanted_entry
from factory_byok.workflows.setup.state import Way
from factory_byok.workflows.setup.steps import StepName, window_to_set
from factory_byok.workflows.setup.window_and_memory import existing_copy, known_row
from factory_byok.workflows.windows import Target


@dataclass(slots=True)
class Planned:
    """`actions` and what they make of droid's files, `besides` what is no action, and why."""

    actions: list[Action] = field(default_factory=list)
    besides: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    diff: str = ""
    model: str = ""

    @property
    def told(self) -> list[str]:
        """Each as a line."""
        return [*(module_of(each).describe(each) for each in self.actions), *self.besides]


def plan(way: Way) -> Planned:
    """Looks, and asks whether it is to be droid's default. Raises ByokError for what cannot be.

    `model` is the name that droid's entry will use, "" as long as nobody knows whether a copy of
    the model is needed.
    """
    planned = Planned(model=way.chosen().model)
    for way.planning, step in _STEPS.items():
        if way.planning not in way.wanted.skip:
            step(way, planned)
    return planned


def _pull(way: Way, planned: Planned) -> None:
    """The download of a model that the server does not have."""
    if way.elsewhere():
        return
    with way.progress.working(f"Asking {way.ollama}"):
        way.download = plan_pull(way.world, way.model, way.ollama, timeout=way.wanted.timeout)
    if not way.download.present:
        planned.actions.append(way.download.action)


def _window(way: Way, planned: Planned) -> None:
    """A copy with the window that droid needs."""
    if way.elsewhere():
        return
    now, enough = known_row(way), way.wanted.window or FLOOR
    if now is not None and (now.window or 0) >= enough:
        return
    planned.model = existing_copy(way, enough) if way.entry is None else ""
    if planned.model:
        return
    given = "may give the model a window too small for droid"
    if now is not None:
        given = f"gives the model {show_tokens(now.window or 0)} ({now.decided_by})"
    planned.reasons.append(
        f"Ollama {given}, and cuts off or refuses what is longer; droid's first request alone "
        f"is 7,000 to 11,500 tokens, and droid needs {FLOOR:,}"
    )
    if now is None:
        planned.besides.append(
            f"Make a copy of it with a window of {show_tokens(enough)} or more, if Ollama gives it "
            "less (no download, no restart)"
        )
        return
    aim = window_to_set(way.wanted.window, now.longest_window, now.on_gpu)
    here = Target(way.model, way.ollama)
    copy = model_copy.prepare(way.world, here, aim, timeout=way.wanted.timeout)
    planned.model = copy.name
    planned.actions += copy.actions
    planned.diff += copy.files.diff


def _keep_alive(way: Way, planned: Planned) -> None:
    """An hour in memory after each use."""
    if not way.elsewhere():
        planned.besides.append(
            "Keep it in memory for an hour after each use, so that a pause costs no new load"
        )


def _entry(way: Way, planned: Planned) -> None:
    """droid's entry, unless there is one."""
    if entry_there(way) is not None:
        return
    server = None if way.choice else way.server()
    model = server.model(planned.model or way.model) if server else None
    judged = Judged(way.look(), server, model, ()) if server else None
    wanted = wanted_entry(way, copied=planned.model not in ("", way.named))
    choice = replace(way.chosen(), model=planned.model or way.model)
    check_name(way, wanted.name or adding.new_entry(choice, model, wanted).name)
    ready = adding.prepare(way.world, choice, judged, wanted)
    if planned.model:
        planned.actions += ready.files.actions
        planned.diff += ready.files.diff
    else:
        where = shorten_home(str(ready.place.path))
        planned.besides.append(f"Write droid's entry `{ready.entry.name}` to {where}")


def _default(way: Way, planned: Planned) -> None:
    """Whether it becomes droid's default model, which the user chooses."""
    entry, now = entry_there(way), look(way.world).defaults.model
    if entry is not None and entry.id == now:
        return
    before = f" in place of `{now}`" if now else ""
    question = f"Make it droid's default model{before}?"
    way.default = way.wanted.default or (
        way.guide.asks and way.guide.agrees(question, default=False)
    )
    if way.default:
        planned.besides.append(f"Make it droid's default model{before}")


def _proof(way: Way, planned: Planned) -> None:
    """What the proof does."""
    long = "" if way.remote() else ", and reads a prompt as long as droid's window must be"
    planned.besides.append(
        f"Prove that it calls a tool as droid needs{long}: seconds on a GPU, up to some minutes "
        "without"
    )


_STEPS: dict[StepName, Callable[[Way, Planned], None]] = {
    "pull": _pull,
    "window": _window,
    "keep_alive": _keep_alive,
    "entry": _entry,
    "default": _default,
    "proof": _proof,
}
