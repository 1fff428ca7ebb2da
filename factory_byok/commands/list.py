"""byok list: every entry as droid will see it, in droid's order; no network."""

import sys
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from factory_byok.core.droid_facts import Entry, SettingsFile
from factory_byok.core.world import World
from factory_byok.droid.settings.find import find_entry
from factory_byok.droid.settings.look import look
from factory_byok.screens.answer import Answer
from factory_byok.workflows.next_step import after_list

if TYPE_CHECKING:
    from factory_byok.screens.style import Style


def run(
    entry: Annotated[
        str | None, typer.Argument(help="One entry in full: its id, name or model; all without.")
    ] = None,
) -> Answer:
    """Show each entry as droid will see it, in droid's order, without the network.

    The window is the last one that byok measured. Exits 1 when droid rejects a whole file.
    """
    from factory_byok.workflows.known_windows import last_measured

    world = World.real()
    settings = look(world)
    entries = settings.entries
    chosen = entries if not entry else (find_entry(entries, entry),)
    windows, default = last_measured(world, entries), settings.defaults.model
    data = {
        "entries": [
            {
                **entry_row(each),
                "default": each.id == default,
                "last_window": windows.get(each.id),
            }
            for each in chosen
        ],
        "files": [file_row(file) for file in settings.files],
        "droid": {"version": settings.followed.version or None, "rules": settings.followed.words},
    }
    rejected = any(file.fate == "rejected" for file in settings.files)
    dropped = any(each.fate == "dropped" for each in chosen)

    def words(style: "Style") -> Iterable[str]:
        from factory_byok.screens.entries import entries_lines, entry_lines

        shown = [_without_secrets(each) for each in chosen]
        if entry:
            return entry_lines(shown[0], windows, default, style)
        rules = settings.followed.words
        return entries_lines(shown, settings.files, windows, default, rules, style)

    broken = rejected or dropped
    return Answer(
        data,
        words,
        status="error" if rejected else "warning" if dropped else "ok",
        next=after_list(entries, broken=broken, pick="" if broken else _pick(world, entries)),
    )


def _pick(world: World, entries: Iterable[Entry]) -> str:
    """The model for this machine, where there is none yet; scripts do not wait for such a look."""
    if any(each.fate == "listed" for each in entries) or not sys.stdout.isatty():
        return ""
    from factory_byok.diagnosis.collect import Ask, look_at_machine
    from factory_byok.sizing.fitting.pick import recommended

    own = recommended(look_at_machine(world, Ask(whole_cpu=False))).own
    return own.model if own else ""


def entry_row(entry: Entry) -> dict[str, Any]:
    """An entry as scripts see it; a login or token in its base URL is masked."""
    return {
        "id": entry.id,
        "name": entry.name,
        "model": entry.model,
        "base_url": shown_url(entry.base_url),
        "dialect": entry.dialect,
        "max_output": entry.max_output,
        "file": entry.file,
        "level": entry.level,
        "fate": entry.fate,
        "reason": entry.reason,
    }


def shown_url(url: str) -> str:
    """A base URL without the secrets that it may carry."""
    if "@" not in url and "?" not in url:
        return url
    from factory_byok.droid.settings.mask import mask

    return mask(url)


def _without_secrets(entry: Entry) -> Entry:
    """The entry with a base URL that can be shown."""
    url = shown_url(entry.base_url)
    return entry if url == entry.base_url else replace(entry, base_url=url)


def file_row(file: SettingsFile) -> dict[str, Any]:
    """A file as scripts see it."""
    return {
        "path": file.path,
        "level": file.level,
        "fate": file.fate,
        "reason": file.reason,
        "line": file.line,
        "column": file.column,
    }
