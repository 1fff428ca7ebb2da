"""What `byok add` did: findings about the choice, the change, the try, and the id to use."""

from collections.abc import Iterator, Sequence

from factory_byok.core.facts import Exercise
from factory_byok.core.findings import Finding
from factory_byok.core.words import shorten_home
from factory_byok.screens.diff import diff_lines
from factory_byok.screens.exercises import exercise_line
from factory_byok.screens.findings import findings_lines
from factory_byok.screens.style import Style, printable
from factory_byok.workflows.add import Plan


def added_lines(
    plan: Plan,
    findings: Sequence[Finding],
    results: Sequence[Exercise],
    style: Style,
    *,
    written: bool,
    copy: str = "",
) -> Iterator[str]:
    """The whole screen."""
    if findings:
        yield from findings_lines(findings, style)
        yield ""
    where = shorten_home(str(plan.place.path))
    if copy:
        yield from style.wrapped(f"Made {printable(copy)}, with the window that droid needs")
    if copy and not plan.files.changes:
        yield from style.wrapped(f"The entry in {where} uses it now")
    elif not plan.files.changes:
        yield from style.wrapped(f"The entry is already in {where}; nothing was changed")
    elif not written:
        yield from diff_lines(plan.files.diff, style)
        told = f"Would write to {where}, because {plan.place.why}; nothing was written"
        yield from style.wrapped(told)
        return
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
