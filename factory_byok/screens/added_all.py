"""What `byok add PROVIDER --all` and `--prune` will do, did, and left alone."""

from collections.abc import Iterator

from factory_byok.core.words import counted, shorten_home
from factory_byok.diagnosis.causes import causes
from factory_byok.screens.causes import cause_lines
from factory_byok.screens.changes import plan_lines
from factory_byok.screens.style import Cell, Style, printable
from factory_byok.workflows.whole_server import Sync


def planned_lines(sync: Sync, style: Style, *, done: bool = False) -> Iterator[str]:
    """Each entry that comes or goes, what stays as it is with reasons, then the plan."""
    rows: list[list[Cell]] = [
        [("+", "green"), printable(each.model), (printable(each.name), "dim")]
        for each in sync.added
    ]
    rows += [
        [("-", "red"), printable(each.model), (f"{printable(each.label)}: gone there", "dim")]
        for each in sync.removed
    ]
    rows += [[("=", "dim"), printable(each), ("droid has it", "dim")] for each in sync.already]
    rows += [[" ", printable(name), (f"left alone: {why}", "dim")] for name, why in sync.left_out]
    if rows:
        yield from style.table(("", "", ""), rows, whole=(0,))
        yield ""
    for cause in causes(sync.snap, sync.report):
        yield from cause_lines(cause, style)
    if sync.report.findings:
        yield ""
    if not done:
        yield from plan_lines(sync.files.actions, sync.files.diff, style)


def added_all_lines(sync: Sync, style: Style, *, done: bool) -> Iterator[str]:
    """The plan, and how it ended in one line."""
    yield from planned_lines(sync, style, done=done)
    yield from style.wrapped(_summary(sync, done=done))
    if done and sync.was_default:
        yield "One of them was droid's default model: droid will start with another one"


def _summary(sync: Sync, *, done: bool) -> str:
    """What was done or would be."""
    who = f"{sync.choice.about.title} at {sync.choice.address}"
    if not sync.files.changes:
        return f"Nothing to {' or '.join(sync.asked)} for {who}"
    add, remove = ("Added", "removed") if done else ("Would add", "remove")
    told = []
    if sync.added:
        place = shorten_home(sync.added[0].file)
        told.append(f"{add} {counted(len(sync.added), 'entry')} to {place}")
    if sync.removed:
        words = remove if told else f"Would {remove}" if not done else remove.capitalize()
        told.append(f"{words} {counted(len(sync.removed), 'entry')} of {who}")
    end = "`byok undo` takes it back" if done else "nothing was changed"
    return f"{', '.join(told)}; {end}"
