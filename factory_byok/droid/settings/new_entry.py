"""A new entry as edits to one file: its fields, its compaction limit, and a look at the result."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

from factory_byok.core.actions import Edit
from factory_byok.core.facts import Entry, FileKind, Json
from factory_byok.core.json_pointer import escaped
from factory_byok.core.units import Tokens
from factory_byok.droid.entry_edits import set_field
from factory_byok.droid.settings.destination import Destination
from factory_byok.droid.settings.entry import write_entry

LEAST_WINDOW: Final = Tokens(32_000)  # a smaller window is to be raised, not adapted to
COMPACTION: Final = "compactionTokenLimitPerModel"  # facts: measured with droid 0.225.2
DROIDS_COMPACTION: Final = Tokens(250_000)  # measured with droid 0.225.2: its own limit
LARGE: Final = 30_000_000_000
REMOTE_OUTPUT: Final = Tokens(128_000)  # Factory's Ollama page: cloud models
LARGE_OUTPUT: Final = Tokens(16_000)  # the same page: 32B
SMALL_OUTPUT: Final = Tokens(4_000)  # the same page: 7B


@dataclass(frozen=True, slots=True)
class NewEntry:
    """What the user asks for. `key` is what the file will hold: a placeholder or `${NAME}`."""

    name: str
    model: str
    base_url: str
    dialect: str
    key: str
    max_output: Tokens

    def fields(self, kind: FileKind) -> dict[str, Json]:
        """The entry in the spelling and order of the file."""
        meanings: dict[str, Json] = {each.name: getattr(self, each.name) for each in fields(self)}
        return write_entry(meanings, kind)


def output_limit(parameters: int | None, *, remote: bool) -> Tokens:
    """The output limit that Factory's page gives a model of this size; small when it is unknown."""
    if remote:
        return REMOTE_OUTPUT
    return LARGE_OUTPUT if parameters is not None and parameters >= LARGE else SMALL_OUTPUT


def compaction_limit(window: int | None, max_output: int) -> Tokens:
    """When droid should compact: W - min(output limit, W / 4), W being at least 32,000 tokens.

    droid's own limit is 250,000 tokens whatever the window (measured with 0.225.2).
    """
    whole = max(window or 0, LEAST_WINDOW)
    return Tokens(whole - min(max_output, whole // 4))


def adding(entry: NewEntry, place: Destination) -> Edit:
    """The edit that appends the entry to its file's array."""
    return Edit("add", str(place.path), f"/{place.array}/-", entry.fields(place.kind))


def replacing(old: Entry, entry: NewEntry) -> tuple[Edit, ...]:
    """The edits that give an existing entry these fields and keep all its others, and its id."""
    return tuple(set_field(old, each.name, getattr(entry, each.name)) for each in fields(entry))


def limiting(settings_file: Path | str, id_: str, limit: Tokens) -> Edit:
    """The edit that tells droid when to compact conversations with the model of that id."""
    return Edit("add", str(settings_file), f"/{COMPACTION}/{escaped(id_)}", limit)
