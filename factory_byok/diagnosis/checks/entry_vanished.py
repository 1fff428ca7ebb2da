"""An entry that byok wrote is gone from droid's files.

droid, `ollama launch droid` and other programs rewrite these files and can leave entries out.
byok remembers what it wrote (not the key), says which entries are missing, and puts them back.
"""

from collections.abc import Iterator

from factory_byok.core.actions import Edit, by_edits
from factory_byok.core.facts import Snapshot, WrittenEntry
from factory_byok.core.findings import Finding, Remedy
from factory_byok.droid.field_names import LIST_NAMES
from factory_byok.droid.settings.entry import write_entry

TITLE = "Entries that byok wrote"
WHAT_TO_DO = (
    "`byok fix entry_vanished` puts them back; `byok remove NAME` lets byok forget one for good"
)


def check(snap: Snapshot) -> Iterator[Finding]:
    """One finding for each entry that byok wrote and that no file of the user's holds by now."""
    there = {(each.name, each.model) for each in snap.entries}
    names = {(each.file, each.name) for each in snap.entries}
    rejected = {file.path for file in snap.files if file.fate == "rejected"}
    known = {file.path for file in snap.files}
    for each in snap.written:
        if (each.name, each.model) in there or (each.file, each.name) in names:
            continue  # droid copies entries from file to file; a changed one is the user's own
        if each.file in rejected or each.file not in known:
            continue
        since = f"; the file was last changed {each.changed}" if each.changed else ""
        message = f"byok wrote it to {each.file} on {each.at[:10]}, and it is gone by now{since}"
        yield Finding("warning", each.name or each.model, message, _remedy(each))


def _remedy(each: WrittenEntry) -> Remedy:
    """The entry again, when its key was no secret."""
    away = f"`byok remove '{each.name}'` lets byok forget it"
    if not each.key:
        return Remedy(f"Add it again, since byok does not remember keys; {away}")
    fields = write_entry(
        {
            "name": each.name or None,
            "model": each.model,
            "base_url": each.base_url,
            "key": each.key,
            "dialect": each.dialect,
            "max_output": each.max_output,
        },
        each.kind,
    )
    edit = Edit("add", each.file, f"/{LIST_NAMES[each.kind]}/-", fields)
    return Remedy(f"Put it back, as byok wrote it; {away}", by_edits((edit,)))
