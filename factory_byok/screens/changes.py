"""What changes: a plan before it is done, a difference in colour, and what was done."""

from collections.abc import Iterable, Iterator

from factory_byok.core.actions import Action
from factory_byok.core.units import show_bytes, show_seconds
from factory_byok.core.words import lower_first, shorten_home
from factory_byok.screens.style import Style, printable
from factory_byok.workflows.actions import module_of
from factory_byok.workflows.pull import Plan, Pulled
from factory_byok.workflows.remove import Removal
from factory_byok.workflows.undo import TakenBack


def diff_lines(diff: str, style: Style) -> Iterator[str]:
    """The lines of a diff: what goes red, what comes green, places dim."""
    for line in diff.splitlines():
        if line.startswith(("+++", "---")):
            yield style.paint(printable(line), "bold")
        elif line.startswith("@@"):
            yield style.paint(printable(line), "cyan")
        elif line.startswith("+"):
            yield style.paint(printable(line), "green")
        elif line.startswith("-"):
            yield style.paint(printable(line), "red")
        else:
            yield printable(line)


def plan_lines(
    actions: Iterable[Action], diff: str, style: Style, besides: Iterable[str] = ()
) -> Iterator[str]:
    """A line for each action, and for what is none, then the difference of droid's files."""
    for told in (*(module_of(each).describe(each) for each in actions), *besides):
        yield from style.wrapped(printable(f"- {told}"), "", "  ")
    yield from diff_lines(diff, style)


def dry_lines(actions: Iterable[Action], diff: str, style: Style) -> Iterator[str]:
    """The whole answer to `--dry-run`."""
    yield from plan_lines(actions, diff, style)
    yield "Nothing was changed"


def removed_lines(removal: Removal, style: Style) -> Iterator[str]:
    """Where the entry was."""
    files = ", ".join(dict.fromkeys(shorten_home(each.file) for each in removal.copies))
    name = style.paint(printable(removal.chosen.id or removal.chosen.label), "bold")
    yield f"Removed {name} from {files}"
    if removal.was_default:
        yield "It was droid's default model: droid will start with another one"
    yield "`byok undo` takes it back"


def taken_back_lines(back: TakenBack, diff: str, style: Style) -> Iterator[str]:
    """The difference, the files, other actions, and what could not be taken back."""
    yield from diff_lines(diff, style)
    told = []
    for word, gone in (("restored", False), ("removed", True)):
        files = [shorten_home(str(one.path)) for one in back.files if (one.after is None) is gone]
        if files:
            told.append(f"{', '.join(files)} {word}")
    told += [lower_first(each) for each in back.told]
    if told:
        yield from style.wrapped(printable(f"Undid `byok {back.verb}`: {'; '.join(told)}"))
    for each in back.kept:
        text = f"{each.message}{f': {each.hint}' if each.hint else ''}"
        yield from style.wrapped(printable(text))


def pulled_lines(plan: Plan, done: Pulled, style: Style) -> Iterator[str]:
    """The result."""
    name = style.paint(printable(plan.model), "bold")
    if plan.present and not done.fetched:
        yield f"{name} is up to date on the server at {plan.address}"
    else:
        speed = f", {show_bytes(round(done.fetched / done.seconds))}/s" if done.seconds > 1 else ""
        yield (
            f"Pulled {name} to the server at {plan.address}: {show_bytes(done.fetched)} in "
            f"{show_seconds(done.seconds)}{speed}"
        )
