"""byok fix: repairs what the checks can repair, diff first, and looks again."""

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from factory_byok.commands.options import (
    DryRunOption,
    EndpointOption,
    QuietOption,
    TimeoutOption,
    YesOption,
)
from factory_byok.core.errors import ByokError, UsageError
from factory_byok.screens.answer import Answer

if TYPE_CHECKING:
    from factory_byok.core.findings import Finding
    from factory_byok.screens.style import Style
    from factory_byok.workflows.fix import Repair


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
    """Repair what doctor found in droid's files.

    Shows the difference first, asks, writes once, and looks again. What it cannot do itself is
    named with its command.
    """
    from factory_byok.core.addresses import parse_endpoint
    from factory_byok.core.world import World
    from factory_byok.diagnosis.collect import Ask, collect
    from factory_byok.diagnosis.examine import examine
    from factory_byok.screens.progress import progress_on
    from factory_byok.workflows.fix import carry_out, plan_repair

    codes = _codes(checks or [])
    world = World.real()
    ask = Ask(endpoint=parse_endpoint(endpoint) if endpoint else None, timeout=timeout)
    with progress_on(quiet=quiet).working("Looking at the settings and the servers"):
        snap = collect(world, ask)
    repair = plan_repair(world, snap, codes)
    if dry_run or not repair.changes:
        remaining = examine(snap, codes).findings
        return _answer(repair, remaining, written=False)
    _agree(repair, yes=yes)
    carry_out(world, repair)
    with progress_on(quiet=quiet).working("Looking again"):
        after = collect(world, ask)
    return _answer(repair, examine(after, codes).findings, written=True)


def _codes(words: Sequence[str]) -> tuple[str, ...]:
    """The checks that the words name. Raises UsageError."""
    from factory_byok.diagnosis.checks import CODES

    codes = tuple(word.replace("-", "_") for word in words)
    unknown = next((code for code in codes if code not in CODES), None)
    if unknown:
        raise UsageError(f"There is no check `{unknown}`", "`byok explain` lists them")
    return codes


def _agree(repair: "Repair", *, yes: bool) -> None:
    """Shows the difference and asks, on a terminal; elsewhere `--yes` is the answer."""
    if yes:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise ByokError("Nothing was written: there is no terminal to ask", "Give `--yes`")
    from factory_byok.screens.diff import diff_lines
    from factory_byok.screens.style import style_of

    style = style_of(sys.stderr, "auto")
    for preview in repair.previews:
        sys.stderr.write("\n".join(diff_lines(preview.diff(), style)) + "\n")
    for edit in repair.modes:
        sys.stderr.write(f"chmod {int(str(edit.value)):o} {edit.file}\n")
    if not typer.confirm("Write this?", err=True):
        raise ByokError("Nothing was written")


def _answer(repair: "Repair", remaining: "Sequence[Finding]", *, written: bool) -> Answer:
    """What was repaired and what is still wrong."""
    diff = "".join(preview.diff() for preview in repair.previews)
    data = {
        "repaired": [
            {"check": code, "subject": finding.subject, "message": finding.message}
            for code, finding in repair.repaired
        ],
        "refused": [{"check": code, "reason": why} for code, why in repair.refused],
        "modes": [
            {"file": edit.file, "mode": f"{int(str(edit.value)):o}"} for edit in repair.modes
        ],
        "written": written,
        "diff": diff,
    }

    def words(style: "Style") -> Iterable[str]:
        from factory_byok.screens.fixed import fixed_lines

        return fixed_lines(repair, remaining, diff, style, written=written)

    return Answer(data, words, tuple(remaining))
