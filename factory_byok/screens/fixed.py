"""What `byok fix` did, would do, and leaves to the user."""

from collections.abc import Iterator, Sequence

from factory_byok.core.words import and_more, counted, shorten_home
from factory_byok.diagnosis.causes import Cause
from factory_byok.screens.causes import MOST_SHOWN, cause_lines
from factory_byok.screens.changes import plan_lines
from factory_byok.screens.style import Style, printable
from factory_byok.workflows.fix import Repair
from factory_byok.workflows.plan import Done


def repair_lines(repair: Repair, style: Style) -> Iterator[str]:
    """Each repair with its reason, then the plan."""
    yield from _reasons(repair, "would repair", "yellow", style)
    yield ""
    yield from plan_lines(repair.actions, repair.diff, style)


def fixed_lines(
    repair: Repair, remaining: Sequence[Cause], done: Done | None, style: Style
) -> Iterator[str]:
    """The repairs, then what the second look still finds, and what is the user's to run."""
    if done is None and repair.changes:
        yield from repair_lines(repair, style)
    elif done is not None:
        yield from _reasons(repair, "repaired" if done.whole else "planned", "green", style)
    for code, why in repair.refused:
        yield from style.wrapped(printable(f"{code} left alone: {why}"), "", "  ")
    yield from _outcome(repair, done)
    if repair.commands and (done is not None or not repair.changes):
        yield ""
        yield style.paint("Run these yourself:", "bold")
        for command in repair.commands:
            yield from style.command(command)
    if remaining and (done is not None or not repair.changes):
        yield ""
        yield style.paint("Remaining:", "bold")
        for cause in remaining[:MOST_SHOWN]:
            yield from cause_lines(cause, style)
        if len(remaining) > MOST_SHOWN:
            yield f"… and {len(remaining) - MOST_SHOWN:,} more; `byok doctor` shows them"


def _reasons(repair: Repair, word: str, color: str, style: Style) -> Iterator[str]:
    """One paragraph for each cause: the check, what is wrong, whom it concerns, what follows."""
    for cause in repair.causes[:MOST_SHOWN]:
        text = f"{word} {cause.check}: {cause.message}"
        yield from style.marked(text, word, ("bold", color), "  ", "    ")
        told = printable(f"affects: {and_more(list(map(shorten_home, cause.subjects)))}")
        lines = style.wrapped(told, "    ", "      ")
        follows = dict.fromkeys(each.check for each in cause.follows)
        lines += style.wrapped(f"with it: {', '.join(follows)}", "    ") if follows else []
        yield from (style.paint(line, "dim") for line in lines)
    if len(repair.causes) > MOST_SHOWN:
        yield f"  … and {len(repair.causes) - MOST_SHOWN:,} more; `--json` has all"


def _outcome(repair: Repair, done: Done | None) -> Iterator[str]:
    """Where the plan stands, in one line."""
    number = len(repair.causes)
    count, back = counted(number, "repair"), "it" if number == 1 else "them"
    if done is None:
        yield "Nothing was changed" if repair.changes else "Nothing here is byok's to repair"
    elif done.whole:
        yield f"{count} done; `byok undo` takes {back} back"
    elif done.failure is not None and done.actions:
        yield "Stopped half way"  # what was done is told with the failure
    elif done.told:  # what ctrl-c leaves is told for all verbs in the same way
        yield done.told
