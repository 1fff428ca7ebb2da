"""The steps of the guided path and the decisions on it; pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from factory_byok.core.facts import Entry, Exercise, Server, Snapshot, Unknown
from factory_byok.core.findings import Remedy
from factory_byok.core.model_names import derived_from, same_model
from factory_byok.core.requirements import AIM, FLOOR
from factory_byok.core.units import Tokens
from factory_byok.diagnosis.advice import install_of, start_ollama
from factory_byok.sizing.fitting.ranking import Ranked
from factory_byok.workflows.next_step import INSTALL_OLLAMA

StepName = Literal[
    "machine", "server", "model", "pull", "window", "keep_alive", "entry", "default", "proof"
]
StepStatus = Literal["done", "unchanged", "skipped", "failed"]

STEPS: Final[tuple[StepName, ...]] = (
    "machine", "server", "model", "pull", "window", "keep_alive", "entry", "default", "proof",
)  # fmt: skip
CHANGING: Final[tuple[StepName, ...]] = ("pull", "window", "entry", "default")
NO_TOOLS: Final = "so droid cannot act through it"  # ends every sentence that says so


@dataclass(frozen=True, slots=True)
class Step:
    """What one step came to: its status, and that in a sentence without a period."""

    step: StepName
    status: StepStatus
    detail: str


@dataclass(frozen=True, slots=True)
class Start:
    """How Ollama is made to answer here: a sentence, and the line to type, "" when there is none.

    `waits` says that waiting makes sense: nothing listens there yet.
    """

    text: str
    line: str = ""
    waits: bool = True


def start_of(snap: Snapshot, silence: Unknown, remedy: Remedy) -> Start:
    """How to get an answer; `remedy` is what `byok doctor` says about this silence."""
    from shlex import join

    waits = silence.kind == "refused"
    install = install_of(snap)
    if install is not None and install.kind == "absent" and not install.running and waits:
        line = INSTALL_OLLAMA[snap.machine.system]
        if remedy == start_ollama(snap):
            return Start("Ollama is not installed here; this line installs and starts it", line)
        if snap.machine.container:
            return Start(f"{remedy.text}. Or install Ollama in this container", line)
        if snap.machine.wsl:
            return Start(remedy.text, line)
    return Start(remedy.text, join(remedy.command), waits)


# --- the model -----------------------------------------------------------------------------------


def entry_in_use(entries: Iterable[Entry], endpoint: str, model: str = "") -> Entry | None:
    """The user's entry that droid lists for a model at an endpoint, or for a copy of it.

    The model itself goes before a copy; without a model any entry there.
    """
    mine = [
        entry
        for entry in entries
        if entry.fate == "listed" and entry.level == "user" and entry.endpoint == endpoint
    ]
    if not model:
        return mine[0] if mine else None
    exact = [entry for entry in mine if same_model(entry.model, model)]
    copies = [entry for entry in mine if is_copy(entry.model, model)]
    return next(iter([*exact, *copies]), None)


def is_copy(name: str, base: str) -> bool:
    """Whether a name is that of a copy of a model with another window, as byok names them."""
    origin, _ = derived_from(name)
    return bool(origin) and same_model(origin, base)


def base_of(name: str) -> str:
    """The model behind a copy's name, the name itself for any other."""
    return derived_from(name)[0] or name


def better_than(model: str, models: Sequence[Ranked], window: Tokens = FLOOR) -> Ranked | None:
    """The first other model in rank that surely calls tools, fits, and has so long a window."""
    for each in models:
        candidate = each.candidate
        fits = each.reach not in ("nowhere", "cloud") and each.reaches_32k is not False
        reaches = candidate.shape.longest_window >= window
        other = not same_model(base_of(candidate.name), base_of(model))
        if other and fits and reaches and candidate.tools == "yes":
            return each
    return None


# --- the window ----------------------------------------------------------------------------------


def window_to_set(wanted: Tokens | None, longest: Tokens | None, on_gpu: Tokens | None) -> Tokens:
    """The window for a model that has too small a one: droid's least, more where the GPU has room.

    A processor reads prompts slowly, so more than the least is only worth it on a GPU.
    """
    if wanted is not None:
        return wanted
    roomy = on_gpu is not None and on_gpu >= AIM
    return AIM if roomy and (longest is None or longest >= AIM) else FLOOR


def copy_there(server: Server, base: str, enough: Tokens) -> str:
    """A copy of the model on the server whose name tells a window that is enough; "" for none."""
    models = () if isinstance(server.models, Unknown) else server.models.value
    for each in models:
        _, window = derived_from(each.name)
        if window and int(window) >= enough and is_copy(each.name, base):
            return each.name
    return ""


# --- the proof -----------------------------------------------------------------------------------


def told(results: Sequence[Exercise]) -> str:
    """Results as one phrase: ``` `tools` passed; `window` failed: why ```."""
    return "; ".join(
        f"`{each.exercise}` {each.status}{f': {each.reason}' if each.reason else ''}"
        for each in results
    )


def cannot_act(results: Sequence[Exercise]) -> bool:
    """Whether the model answered, but not with proper tool calls."""
    return any(
        each.exercise == "tools" and each.status in ("failed", "warning") for each in results
    )


def command_for(model: str = "", *more: str) -> tuple[str, ...]:
    """The command that sets up a model, with more words behind it."""
    return ("byok", "setup", *(("--model", model) if model else ()), *more)
