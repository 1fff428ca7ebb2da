"""The end of the guided path on the screen: its steps, what is wrong, and the line for droid."""

from collections.abc import Iterator, Sequence

from factory_byok.screens.added import droid_command
from factory_byok.screens.findings import findings_lines
from factory_byok.screens.setup import SIGNS, planned_lines
from factory_byok.screens.style import Style, printable
from factory_byok.workflows.interrupts import NOTHING
from factory_byok.workflows.setup.runner import Walked
from factory_byok.workflows.setup.steps import Step


def setup_lines(walked: Walked, style: Style, *, live: bool) -> Iterator[str]:
    """The end; `live` says that somebody saw the steps as they were taken."""
    if live:
        yield ""
    else:
        yield from _table(walked.steps, style, interrupted=walked.interrupted)
        yield ""
        if walked.findings:
            yield from findings_lines(walked.findings, style)
            yield ""
    if walked.planned is not None:
        yield from planned_lines(walked.planned, style)
        yield "Nothing was changed"
    elif walked.failed is not None:
        yield from _unfinished(walked, style)
    elif walked.entry is None:
        yield "droid has no entry for a model yet"
    elif not walked.changed:
        yield "Everything was in place already; nothing was changed"
    elif walked.proven:
        yield f"{style.paint(printable(walked.entry.model), 'bold')} is ready for droid"
    if walked.entry is not None and walked.failed is None and walked.planned is None:
        yield f"One turn of droid: {style.paint(printable(droid_command(walked.entry.id)), 'bold')}"


def _unfinished(walked: Walked, style: Style) -> Iterator[str]:
    """What is done so far."""
    kept = [each for each in walked.steps if each.status in ("done", "unchanged")]
    left = walked.failed.detail.partition(". ")[2] if walked.failed and walked.interrupted else ""
    if left:
        yield from style.wrapped(left)
    if walked.changed:
        names = ", ".join(each.step.replace("_", "-") for each in kept)
        yield from style.wrapped(f"Done so far: {names}")
        if not walked.interrupted and walked.told != NOTHING:
            yield from style.wrapped(walked.told)
    elif not walked.interrupted:
        yield "Nothing was changed"


def _table(steps: Sequence[Step], style: Style, *, interrupted: bool) -> list[str]:
    """One line for each step, up to one that failed."""
    last = next((i for i, each in enumerate(steps) if each.status == "failed"), len(steps))
    rows = [
        (
            each.step.replace("_", "-"),
            (each.status, SIGNS[each.status][2]),
            each.detail if each.status != "failed" or interrupted else "see below",
        )
        for each in steps[: last + 1]
    ]
    return style.table(("", "", ""), rows, 2, whole=(0, 1))
