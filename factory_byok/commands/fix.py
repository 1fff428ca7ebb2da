"""byok fix: repairs what the checks can repair, plan first, and looks again."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

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
    from factory_byok.core.facts import Snapshot
    from factory_byok.screens.style import Style
    from factory_byok.workflows.fix import Repair
    from factory_byok.workflows.plan import Done


def run(
    checks: Annotated[
        list[str] | None, typer.Argument(help="Codes of checks; all repairable ones without.")
    ] = None,
    yes: YesOption = False,
    dry_run: DryRunOption = False,
    endpoint: EndpointOption = "",
    timeout: TimeoutOption = 2.0,
    quiet: QuietOption = False,
) -> Answer:
    """Repair what doctor found: droid's files, windows, and downloads of checks that you name.

    Lists the plan (the reason for each repair, then the difference), asks once, does it all, and
    looks again. What is yours to do is named with its command.
    """
    from factory_byok.core.addresses import parse_endpoint
    from factory_byok.core.world import World
    from factory_byok.diagnosis.collect import Ask, collect
    from factory_byok.screens.fixed import repair_lines
    from factory_byok.screens.progress import progress_on
    from factory_byok.workflows.fix import plan_repair
    from factory_byok.workflows.plan import Plan, carry_out

    codes = _codes(checks or [])
    world, progress = World.real(), progress_on(quiet=quiet)
    ask = Ask(endpoint=parse_endpoint(endpoint) if endpoint else None, timeout=timeout)
    with progress.working("Looking at the settings and the servers"):
        snap = collect(world, ask)
        repair = plan_repair(world, snap, codes)

    def shown(style: "Style") -> Iterable[str]:
        return repair_lines(repair, style)

    if not repair.changes or not agreed("nobody", shown, yes=yes, dry_run=dry_run):
        return _answer(repair, snap, codes, None)
    done = carry_out(world, Plan("fix", repair.actions), progress)
    with progress.working("Looking again"):
        after = collect(world, ask)
    return _answer(repair, after, codes, done)


def _codes(words: Sequence[str]) -> tuple[str, ...]:
    """The checks that the words name. Raises UsageError."""
    from factory_byok.workflows.explanations import known_topic

    return tuple(known_topic(word, pages=False) for word in words)


def _answer(
    repair: "Repair", snap: "Snapshot", codes: tuple[str, ...], done: "Done | None"
) -> Answer:
    """What was repaired and what is still wrong."""
    from factory_byok.core.findings import Finding, Remedy
    from factory_byok.diagnosis.examine import examine
    from factory_byok.workflows.actions import module_of
    from factory_byok.workflows.next_step import after_fix

    left = examine(snap, codes)
    findings = left.findings
    if done is not None and done.failure is not None:
        said = done.failure
        findings = (Finding("error", "fix", said.message, Remedy(said.hint)), *findings)

    def data() -> dict[str, Any]:
        return {
            "repaired": [
                {"check": each.check, "subject": each.subject, "message": each.message}
                for each in repair.repaired
            ],
            "actions": [module_of(action).describe(action) for action in repair.actions],
            "refused": [{"check": code, "reason": why} for code, why in repair.refused],
            "by_hand": [list(command) for command in repair.commands],
            "written": done is not None and done.whole,
            "diff": repair.diff,
        }

    def words(style: "Style") -> Iterable[str]:
        from factory_byok.diagnosis.causes import causes
        from factory_byok.screens.findings import findings_lines
        from factory_byok.screens.fixed import fixed_lines

        yield from findings_lines(findings[: len(findings) - len(left.findings)], style)
        yield from fixed_lines(repair, causes(snap, left), done, style)

    step = after_fix(snap, left, codes, planned=repair.changes, done=done is not None)
    interrupted = done is not None and done.interrupted
    return Answer(data, words, findings, interrupted=interrupted, next=step)
