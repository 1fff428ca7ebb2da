"""Edits of droid's files, all or none of them."""

from factory_byok.core.actions import EditSettings
from factory_byok.core.words import shorten_home
from factory_byok.droid.settings import change
from factory_byok.droid.settings.writing.transaction import Written
from factory_byok.workflows.actions.running import Running


def describe(action: EditSettings) -> str:
    """Which files."""
    files = dict.fromkeys(edit.file for edit in action.edits)
    return f"Edit {', '.join(shorten_home(file) for file in files)}"


def do(run: Running, action: EditSettings) -> tuple[Written, ...]:
    """Writes them. Raises Changed when an entry is no longer what was seen, and ByokError."""
    return change.write(
        run.world,
        action,
        verb=run.verb,
        step=run.step,
    )
