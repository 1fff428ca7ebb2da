"""What `byok remove` did."""

from collections.abc import Iterator

from factory_byok.core.words import shorten_home
from factory_byok.screens.style import Style, printable
from factory_byok.workflows.remove import Removal


def removed_lines(removal: Removal, style: Style) -> Iterator[str]:
    """Where the entry was."""
    files = ", ".join(dict.fromkeys(shorten_home(each.file) for each in removal.copies))
    name = style.paint(printable(removal.chosen.id or removal.chosen.label), "bold")
    yield f"Removed {name} from {files}"
    if removal.was_default:
        yield "It was droid's default model: droid will start with another one"
    yield "`byok undo` takes it back"
