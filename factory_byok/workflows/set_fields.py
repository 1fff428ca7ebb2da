"""Changes fields of one entry, and takes along what points to its id."""

import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Final

from factory_byok.core.actions import Edit, EditSettings
from factory_byok.core.droid_facts import Entry, Json
from factory_byok.core.errors import ByokError, UsageError
from factory_byok.core.json_pointer import escaped
from factory_byok.core.words import lower_first
from factory_byok.core.world import World
from factory_byok.droid.entry_edits import remove_field, set_field
from factory_byok.droid.field_names import FIELDS, meaning_of
from factory_byok.droid.settings import change
from factory_byok.droid.settings.effective import Effective
from factory_byok.droid.settings.find import find_entry
from factory_byok.droid.settings.locate import user_place
from factory_byok.droid.settings.look import current, look
from factory_byok.droid.settings.new_entry import COMPACTION
from factory_byok.droid.settings.schema import validate_entry
from factory_byok.droid.settings.target import stored
from factory_byok.workflows.plan import Files, plan_files
from factory_byok.workflows.remove import refuse_broken

TABLES: Final = ("headers", "arguments")  # a word cannot hold one
NUMBERS: Final = ("max_output", "thinking_budget")
SWITCHES: Final = ("thinking", "images", "no_images")
PLAIN: Final = ("name", "model", "base_url", "dialect", "reasoning_effort", "id")


def plan_setting(world: World, word: str, changes: Sequence[str]) -> tuple[str, Files]:
    """New fields of one entry: its id afterwards, and the files. Nothing is written.

    Raises ByokError for what droid would not take.
    """
    texts = current(world)
    settings = look(world, texts)
    chosen = find_entry(settings.entries, word)
    refuse_broken(settings.files)
    edits = _edits(chosen, [_pair(each) for each in changes])
    previews = change.preview(world, (edits,), texts=texts)
    id_ = _id_after(change.imagine(world, previews, texts), chosen)
    groups = tuple(each for each in (edits, _followers(world, settings, chosen, id_)) if each)
    model = chosen.model
    for edit in edits:
        if edit.pointer == f"{chosen.pointer}/model":
            model = str(edit.value)
    offered = ((chosen.file, id_, model),) if chosen.fate == "listed" else ()
    action = EditSettings(groups, offered=offered)
    return id_, plan_files(world, action, texts, settings.followed.words)


def _pair(text: str) -> tuple[str, str]:
    """A `KEY=VALUE` word. Raises UsageError."""
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise UsageError(f"`{text}` is not KEY=VALUE", "For example `max_output=16000`")
    return meaning_of(key.strip()), value


def _edits(chosen: Entry, pairs: Sequence[tuple[str, str]]) -> tuple[Edit, ...]:
    """The edits to the entry itself, checked against the file's schema."""
    names = FIELDS[chosen.kind]
    after = stored(chosen)
    edits: list[Edit] = []
    for key, value in pairs:
        name, told = _field(key, value, chosen)
        if name not in names or name in TABLES:
            raise _unknown(
                key, sorted({*names, "key_env", "images"} - {"key", "no_images", *TABLES})
            )
        field = names[name]
        if told is None and field in after:
            edits.append(remove_field(chosen, name))
            del after[field]
        elif told is not None:
            edits.append(set_field(chosen, name, told))
            after[field] = told
    validate_entry(chosen.kind, after)
    return tuple(edits)


def _unknown(key: str, known: Sequence[str]) -> UsageError:
    """A word that is no field of the entry, with the one that was perhaps meant."""
    near = get_close_matches(key.lower(), known, 1)
    meant = f"; did you mean `{near[0]}`?" if near else ""
    return UsageError(f"Unknown field `{key}`{meant}", f"Fields are {', '.join(known)}")


def _field(key: str, value: str, chosen: Entry) -> tuple[str, Json]:
    """The meaning and the value of one pair; None for the value takes the field out."""
    if key == "key" and (named := re.fullmatch(r"\$\{(\w+)\}", value)):
        key, value = "key_env", named[1]
    if key == "key":
        raise UsageError("A key is never an argument", "Use `key_env=NAME`")
    if key == "key_env":
        if chosen.kind == "config":
            raise ByokError(
                "droid expands no `${VAR}` in config.json", "Add the entry anew with `--key-env`"
            )
        return "key", f"${{{value}}}" if value else None
    if key == "images" and chosen.kind != "config":
        return "no_images", None if not value else not _switch(key, value)
    if not value:
        return key, None
    if key in NUMBERS:
        return key, _number(key, value)
    if key in SWITCHES:
        return key, _switch(key, value)
    return key, value


def _number(key: str, value: str) -> int:
    """A whole number. Raises UsageError."""
    plain = value.replace(",", "").replace("_", "")
    if not (plain.isascii() and plain.isdigit()):
        raise UsageError(f"`{key}` takes a whole number, not `{value}`")
    return int(plain)


def _switch(key: str, value: str) -> bool:
    """A truth value. Raises UsageError."""
    if value.lower() in ("true", "yes", "on", "1"):
        return True
    if value.lower() in ("false", "no", "off", "0"):
        return False
    raise UsageError(f"`{key}` takes true or false, not `{value}`")


def _id_after(after: Effective, chosen: Entry) -> str:
    """The entry's id after the change. Raises ByokError when droid would no longer offer it."""

    same = (each for each in after.entries if _place(each) == _place(chosen))
    entry = next(same, None)
    if entry is None or (entry.fate != "listed" and chosen.fate == "listed"):
        why = f": {lower_first(entry.reason)}" if entry and entry.reason else ""
        raise ByokError(f"droid would no longer offer `{chosen.label}`{why}")
    return entry.id


def _place(entry: Entry) -> tuple[str, str]:
    """Where an entry stands."""
    return entry.file, entry.pointer


def _followers(world: World, settings: Effective, chosen: Entry, id_: str) -> tuple[Edit, ...]:
    """The edits for what points to the old id: the compaction limit and droid's default."""

    if id_ == chosen.id:
        return ()
    file = str(user_place(world, "settings").path)
    edits = []
    if chosen.id in settings.defaults.compaction_for:
        edits.append(Edit("rename", file, f"/{COMPACTION}/{escaped(chosen.id)}", id_))
    if settings.defaults.model == chosen.id:
        edits.append(
            Edit("replace", file, "/sessionDefaultSettings/model", id_, expected=chosen.id)
        )
    return tuple(edits)
