"""byok apply: brings the machine to what a committed manifest says, or only reports."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from factory_byok.commands.consent import agreed
from factory_byok.commands.options import DryRunOption, QuietOption, TimeoutOption, YesOption
from factory_byok.core.errors import ByokError
from factory_byok.screens.answer import Answer

if TYPE_CHECKING:
    from factory_byok.core.findings import Finding, Status
    from factory_byok.core.world import World
    from factory_byok.screens.style import Style
    from factory_byok.workflows.apply.carry_out import Done
    from factory_byok.workflows.apply.facts import Plan
    from factory_byok.workflows.apply.manifest.facts import Manifest


def run(
    manifest: Annotated[
        Path, typer.Argument(metavar="FILE", help="A TOML or JSON manifest; - reads it from stdin.")
    ],
    check: Annotated[
        bool,
        typer.Option("--check", help="Only report; exit 1 when something differs or is wrong."),
    ] = False,
    yes: YesOption = False,
    dry_run: DryRunOption = False,
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask no server: write the entries only.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Take over an entry of that name that is not byok's.")
    ] = False,
    timeout: TimeoutOption = 2.0,
    quiet: QuietOption = False,
) -> Answer:
    """Bring the machine to what a manifest says.

    Pulls models, gives them their windows, writes entries and droid's default; touches nothing
    that the manifest does not name, and a second run changes nothing. On a terminal it asks first.
    """
    from factory_byok.core.world import World
    from factory_byok.screens.applied import change_lines
    from factory_byok.screens.changes import plan_lines
    from factory_byok.screens.progress import progress_on
    from factory_byok.workflows.apply.carry_out import carry_out
    from factory_byok.workflows.apply.plan import make_plan

    world, progress = World.real(), progress_on(quiet=quiet)
    wanted = _read(manifest)
    world = replace(world, droid_versions=world.droid_versions or wanted.droid_versions)

    def planned() -> "Plan":
        with progress.working("Looking at the machine"):
            return make_plan(world, wanted, timeout=timeout, offline=offline, force=force)

    plan = planned()

    def shown(style: "Style") -> Iterable[str]:
        yield from change_lines(plan.changes, style)
        yield from plan_lines(plan.actions, plan.entries.files.diff, style)

    only_look = check or dry_run
    if plan.problems or not plan.changes or not agreed("a file", shown, yes=yes, dry_run=only_look):
        undone = _undone(world, plan, write=not only_look)
        return _answer(plan, undone, check=only_look, strict=check)
    return _answer(plan, carry_out(world, plan, planned, progress), check=False)


def _read(file: Path) -> "Manifest":
    """The manifest in a file, or on standard input."""
    from factory_byok.workflows.apply.manifest.read import (
        MOST_BYTES,
        parse_manifest,
        read_manifest,
    )

    if str(file) != "-":
        return read_manifest(file)
    data = sys.stdin.buffer.read(MOST_BYTES + 1)
    if not data.strip() or len(data) > MOST_BYTES:
        raise ByokError("No manifest came from standard input", "For example: byok apply - <FILE")
    return parse_manifest("standard input", data.decode("utf-8", "replace"))


def _undone(world: "World", plan: "Plan", *, write: bool) -> "Done":
    """The result of a plan that is not carried out; what is in order is remembered as byok's."""
    from factory_byok.droid.settings.written_entries import remember
    from factory_byok.workflows.apply.carry_out import Done

    if write and not plan.problems:
        remember(world, plan.entries.entries, "apply")
    return Done(
        list(plan.changes),
        plan.entries.files.diff,
        {entry.name: entry.id for entry in plan.entries.entries},
        list(plan.problems),
    )


def _answer(plan: "Plan", done: "Done", *, check: bool, strict: bool = False) -> Answer:
    """The result for scripts and for people; with `strict` a difference is a failure."""
    findings = (*done.problems, *plan.notes)
    drift = strict and any(not each.done for each in done.changes)
    data = {
        "manifest": plan.manifest.file,
        "check": check,
        "changes": [each.as_json() for each in done.changes],
        "entries": done.ids,
        "diff": done.diff,
        "read_by": plan.entries.files.read_by,
    }

    def words(style: "Style") -> Iterable[str]:
        from factory_byok.screens.applied import applied_lines

        planned = plan.actions if check and not strict else ()
        return applied_lines(plan.manifest.file, done, findings, style, check=check, plan=planned)

    from factory_byok.workflows.next_step import after_apply

    return Answer(
        data,
        words,
        findings,
        status=_status(done, findings, check=strict, drift=drift),
        strict=drift,
        interrupted=done.interrupted,
        next=after_apply(
            plan.manifest.file,
            findings,
            changes=bool(done.changes),
            done=all(each.done for each in done.changes),
        ),
        read_by=plan.entries.files.read_by,
    )


def _status(done: "Done", findings: "Sequence[Finding]", *, check: bool, drift: bool) -> "Status":
    """With `--check` a warning is a difference and nothing else."""
    from factory_byok.core.findings import worst_level

    if done.problems:
        return "error"
    if drift or done.interrupted:
        return "warning"
    return "note" if check and findings else worst_level(findings)
