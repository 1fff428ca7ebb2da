"""A settings file has the same top-level key twice.

droid reads the last one alone: a second block of `customModels` that was pasted into the file takes
every entry of the first away, without a word.
"""

from collections.abc import Iterator

from factory_byok.core.actions import by_edits
from factory_byok.core.facts import Repeated, SettingsFile, Snapshot
from factory_byok.core.findings import Finding, Remedy
from factory_byok.droid.entry_edits import text_edits

TITLE = "Keys stand once"
WHAT_TO_DO = "`byok fix key_repeated` joins the two lists, or takes out what has no effect"


def check(snap: Snapshot) -> Iterator[Finding]:
    """One finding for each key that stands twice in a file."""
    for file in snap.files:
        for again in file.repeated:
            has = "has" if again.lost == 1 else "have"
            lost = f": {again.lost} in the first list {has} no effect" if again.lost else ""
            too = f", and so are {again.others:,} other keys" if again.others else ""
            yield Finding(
                "warning",
                file.path,
                f"`{again.key}` is there twice{too}; droid reads only the last, "
                f"in line {again.line}{lost}",
                _remedy(file, again),
            )


def _remedy(file: SettingsFile, again: Repeated) -> Remedy:
    """The edits that leave one of the two."""
    text = "Join the two lists" if again.lost else "Take the first one out"
    return Remedy(text, by_edits(text_edits(file.path, again.repairs)))
