"""byok setup: the guided path for a new user, from nothing to a model that answered a tool call."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from factory_byok.commands.consent import agreed, nobody_there
from factory_byok.commands.options import (
    DryRunOption,
    EndpointOption,
    QuietOption,
    TimeoutOption,
)
from factory_byok.core.errors import UsageError
from factory_byok.core.findings import Status
from factory_byok.screens.answer import Answer
from factory_byok.screens.asking import asks

if TYPE_CHECKING:
    from factory_byok.core.world import World
    from factory_byok.screens.style import Style
    from factory_byok.workflows.setup.planning import Planned
    from factory_byok.workflows.setup.runner import Walked
    from factory_byok.workflows.setup.state import Wanted
    from factory_byok.workflows.setup.steps import StepName


def run(
    model: Annotated[
        str, typer.Option("--model", metavar="M", help="The model; else byok offers what fits.")
    ] = "",
    window: Annotated[
        int | None,
        typer.Option("--window", metavar="N", help="Tokens; else 32000, or 64000 on a roomy GPU."),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Ask nothing; needs --model or an entry of droid's.")
    ] = False,
    dry_run: DryRunOption = False,
    default: Annotated[
        bool, typer.Option("--default", help="Make it droid's default model.")
    ] = False,
    skip: Annotated[
        list[str] | None,
        typer.Option(
            "--skip",
            metavar="STEP",
            help="Leave out machine, server, model, pull, window, keep-alive, entry, default or "
            "proof; repeatable.",
        ),
    ] = None,
    wait: Annotated[
        float,
        typer.Option("--wait", min=0, help="With --yes: seconds to wait until Ollama answers."),
    ] = 10.0,
    endpoint: EndpointOption = "",
    timeout: TimeoutOption = 2.0,
    quiet: QuietOption = False,
) -> Answer:
    """Set up a model for droid, step by step, from nothing to a proven tool call.

    Reads the machine, waits for Ollama, offers the models that fit, and shows its plan: to download
    one, raise its window, write droid's entry and prove it. Asks once, then does it all. Run it
    again at any time: what is done stays done.
    """
    from factory_byok.core.units import Tokens
    from factory_byok.core.world import World
    from factory_byok.workflows.setup.state import Wanted

    world = World.real()
    wanted = Wanted(
        model=model.strip(),
        endpoint=endpoint,
        window=Tokens(window) if window is not None else None,
        skip=_steps(skip or []),
        default=default,
        timeout=timeout,
        wait=wait,
    )
    guided = not yes and asks()
    _check(world, wanted, asks=guided, yes=yes or dry_run)

    def agree(planned: "Planned") -> bool:
        from factory_byok.screens.setup import planned_lines

        shown = partial(planned_lines, planned)
        return agreed("nobody", shown, yes=yes, dry_run=dry_run)

    return _answer(_walked(world, wanted, agree, asks=guided, quiet=quiet), asks=guided)


def _steps(words: list[str]) -> "frozenset[StepName]":
    """The steps to leave out. Raises UsageError."""
    from factory_byok.workflows.setup.steps import STEPS

    found = [word.strip().replace("-", "_") for each in words for word in each.split(",")]
    for word in found:
        if word not in STEPS:
            known = ", ".join(step.replace("_", "-") for step in STEPS)
            raise UsageError(f"`{word}` is not a step of setup", f"Steps are {known}")
    return frozenset(step for step in STEPS if step in found)


def _check(world: "World", wanted: "Wanted", *, asks: bool, yes: bool) -> None:
    """Raises UsageError or ByokError for words that cannot lead anywhere, before anything else."""
    from factory_byok.core.model_names import refuse_no_name
    from factory_byok.core.requirements import FLOOR

    if not asks and not yes:
        raise nobody_there("Give `--model NAME --yes`; `byok fit` says which model is best here")
    if wanted.model:
        refuse_no_name(wanted.model)
    if wanted.window is not None and wanted.window < FLOOR:
        raise UsageError(
            f"`--window {wanted.window}` is too small: droid needs {FLOOR:,} tokens",
            f"`byok window MODEL --set {wanted.window}` does it all the same",
        )
    if not asks and not wanted.model and "model" not in wanted.skip:
        _check_used(world, wanted)


def _check_used(world: "World", wanted: "Wanted") -> None:
    """Raises UsageError when no model was named and droid has none at this server either.

    Raises ByokError when another server than Ollama answers here.
    """
    from factory_byok.diagnosis.answering import other_kind
    from factory_byok.diagnosis.collect import Ask, collect
    from factory_byok.droid.settings.look import look
    from factory_byok.workflows.asked_server import server_at
    from factory_byok.workflows.setup.steps import entry_in_use

    address = world.address(wanted.endpoint)
    if entry_in_use(look(world).entries, address.identity()) is None:
        snap = collect(world, Ask(endpoint=address, timeout=wanted.timeout, droid=False))
        if other_kind(snap):  # no Ollama, but LM Studio or so
            server_at(snap, address)
        raise UsageError(
            "`setup` needs `--model` here, because droid has no model of this server yet",
            "`byok fit` says which model is best here",
        )


def _walked(
    world: "World", wanted: "Wanted", agree: "Callable[[Planned], bool]", *, asks: bool, quiet: bool
) -> "Walked":
    """The walk, with somebody at the terminal or with nobody."""
    from factory_byok.screens.guide import Terminal
    from factory_byok.screens.progress import progress_on
    from factory_byok.workflows.setup.guide import Guide
    from factory_byok.workflows.setup.runner import walk
    from factory_byok.workflows.setup.state import Way

    guide = Terminal() if asks else Guide()
    guide.show("opening")
    progress, address = progress_on(quiet=quiet), world.address(wanted.endpoint)
    return walk(Way(world, wanted, guide, progress, address, request=wanted.model), agree)


def _answer(walked: "Walked", *, asks: bool) -> Answer:
    """The result for scripts and for people."""
    from factory_byok.commands.list import entry_row
    from factory_byok.core.findings import worst_level
    from factory_byok.workflows.next_step import DO_IT, after_setup

    failed = walked.failed
    data = {
        "steps": walked.steps,
        "entry": entry_row(walked.entry) if walked.entry else None,
        "changed": walked.changed,
        "results": walked.results,
        "go_on": list(walked.go_on) or None,
        "plan": walked.planned.told if walked.planned else None,
        "diff": walked.planned.diff if walked.planned else "",
    }

    def words(style: "Style") -> Iterable[str]:
        from factory_byok.screens.setup_end import setup_lines

        return setup_lines(walked, style, live=asks)

    status: Status = "error" if failed else worst_level(walked.findings if walked.entry else ())
    step = (
        DO_IT
        if walked.planned
        else after_setup(
            walked.entry,
            walked.go_on,
            walked.findings,
            failed=failed is not None,
            proven=walked.proven,
            droid=walked.install_droid,
        )
    )
    return Answer(
        data, words, walked.findings, status=status, interrupted=walked.interrupted, next=step
    )
