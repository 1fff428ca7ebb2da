"""droid skips an entry, or a whole list of them, without a word.

It does so when a required field is missing or has the wrong type, when keys are spelled as the
other file spells them (`base_url` belongs in `config.json`, `baseUrl` in `settings.json`), when
the key is still the placeholder `YOUR_API_KEY`, and when an `id` is empty. The rest of the file
counts.
"""

from collections.abc import Iterator

from factory_byok.core.actions import Edit, by_edits
from factory_byok.core.addresses import is_here
from factory_byok.core.facts import Entry, SettingsFile, Snapshot
from factory_byok.core.findings import Finding, Remedy
from factory_byok.core.words import lower_first
from factory_byok.droid.entry_edits import NO_KEY, remove_entry, remove_field, rename_key, set_field
from factory_byok.droid.field_names import LIST_NAMES

TITLE = "Entries are listed"
WHAT_TO_DO = (
    "`byok list` says which field; `byok fix entry_dropped` corrects spelling and order, `byok "
    "set ENTRY KEY=VALUE` the rest"
)
# The causes below have checks of their own.
ELSEWHERE = ("provider_unknown", "file_discarded")


def check(snap: Snapshot) -> Iterator[Finding]:
    """One finding for each dropped entry; a misplaced list of them counts once."""
    for file in snap.files:
        if file.fate == "read" and file.fault in ("models_not_a_list", "models_misspelt"):
            yield _list(snap, file)
    for entry in snap.entries:
        own = entry.fate == "dropped" and entry.fault not in ELSEWHERE
        if own and _in_the_right_list(entry) and not _rejected(snap, entry):
            message = f"droid drops this entry: {lower_first(entry.reason)}"
            yield Finding("error", entry.label, message, _remedy(entry))


def _list(snap: Snapshot, file: SettingsFile) -> Finding:
    """A list of entries under a name that this file does not have, or no list at all."""
    here = [entry for entry in snap.entries if entry.file == file.path]
    lost = [entry for entry in here if not _in_the_right_list(entry)]
    right = LIST_NAMES[file.kind]
    message = f"droid sees none of these entries: {file.notes[0]}"
    if not lost or len(lost) < len(here) or len(file.notes) > 1:
        return Finding("error", file.path, message, Remedy(f"Write the entries under `{right}`"))
    wrong = lost[0].pointer.rpartition("/")[0]
    edits = [edit for entry in lost for edit in _renamed(entry)]
    edits.append(Edit("rename", file.path, wrong, right))
    return Finding(
        "error", file.path, message, Remedy(f"Rename it to `{right}`", by_edits(tuple(edits)))
    )


def _remedy(entry: Entry) -> Remedy:
    """The next step by the machine's word for the fault."""
    if entry.fault == "wrong_spelling":
        return Remedy("Spell its keys as this file does", by_edits(_renamed(entry)))
    if entry.fault == "empty_id":
        removal = remove_field(entry, "id", expected="")
        return Remedy("Take the empty `id` away", by_edits((removal,)))
    if entry.fault == "placeholder_key":
        return _placeholder(entry)
    if entry.fault == "wrong_type" and entry.max_output_odd:
        return _limit(entry)
    if entry.fault == "not_an_object":
        return Remedy("Remove it or make it an object", by_edits((remove_entry(entry),)))
    if entry.fault == "missing_field":
        return Remedy(f"Add `{entry.fault_field}`")
    return Remedy(f"Correct `{entry.fault_field}` at {entry.pointer} in `{entry.file}`")


def _renamed(entry: Entry) -> tuple[Edit, ...]:
    """Each misspelt key under its right name, the first of several for one meaning."""
    first = {right: wrong for wrong, right in reversed(entry.misspelt)}
    return tuple(rename_key(entry, wrong, right) for right, wrong in first.items())


def _placeholder(entry: Entry) -> Remedy:
    """A local server takes any key; elsewhere only the user has it."""
    if not is_here(entry.base_url):
        return Remedy("Put the real key in its place, in `settings.json` as `${NAME}`")
    return Remedy(
        f"Write `{NO_KEY}`: a local server takes any key",
        by_edits((set_field(entry, "key", NO_KEY),)),
    )


def _limit(entry: Entry) -> Remedy:
    """config.json wants a number, or no such key at all."""
    text = entry.max_output_odd
    if text.isascii() and text.isdigit():
        return Remedy(
            "Write the output limit as a number",
            by_edits((set_field(entry, "max_output", int(text)),)),
        )
    removal = remove_field(entry, "max_output")
    return Remedy("Take the output limit away; droid then uses 32,000", by_edits((removal,)))


def _in_the_right_list(entry: Entry) -> bool:
    """Whether an entry stands where droid looks for entries."""
    return entry.pointer.rpartition("/")[0] == "/" + LIST_NAMES[entry.kind]


def _rejected(snap: Snapshot, entry: Entry) -> bool:
    """Whether the whole file is ignored anyway."""
    return any(file.path == entry.file and file.fate == "rejected" for file in snap.files)
