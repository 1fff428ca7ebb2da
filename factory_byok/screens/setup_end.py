"""The end of the guided path on the screen: its steps, what is wrong, and the line for droid."""

from collections.abc import Iterator, Sequence
from typing import Final

from factory_byok.core.facts import Entry
from factory_byok.screens.added import droid_command
from factory_byok.screens.findings import findings_lines
from factory_byok.screens.setup import SIGNS
from factory_byok.screens.style import Style, printable
from factory_byok.screens.words import quoted
from factory_byok.workflows.setup.runner import Walked
from factory_byok.workflows.setup.steps import Step

GET_DROID: Final = "https://docs.factory.ai/cli/getting-started/quickstart"


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
    if walked.failed is not None:
        yield from _unfinished(walked, style)
    elif walked.entry is None:
        yield "droid has no entry for a model yet; `byok setup` goes on from here"
    else:
        yield from _ready(walked, walked.entry, style)


def _ready(walked: Walked, entry: Entry, style: Style) -> Iterator[str]:
    """That all is done, and the line to type."""
    proven = any(each.step == "proof" and each.status == "done" for each in walked.steps)
    if not walked.changed:
        yield "Everything was in place already; nothing was changed"
    elif proven:
        yield f"{style.paint(printable(entry.model), 'bold')} is ready for droid"
    if walked.lacks_droid:
        yield "droid itself is not installed here yet:"
        yield f"  {GET_DROID}"
    name = style.paint(printable(entry.name), "bold")
    yield f"In droid, choose {name} with /model, or run"
    yield f"  {style.paint(printable(droid_command(entry.id)), 'bold')}"


def _unfinished(walked: Walked, style: Style) -> Iterator[str]:
    """What is done so far, and how to go on."""
    failed = walked.failed
    if walked.interrupted and failed is not None:
        yield from style.wrapped(f"{failed.detail[:1].upper()}{failed.detail[1:]}")
    kept = [each for each in walked.steps if each.status in ("done", "unchanged")]
    names = ", ".join(each.step.replace("_", "-") for each in kept)
    yield from style.wrapped(f"Done so far: {names}" if walked.changed else "Nothing was written")
    if walked.go_on:
        yield f"Go on with {style.paint(printable(quoted(walked.go_on)), 'bold')}"


def _table(steps: Sequence[Step], style: Style, *, interrupted: bool) -> Iterator[str]:
    """One line for each step, up to one that failed."""
    last = next((i for i, each in enumerate(steps) if each.status == "failed"), len(steps))
    for each in steps[: last + 1]:
        name, status = each.step.replace("_", "-").ljust(12), each.status.ljust(10)
        told = each.detail if each.status != "failed" or interrupted else "see below"
        first, *rest = style.wrapped(printable(told), " " * 24)
        color = SIGNS[each.status][2]
        yield f"  {name}{style.paint(status, color)}{first.strip()}"
        yield from rest
