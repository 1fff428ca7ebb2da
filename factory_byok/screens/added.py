"""What `byok add` did: findings about the choice, the change, the try, and the id to use."""

from collections.abc import Iterator, Sequence

from factory_byok.core.actions import Action
from factory_byok.core.facts import Exercise
from factory_byok.core.findings import Finding
from factory_byok.core.words import shorten_home
from factory_byok.screens.changes import dry_lines
from factory_byok.screens.exercises import exercise_line
from factory_byok.screens.findings import findings_lines
from factory_byok.screens.style import Style, printable
from factory_byok.workflows.add import Plan


def planned_lines(
    plan: Plan, download: Sequence[Action], findings: Sequence[Finding], style: Style
) -> Iterator[str]:
    """What would be downloaded and written, and why there."""
    yield from _found(findings, style)
    where = shorten_home(str(plan.place.path))
    yield from style.wrapped(f"The entry goes to {where}, because {plan.place.why}")
    yield from dry_lines((*download, *plan.files.actions), plan.files.diff, style)


def _found(findings: Sequence[Finding], style: Style) -> Iterator[str]:
    """What is wrong with the choice."""
    if findings:
        yield from findings_lines(findings, style)
        yield ""


def added_lines(
    plan: Plan,
    findings: Sequence[Finding],
    results: Sequence[Exercise],
    style: Style,
    *,
    copy: str = "",
) -> Iterator[str]:
    """The whole screen."""
    yield from _found(findings, style)
    where = shorten_home(str(plan.place.path))
    if copy:
        yield from style.wrapped(f"Made {printable(copy)}, with the window that droid needs")
    if copy and not plan.files.changes:
        yield from style.wrapped(f"The entry in {where} uses it now")
    elif not plan.files.changes:
        yield from style.wrapped(f"The entry is already in {where}; nothing was changed")
    else:
        yield from style.wrapped(f"Wrote the entry to {where}, because {plan.place.why}")
        if plan.limit is not None:
            yield f"droid will compact its conversations at {plan.limit:,} tokens"
        if plan.default:
            yield "It is droid's default model now"
    for result in results:
        yield from exercise_line(result, style)
    yield f"One turn of droid: {style.paint(printable(droid_command(plan.entry.id)), 'bold')}"


def droid_command(id_: str) -> str:
    """The command that starts one droid turn with a model."""
    from shlex import quote

    return f'droid exec -m {quote(id_)} "hello"'
