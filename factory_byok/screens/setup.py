"""The guided path on the screen: what is asked at each step, and how it ended."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from factory_byok.core.errors import ByokError
from factory_byok.core.facts import Entry, Exercise, Known, Snapshot
from factory_byok.core.units import show_bytes, show_tokens
from factory_byok.screens.changes import plan_lines
from factory_byok.screens.exercises import exercise_line
from factory_byok.screens.machine import machine_rows
from factory_byok.screens.offered import about_offered
from factory_byok.screens.style import Style, printable
from factory_byok.sizing.fitting.ranking import Ranked
from factory_byok.sizing.hardware_table import CLOUD
from factory_byok.workflows.add import Plan
from factory_byok.workflows.offered_models import Offered
from factory_byok.workflows.setup.guide import Screen
from factory_byok.workflows.setup.planning import Planned
from factory_byok.workflows.setup.steps import Start, Step, StepName

CLOUD_MODEL: Final = CLOUD.model
TITLES: Final[dict[StepName, str]] = {
    "machine": "This machine",
    "server": "Ollama",
    "model": "Model",
    "pull": "Download",
    "window": "Context window",
    "keep_alive": "Memory",
    "entry": "droid's entry",
    "default": "droid's default model",
    "proof": "Proof",
}
SIGNS: Final = {
    "done": ("✓", "ok", "green"),
    "unchanged": ("✓", "ok", "green"),
    "skipped": ("-", "-", "dim"),
    "failed": ("✗", "x", "red"),
}
MOST_NAMES: Final = 12


def opening_lines(style: Style) -> Iterator[str]:
    """What this is, before the first step."""
    yield from style.wrapped(
        "This sets up a model that droid can work with. You choose, then see the whole plan, and "
        "nothing is changed before you say yes; ctrl-c leaves at any point, and `byok setup` goes "
        "on from there."
    )


def heading_lines(step: StepName, style: Style) -> Iterator[str]:
    """The title of a step."""
    yield ""
    yield style.paint(TITLES[step], "bold")


def step_lines(step: Step, style: Style) -> Iterator[str]:
    """How a step ended; what was shown already is not told twice."""
    if step.step in ("machine", "proof") and step.status == "done":
        return
    fancy, plain, color = SIGNS[step.status]
    sign = style.sign(fancy, plain)
    skipped = "skipped: " if step.status == "skipped" else ""
    first, *rest = style.wrapped(printable(f"{skipped}{_sentence(step)}"), "    ")
    yield f"  {style.paint(sign, color)} {first.strip()}"
    yield from rest


def _sentence(step: Step) -> str:
    """The detail, with a capital where it stands for itself."""
    detail = step.detail
    return detail if step.status == "skipped" else f"{detail[:1].upper()}{detail[1:]}"


def failure_lines(error: ByokError, style: Style) -> Iterator[str]:
    """Why a step failed, and what helps."""
    yield from _labelled("error", "red", error.message, style)
    if error.hint:
        yield from _labelled("hint", "cyan", error.hint, style)


def warning_lines(text: str, style: Style) -> Iterator[str]:
    """What speaks against a choice."""
    yield from _labelled("warning", "yellow", text, style)


def _labelled(label: str, color: str, text: str, style: Style) -> Iterator[str]:
    """A coloured word and a sentence behind it."""
    yield from style.marked(f"{label}: {text}", label, ("bold", color), "  ", "    ")


# --- the machine and its server ------------------------------------------------------------------


def machine_lines(snap: Snapshot, style: Style) -> Iterator[str]:
    """What was read of the machine, and whether droid is there."""
    rows = list(machine_rows(snap.machine))
    rows += [("Disk", f"{show_bytes(each.free)} free for models") for each in snap.machine.disks]
    rows.append(("droid", _droid(snap)))
    yield from style.columns(rows)


def _droid(snap: Snapshot) -> str:
    """The installed droid."""
    if not isinstance(snap.droid, Known):
        return "not found; byok prepares its settings all the same"
    version = snap.droid.value.version
    return f"version {version.value}" if isinstance(version, Known) else snap.droid.value.path


def silent_lines(why: str, start: Start, style: Style) -> Iterator[str]:
    """That nothing answers, and the one line that changes it."""
    yield from style.wrapped(printable(why), "  ")
    yield from style.wrapped(f"{printable(start.text)}{':' if start.line else ''}", "  ")
    if start.line:
        yield f"    $ {style.paint(printable(start.line), 'bold')}"


# --- the model -----------------------------------------------------------------------------------


def offer_lines(
    models: Sequence[Ranked], best: str, used: Entry | None, style: Style
) -> Iterator[str]:
    """The models that fit, each with its reason, then the other ways; `best` is byok's pick."""
    if models:
        yield from style.wrapped(
            "These fit here, the installed ones first. Models under 30B do markedly worse at "
            "agentic coding; in memory, without a GPU, all are slow.",
            "  ",
        )
    else:
        yield from style.wrapped("No local model that droid can work with fits here.", "  ")
    for number, each in enumerate(models, 1):
        yield from _offer(str(number), each.candidate.name, _about(each, best), style)
    yield from _offer("c", CLOUD_MODEL, "runs in Ollama's cloud: no download, an account", style)
    yield from _offer("p", "another provider", "LM Studio, vLLM, OpenRouter and more", style)
    if used is not None:
        told = f"droid has `{used.model}` already; Enter goes on with it"
        yield from style.wrapped(printable(told), "  ")


