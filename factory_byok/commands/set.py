"""byok set: changes fields of one entry, and takes along what points to its id."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Final

import typer

from factory_byok.commands.options import DryRunOption
from factory_byok.core.errors import ByokError, UsageError
from factory_byok.screens.answer import Answer

if TYPE_CHECKING:
    from factory_byok.core.actions import Edit
    from factory_byok.core.facts import Entry, Json
    from factory_byok.core.world import World
    from factory_byok.droid.settings.change import Preview
    from factory_byok.droid.settings.effective import Effective
    from factory_byok.screens.style import Style

NUMBERS: Final = ("max_output", "thinking_budget")
SWITCHES: Final = ("thinking", "images", "no_images")
PLAIN: Final = ("name", "model", "base_url", "dialect", "reasoning_effort", "id")


def run(
    entry: Annotated[str, typer.Argument(help="An id, a display name, or a model's name.")],
    changes: Annotated[
        list[str], typer.Argument(metavar="KEY=VALUE...", help="What to change; KEY= takes it out.")
    ],
    dry_run: DryRunOption = False,
) -> Answer:
    """Change fields of one entry.

    Keys: name, model, base_url, dialect, max_output, key_env, reasoning_effort, images, id.
    droid's default and the compaction limit follow when the id changes with the name.
    """
    from factory_byok.core.world import World
    from factory_byok.droid.settings import change
    from factory_byok.droid.settings.find import find_entry
    from factory_byok.droid.settings.look import look

    world = World.real()
    settings = look(world)
    chosen = find_entry(settings.entries, entry)
    edits = _edits(chosen, [_pair(each) for each in changes])
    previews = change.preview(world, edits)
    id_ = _id_after(world, chosen, previews)
    edits = (*edits, *_followers(world, settings, chosen, id_))
    previews = change.preview(world, edits)
    if not dry_run:
        change.write(world, edits, verb="set")
    return _answer(id_, previews, dry=dry_run)


def _pair(text: str) -> tuple[str, str]:
    """A `KEY=VALUE` word. Raises UsageError."""
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise UsageError(f"`{text}` is not KEY=VALUE", "For example `max_output=16000`")
    return key.strip().replace("-", "_"), value


def _edits(chosen: "Entry", pairs: Sequence[tuple[str, str]]) -> "tuple[Edit, ...]":
    """The edits to the entry itself, checked against the file's schema."""
    from factory_byok.core.actions import Edit
    from factory_byok.droid.field_names import FIELDS
    from factory_byok.droid.settings.schema import validate_entry
    from factory_byok.droid.settings.target import stored

    names = FIELDS[chosen.kind]
    after = stored(chosen)
    edits: list[Edit] = []
    for key, value in pairs:
        name, told = _field(key, value, chosen)
        if name not in names:
            known = ", ".join(sorted({*names, "key_env"} - {"key"}))
            raise UsageError(f"`{key}` is no field of this entry", f"Fields are {known}")
        field = names[name]
        if told is None and field in after:
            edits.append(Edit("remove", chosen.file, f"{chosen.pointer}/{field}", seen=chosen.seen))
            del after[field]
        elif told is not None:
            edits.append(
                Edit("add", chosen.file, f"{chosen.pointer}/{field}", told, seen=chosen.seen)
            )
            after[field] = told
    validate_entry(chosen.kind, after)
    return tuple(edits)


def _field(key: str, value: str, chosen: "Entry") -> "tuple[str, Json]":
    """The meaning and the value of one pair; None for the value takes the field out."""
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


def _id_after(world: "World", chosen: "Entry", previews: "Sequence[Preview]") -> str:
    """The entry's id after the change. Raises ByokError when droid would no longer offer it."""
    from factory_byok.droid.settings import change

    after = change.imagine(world, previews)
    same = (each for each in after.entries if _place(each) == _place(chosen))
    entry = next(same, None)
    if entry is None or (entry.fate != "listed" and chosen.fate == "listed"):
        why = f": {entry.reason}" if entry and entry.reason else ""
        raise ByokError(f"droid would no longer offer `{chosen.label}`{why}")
    return entry.id


def _place(entry: "Entry") -> tuple[str, str]:
    """Where an entry stands."""
    return entry.file, entry.pointer


def _followers(
    world: "World", settings: "Effective", chosen: "Entry", id_: str
) -> "tuple[Edit, ...]":
    """The edits for what points to the old id: the compaction limit and droid's default."""
    from factory_byok.core.actions import Edit
    from factory_byok.droid.settings.locate import user_place
    from factory_byok.droid.settings.new_entry import COMPACTION, escaped

    if id_ == chosen.id:
        return ()
    file = str(user_place(world, "settings").path)
    edits = []
    if chosen.id in settings.defaults.compaction_for:
        edits.append(Edit("rename", file, f"/{COMPACTION}/{escaped(chosen.id)}", id_))
    if settings.defaults.model == chosen.id:
        edits.append(Edit("replace", file, "/sessionDefaultSettings/model", id_))
    return tuple(edits)


def _answer(id_: str, previews: "Sequence[Preview]", *, dry: bool) -> Answer:
    """The change for scripts and people."""
    diff = "".join(preview.diff() for preview in previews)

    def words(style: "Style") -> Iterable[str]:
        from factory_byok.screens.diff import diff_lines

        yield from diff_lines(diff, style)
        if not diff:
            yield "It says that already; nothing was changed"
        else:
            yield "Nothing was written" if dry else f"Changed; its id is {id_}"

    return Answer({"id": id_, "changed": bool(diff), "written": not dry, "diff": diff}, words)
