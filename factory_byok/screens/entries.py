"""The entries as droid will see them: a table, or one entry in full."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from factory_byok.core.droid_facts import Entry, SettingsFile
from factory_byok.core.words import counted, lower_first, shorten_home
from factory_byok.droid.known_models import DEFAULT_OUTPUT
from factory_byok.screens.style import Cell, Style, printable

COLORS: Final = {"listed": "green", "shadowed": "yellow", "dropped": "red"}
HEADS: Final = ("Name", "Model", "Server", "Window", "Output", "droid")


def entries_lines(
    entries: Sequence[Entry],
    files: Sequence[SettingsFile],
    windows: Mapping[str, int],
    default: str,
    rules: str,
    style: Style,
) -> Iterator[str]:
    """Rejected files first, since they explain what is missing; then the table; then the count.

    `windows` are the last measured ones by id, `default` is the id of droid's default model, and
    `rules` says by which droid's rules all of it was judged.
    """
    for file in files:
        if file.fate == "rejected":
            yield from _rejected(file, style)
    if entries:
        yield from _table(entries, windows, default, style)
        yield ""
    yield from _reasons(entries, files, style)
    yield _count(entries, files, default, style)
    yield from style.wrapped(f"As read by {rules}", "", "  ")


def _table(
    entries: Sequence[Entry], windows: Mapping[str, int], default: str, style: Style
) -> list[str]:
    """One row for each entry."""
    star = style.sign("★", "*")
    rows = [
        _row(each, windows, f"{star} " if _is_default(each, default) else "") for each in entries
    ]
    return style.table(HEADS, rows, whole=(3, 4, 5))


def _row(entry: Entry, windows: Mapping[str, int], star: str) -> tuple[Cell, ...]:
    """The cells of one entry."""
    window = windows.get(entry.id)
    name = entry.name or entry.model or entry.id or shorten_home(entry.file)
    return (
        (printable(f"{star}{name}"), "bold"),
        printable(entry.model or "none"),
        printable(_server(entry)),
        f"{window:,}" if window else "?",
        f"{entry.max_output:,}" if entry.max_output is not None else f"{DEFAULT_OUTPUT:,}",
        (entry.fate, COLORS[entry.fate]),
    )


def _server(entry: Entry) -> str:
    """The server without the scheme and path that all have."""
    place = (entry.endpoint or entry.base_url).partition("://")
    return place[2] or place[0] or "none"


def _rejected(file: SettingsFile, style: Style) -> Iterator[str]:
    """A file that droid ignores, and where it breaks."""
    where = f", line {file.line}, column {file.column}" if file.line else ""
    text = f"rejected  {shorten_home(file.path)}{where}: {lower_first(file.reason)}"
    yield from style.marked(text, "rejected", ("bold", "red"), hanging=" " * 10)
    yield ""


def _reasons(
    entries: Sequence[Entry], files: Sequence[SettingsFile], style: Style
) -> Iterator[str]:
    """Why droid leaves entries out, and what it makes of odd files."""
    told = [
        f"{each.id or shorten_home(each.file) + each.pointer} is {each.fate}: "
        + lower_first(each.reason)
        for each in entries
        if each.reason
    ]
    told += [f"{shorten_home(file.path)}: {note}" for file in files for note in file.notes]
    for text in told:
        yield from style.wrapped(printable(text), "", "  ")
    if told:
        yield ""


def _count(
    entries: Sequence[Entry], files: Sequence[SettingsFile], default: str, style: Style
) -> str:
    """How many entries droid offers, and how many it does not."""
    if not entries and any(file.fault == "unreadable" for file in files):
        return "What droid offers is not known: byok could not read all of its files"
    if not entries and any(file.repairs for file in files):
        return "droid offers no custom model; see what `byok fix file_rejected --dry-run` repairs"
    if not entries and any(file.fate == "rejected" or file.notes for file in files):
        return "droid offers no custom model"
    if not entries:
        return "droid has no custom model yet"
    listed = sum(entry.fate == "listed" for entry in entries)
    rest = len(entries) - listed
    tail = f"; {rest:,} more that droid does not offer" if rest else ""
    star = (
        f"; {style.sign('★', '*')} is its default model" if _has_default(entries, default) else ""
    )
    return f"droid offers {counted(listed, 'entry')}{tail}{star}"


def _has_default(entries: Sequence[Entry], default: str) -> bool:
    """Whether the default model is one of the entries."""
    return any(_is_default(each, default) for each in entries)


def _is_default(entry: Entry, default: str) -> bool:
    """Whether droid starts with this entry."""
    return entry.fate == "listed" and entry.id == default


# --- one entry -----------------------------------------------------------------------------------


def entry_lines(
    entry: Entry, windows: Mapping[str, int], default: str, style: Style
) -> Iterator[str]:
    """One entry in full."""
    window = windows.get(entry.id)
    limit = entry.max_output
    rows = [
        ("id", entry.id),
        ("name", entry.name or "none; droid shows the model"),
        ("model", entry.model),
        ("base URL", entry.base_url),
        ("dialect", entry.dialect or "none"),
        ("window", f"{window:,} tokens, as last measured" if window else "not measured yet"),
        ("output limit", f"{limit:,}" if limit is not None else f"{DEFAULT_OUTPUT:,}, droid's own"),
        ("file", shorten_home(entry.file)),
        ("in droid", entry.fate + (", its default model" if _is_default(entry, default) else "")),
        ("because", entry.reason),
    ]
    yield from style.columns([(name, printable(text)) for name, text in rows if text])
