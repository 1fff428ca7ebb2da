"""byok pull: downloads a model through the server, after a look at disk and memory."""

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from factory_byok.commands.consent import agreed
from factory_byok.commands.options import (
    DryRunOption,
    EndpointOption,
    QuietOption,
    TimeoutOption,
    YesOption,
)
from factory_byok.screens.answer import Answer

if TYPE_CHECKING:
    from factory_byok.core.progress import Progress
    from factory_byok.core.world import World
    from factory_byok.screens.style import Style
    from factory_byok.workflows.pull import Plan, Pulled


def run(
    model: Annotated[str, typer.Argument(help="The model's name, as in qwen2.5-coder:32b.")],
    endpoint: EndpointOption = "",
    stall: Annotated[
        float, typer.Option("--stall", min=1, help="Give up after so many seconds without a byte.")
    ] = 60.0,
    yes: YesOption = False,
    dry_run: DryRunOption = False,
    timeout: TimeoutOption = 2.0,
    quiet: QuietOption = False,
) -> Answer:
    """Download a model through the server.

    Looks at the disk of the model store and at the memory first. What was downloaded stays when
    the pull is interrupted, and the next one goes on from there.
    """
    from factory_byok.core.world import World
    from factory_byok.screens.progress import progress_on
    from factory_byok.workflows.pull import plan_pull

    world = World.real()
    address, progress = world.address(endpoint), progress_on(quiet=quiet)
    with progress.working(f"Asking {address}"):
        plan = plan_pull(world, model, address, timeout=timeout)
    if not agreed("words", yes=yes, dry_run=dry_run):
        return _answer(plan, None)
    return _answer(plan, _pulled(world, plan, progress, stall, quiet=quiet))


def _pulled(
    world: "World", plan: "Plan", progress: "Progress", stall: float, *, quiet: bool
) -> "Pulled":
    """Pulls with progress on stderr. Raises ByokError."""
    from factory_byok.workflows.plan import Plan as Actions
    from factory_byok.workflows.plan import do_all

    if plan.findings and not quiet:
        _warn(plan)
    done = do_all(world, Actions("pull", (plan.action,)), progress, stall=stall)
    pulled: Pulled = done.results[0]
    return pulled


def _warn(plan: "Plan") -> None:
    """Says what speaks against the pull before it takes its time."""
    from factory_byok.screens.findings import findings_lines
    from factory_byok.screens.output import note
    from factory_byok.screens.style import style_of

    lines = findings_lines(plan.findings, style_of(sys.stderr, "auto"))
    note("\n".join(lines))


def _answer(plan: "Plan", done: "Pulled | None") -> Answer:
    """The result for scripts and for people."""
    data = {
        "model": plan.model,
        "endpoint": str(plan.address),
        "was_present": plan.present,
        "expected_bytes": plan.size or None,
        "pulled": done is not None,
        "bytes": done.total if done else None,
        "fetched_bytes": done.fetched if done else None,
        "seconds": round(done.seconds, 3) if done else None,
        "cuts": done.cuts if done else 0,
    }

    def words(style: "Style") -> Iterable[str]:
        from factory_byok.screens.changes import dry_lines, pulled_lines
        from factory_byok.screens.findings import findings_lines

        if done is not None:
            yield from pulled_lines(plan, done, style)
            return
        if plan.findings:
            yield from findings_lines(plan.findings, style)
            yield ""
        yield from dry_lines((plan.action,), "", style)

    from factory_byok.workflows.next_step import after_pull

    return Answer(data, words, plan.findings, next=after_pull(plan.model, done=done is not None))
