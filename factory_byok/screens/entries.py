"""The list of entries as droid will see them."""

from collections.abc import Iterator, Sequence
from typing import Final

from factory_byok.core.droid_facts import Entry, SettingsFile
from factory_byok.core.words import shorten_home
from factory_byok.screens.style import Style, printable
from factory_byok.screens.words import counted

_COLORS: Final = {"listed": "green", "shadowed": "yellow", "dropped": "red"}


def entries_lines(
    entries: Sequence[Entry], files: Sequence[SettingsFile], style: Style
) -> Iterator[str]:
    """Rejected files first, since they explain what is missing; then each entry; then the count."""
    for file in files:
        if file.fate == "rejected":
            yield from _rejected(file, style)
    for entry in entries:
        yield from _entry(entry, style)
    for file in files:
        for note in file.notes:
            yield from style.wrapped(printable(f"{shorten_home(file.path)}: {note}"), "", "  ")
    yield _count(entries, files)


def _rejected(file: SettingsFile, style: Style) -> Iterator[str]:
    """A file that droid ignores, and where it breaks."""
    where = f", line {file.line}, column {file.column}" if file.line else ""
    text = f"rejected  {shorten_home(file.path)}{where}: {file.reason}"
    first, *rest = style.wrapped(printable(text), "", "          ")
    yield first.replace("rejected", style.paint("rejected", "bold", "red"), 1)
    yield from rest
    yield ""


def _entry(entry: Entry, style: Style) -> Iterator[str]:
    """One entry: its id and fate, then what it says."""
    sign = style.paint(entry.fate, _COLORS[entry.fate])
    head = entry.id or f"{shorten_home(entry.file)}{entry.pointer}"
    yield f"{style.paint(printable(head), 'bold')}  {sign}"
    if entry.reason:
        yield from style.wrapped(printable(entry.reason), "  ")
    limit = f"{entry.max_output:,}" if entry.max_output is not None else "32,000 (droid's default)"
    told = [entry.name, f"{entry.model} at {entry.base_url}" if entry.base_url else entry.model]
    yield from style.wrapped(printable(": ".join(part for part in told if part)), "  ", "    ")
    rest = f"{entry.dialect or 'no dialect'}, output limit {limit}, in {shorten_home(entry.file)}"
    for line in style.wrapped(printable(rest), "  ", "    "):
        yield style.paint(line, "dim")
    yield ""


def _count(entries: Sequence[Entry], files: Sequence[SettingsFile]) -> str:
    """How many entries droid offers, and how many it does not."""
    if not entries and any(file.repairs for file in files):
        return "droid offers no custom model; see what `byok fix file-rejected --dry-run` repairs"
    if not entries and any(file.fate == "rejected" or file.notes for file in files):
        return "droid offers no custom model"
    if not entries:
        return "droid has no custom model yet"
    listed = sum(entry.fate == "listed" for entry in entries)
    rest = len(entries) - listed
    tail = f"; {rest:,} more that droid does not offer" if rest else ""
    return f"droid offers {counted(listed, 'entry')}{tail}"
