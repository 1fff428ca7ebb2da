"""What `byok remove` did."""

from collections.abc import Iterator, Sequence

from factory_byok.core.facts import Entry
from factory_byok.core.words import shorten_home
from factory_byok.screens.diff import diff_lines
from factory_byok.screens.style import Style, printable


def removed_lines(
    chosen: Entry, copies: Sequence[Entry], diff: str, style: Style, *, default: bool
) -> Iterator[str]:
    """The change, and where the entry was; `diff` is what would be written, "" when it was."""
    files = ", ".join(dict.fromkeys(shorten_home(each.file) for each in copies))
    name = style.paint(printable(chosen.id or chosen.label), "bold")
    if diff:
        yield from diff_lines(diff, style)
        yield f"Would remove {name} from {files}; nothing was written"
        return
    yield f"Removed {name} from {files}"
    if default:
        yield "It was droid's default model: droid will start with another one"
    yield "`byok undo` takes it back"