def _offer(sign: str, name: str, about: str, style: Style) -> Iterator[str]:
    """One line of the list, with its reason below."""
    yield f"  {style.paint(sign.rjust(2), 'cyan')}  {style.paint(printable(name), 'bold')}"
    yield from style.wrapped(printable(about), "      ")


def _about(each: Ranked, best: str) -> str:
    """Whether it is byok's pick, the download's size, and the reason."""
    size = each.candidate.shape.weights
    pick = "byok's pick for this machine; " if each.candidate.name == best else ""
    first = "installed" if each.candidate.installed else f"{show_bytes(size)} to download"
    return f"{pick}{first}; {each.reason}"


def provider_lines(names: Sequence[tuple[str, str, str]], style: Style) -> Iterator[str]:
    """The providers to choose from, each with the variable of its key, and the one that is set."""
    for number, (name, key, had) in enumerate(names, 1):
        told = f"needs a key, in {key}" if key else "runs on a machine of yours"
        told = f"its key is in {had}" if had else told
        yield f"  {style.paint(str(number).rjust(2), 'cyan')}  {name.ljust(19)}{told}"


def offered_names(models: Sequence[Offered], style: Style) -> Iterator[str]:
    """The names that a server offers."""
    yield "  It offers:"
    rows = [
        ((str(number), "cyan"), printable(each.name), (about_offered(each), "dim"))
        for number, each in enumerate(models[:MOST_NAMES], 1)
    ]
    yield from style.table(("", "", ""), rows, indent=4, whole=(0,))
    if len(models) > MOST_NAMES:
        yield style.paint(f"    and {len(models) - MOST_NAMES:,} more", "dim")


# --- the rest ------------------------------------------------------------------------------------


def planned_lines(planned: Planned, style: Style) -> Iterator[str]:
    """All that follows, with the reasons for it."""
    yield ""
    yield style.paint("Plan", "bold")
    for reason in planned.reasons:
        yield from style.wrapped(reason, "  ")
    yield from plan_lines(planned.actions, planned.diff, style, planned.besides)


def entry_lines(plan: Plan, style: Style) -> Iterator[str]:
    """The entry that would be written."""
    entry = plan.entry
    rows = [
        ("name", entry.name),
        ("model", entry.model),
        ("base URL", entry.base_url),
        ("output limit", show_tokens(entry.max_output or 0)),
    ]
    if plan.limit is not None:
        rows.append(("compaction", f"at {show_tokens(plan.limit)}"))
    yield from style.columns(rows)


def result_lines(results: Sequence[Exercise], style: Style) -> Iterator[str]:
    """What was proven."""
    for result in results:
        yield from exercise_line(result, style)


def misunderstood_lines(text: str, style: Style) -> Iterator[str]:
    """Why an answer is asked for again."""
    yield from style.wrapped(text, "  ")


SCREENS: Final[dict[Screen, Callable[..., Iterator[str]]]] = {
    "opening": opening_lines,
    "heading": heading_lines,
    "step": step_lines,
    "failure": failure_lines,
    "warning": warning_lines,
    "machine": machine_lines,
    "silence": silent_lines,
    "offer": offer_lines,
    "misunderstood": misunderstood_lines,
    "providers": provider_lines,
    "names": offered_names,
    "entry": entry_lines,
    "results": result_lines,
}
