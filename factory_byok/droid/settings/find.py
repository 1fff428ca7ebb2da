"""Finds the entry that the user names: by id, display name, or a model that only one entry has."""

from collections.abc import Sequence
from difflib import get_close_matches

from factory_byok.core.droid_facts import Entry
from factory_byok.core.errors import ByokError


def find_entry(entries: Sequence[Entry], wanted: str) -> Entry:
    """The one entry of that id, name or model. Raises ByokError with the candidates."""
    found = candidates(entries, wanted)
    if len({entry.id for entry in found}) == 1:
        return found[0]
    if not found:
        raise ByokError(f"There is no entry `{wanted}`", meant(entries, wanted) or _those(entries))
    raise ByokError(f"`{wanted}` names {len(found)} entries", _those(found))


def candidates(entries: Sequence[Entry], wanted: str) -> list[Entry]:
    """Every entry that the word may mean, by its best kind of match; listed ones come first."""
    ordered = sorted(entries, key=lambda entry: entry.fate != "listed")
    for field in ("id", "name", "model"):
        found = [entry for entry in ordered if getattr(entry, field) == wanted]
        if found:
            return found
    return []


def meant(entries: Sequence[Entry], word: str) -> str:
    """A question for the entry that a word may have meant, "" when none is near."""
    names = {text: each for each in entries for text in (each.id, each.name, each.model) if text}
    part = [name for name in names if word.casefold() in name.casefold()] if word else []
    near = part or get_close_matches(word, names, 1)
    return f"Did you mean `{names[near[0]].label}`?" if near else ""


def _those(entries: Sequence[Entry]) -> str:
    """The candidates as a hint."""
    ids = list(dict.fromkeys(entry.id for entry in entries if entry.id))
    if not ids:
        return "`byok list` shows what there is"
    shown = ", ".join(f"`{each}`" for each in ids[:8])
    return f"Entries are {shown}{' and more' if len(ids) > 8 else ''}"
