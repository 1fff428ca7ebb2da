"""What a plan will do: the same form for every verb, before the question and with `--dry-run`."""

from collections.abc import Iterable, Iterator

from factory_byok.core.actions import Action
from factory_byok.screens.diff import diff_lines
from factory_byok.screens.style import Style, printable
from factory_byok.workflows.actions import module_of


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
