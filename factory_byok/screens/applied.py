"""What `byok apply` changed or would change, line by line, and where the machine stands now."""

from collections.abc import Iterator, Sequence

from factory_byok.core.actions import Action
from factory_byok.core.facts import Json
from factory_byok.core.findings import Finding
from factory_byok.screens.changes import plan_lines
from factory_byok.screens.findings import findings_lines
from factory_byok.screens.style import Style, printable
from factory_byok.workflows.apply.carry_out import Done
from factory_byok.workflows.apply.facts import Change

_WHAT = {
    "model": "pull",
    "window": "window",
    "entry": "entry",
    "compaction_limit": "compaction limit",
    "default": "default model",
}


def applied_lines(
    file: str, done: Done, findings: Sequence[Finding], style: Style, *, check: bool,
    plan: Sequence[Action] = (),
) -> Iterator[str]:  # fmt: skip
    """The whole screen; `plan` is what would be done, when that is asked for."""
    if findings:
        yield from findings_lines(findings, style)
        yield ""
    if done.changes:
        yield from change_lines(done.changes, style)
        yield from plan_lines(plan, done.diff if plan else "", style)
        yield ""
    yield from style.wrapped(_verdict(printable(file), done, check=check))


def change_lines(changes: Sequence[Change], style: Style) -> Iterator[str]:
    """One line for each change: what of which, from what to what."""
    arrow = style.sign("→", "->")
    for each in changes:
        what = _WHAT.get(each.what, each.what.replace("entry.", "").replace("_", " "))
        before = "" if each.before is None else f": {_told(each.before)}"
        subject = style.paint(printable(each.subject), "bold")
        mark = style.paint(style.sign("✓", "+"), "green") if each.done else "-"
        yield f"{mark} {what} {subject}{before} {arrow} {_told(each.after)}"


def _told(value: Json) -> str:
    """A value as a person reads it."""
    if isinstance(value, int):
        return f"{value:,}"
    return printable(str(value))


def _verdict(file: str, done: Done, *, check: bool) -> str:
    """Where the machine stands."""
    count, made = len(done.changes), sum(each.done for each in done.changes)
    things = f"{count} change{'' if count == 1 else 's'}"
    if done.interrupted:
        return f"{made} of {things} made; run it again, it goes on from there"
    if done.problems:
        rest = f"{made} of {things} made" if made else "nothing was changed"
        return f"This machine cannot be made to match {file}: {rest}"
    if not count:
        return f"Already matches {file}"
    if check:
        return f"{things} would make this machine match {file}; nothing was changed"
    return f"{things} made; this machine matches {file} now"
