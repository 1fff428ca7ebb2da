"""droid ignores a whole settings file.

droid reads JSON in which only `//` and `/* */` comments are extra. One `#` comment, one comma
before a closing bracket, a byte order mark or a missing bracket, and it uses nothing of that file,
without a word on the terminal. The example on Factory's own Ollama page has such `#` comments.
"""

from collections.abc import Iterator

from factory_byok.core.actions import by_edits
from factory_byok.core.facts import SettingsFile, Snapshot
from factory_byok.core.findings import Finding, Remedy
from factory_byok.core.words import lower_first
from factory_byok.droid.entry_edits import text_edits

TITLE = "Settings files are read"
WHAT_TO_DO = "`byok fix file_rejected` shows the repair of the text and makes it when you agree"


def check(snap: Snapshot) -> Iterator[Finding]:
    """One finding for each file that droid ignores for its form."""
    for file in snap.files:
        if file.fate == "rejected" and file.fault != "provider_unknown":
            where = f" (line {file.line}, column {file.column})" if file.line else ""
            message = f"droid ignores the whole file: {lower_first(file.reason)}{where}"
            yield Finding("error", file.path, message, _remedy(file))


def _remedy(file: SettingsFile) -> Remedy:
    """Text edits where they are safe, else the place to mend by hand."""
    if file.fault == "unreadable":
        return Remedy(f"Make `{file.path}` a file that you can read")
    if not file.repairs:
        return Remedy(f"Correct line {file.line}, column {file.column} of `{file.path}` by hand")
    edits = text_edits(file.path, file.repairs)
    places = "one place" if len(edits) == 1 else f"{len(edits)} places"
    return Remedy(f"Let byok repair it in {places}", by_edits(edits))
