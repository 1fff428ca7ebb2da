"""What `byok undo` says: which files have their old text again, and which are gone again."""

from pathlib import Path

from factory_byok.droid.settings.writing.transaction import Written
from factory_byok.screens.changes import taken_back_lines
from factory_byok.screens.style import Style
from factory_byok.workflows.undo import TakenBack


def test_a_restored_file_is_not_called_removed() -> None:
    back = TakenBack(
        "add",
        (Written(Path("/a.json"), "{", "{}"), Written(Path("/b.json"), "{}", None)),
        ("Deleted the copy",),
    )
    assert list(taken_back_lines(back, "", Style(color=False, width=200))) == [
        "Undid `byok add`: /a.json restored; /b.json removed; deleted the copy"
    ]
