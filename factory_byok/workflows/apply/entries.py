"""What has to happen in droid's files so that it offers the wanted entries; others stay."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from factory_byok.core.actions import Edit, EditSettings
from factory_byok.core.addresses import parse_address
from factory_byok.core.errors import ByokError
from factory_byok.core.facts import Entry
from factory_byok.core.findings import Finding
from factory_byok.core.model_names import derived_from, same_model
from factory_byok.core.world import World
from factory_byok.droid.entry_edits import set_field
from factory_byok.droid.field_names import FIELDS, folded
from factory_byok.droid.settings import change
from factory_byok.droid.settings.destination import Destination, destination
from factory_byok.droid.settings.effective import Effective
from factory_byok.droid.settings.look import current, look
from factory_byok.droid.settings.new_entry import NewEntry, adding
from factory_byok.droid.settings.schema import validate_entry
from factory_byok.droid.settings.target import stored
from factory_byok.droid.settings.written_entries import is_ours
from factory_byok.workflows.add import Wanted, new_entry, of_that_name
from factory_byok.workflows.apply.facts import Change, Entries, Wish, problem
from factory_byok.workflows.apply.limits_and_default import beside
from factory_byok.workflows.other_droids import findings_of_other_droids
from factory_byok.workflows.plan import plan_files


@dataclass(frozen=True, slots=True)
class _Placed:
    """A wish and where it will be met: in the entry `old`, else in a new one at `place`."""

    wish: Wish
    new: NewEntry
    old: Entry | None
    place: Destination | None
    edits: tuple[Edit, ...]
    changes: tuple[Change, ...]


@dataclass(slots=True)
class _Draft:
    """The plan as far as it is made."""

    placed: list[_Placed] = field(default_factory=list)
    problems: list[Finding] = field(default_factory=list)


def plan_entries(world: World, wishes: Sequence[Wish], default: str, *, force: bool) -> Entries:
    """Plans every edit together. Raises ByokError for a file that droid rejects."""
    texts, draft = current(world), _Draft()
    now = look(world, texts)
    for wish in wishes:
        try:
            draft.placed.append(_placed(world, now, wish, force=force))
        except ByokError as error:
            draft.problems.append(problem(wish.wanted.name, error))
    edits = tuple(each.edits for each in draft.placed)
    after = change.imagine(world, change.preview(world, edits, texts=texts), texts)
    met = _met(after, draft)
    draft.problems += _lost(now, after, draft)
    more, told = beside(world, after, met, default)
    offered = tuple((entry.file, entry.id, entry.model) for _, entry in met)
    every = EditSettings(tuple(group for group in (*edits, more) if group), offered=offered)
    entries = tuple(entry for _, entry in met)
    files = plan_files(world, every, texts, after.followed.words)
    return Entries(
        entries=entries,
        files=files,
        notes=findings_of_other_droids(world, entries, after, files.texts),
        changes=(*(one for each in draft.placed for one in each.changes), *told),
        problems=tuple(draft.problems),
    )


def _placed(world: World, now: Effective, wish: Wish, *, force: bool) -> _Placed:
    """Where one wish is met, and by which edits. Raises ByokError."""
    name, most = wish.wanted.name, wish.wanted.max_output
    wanted = Wanted(name=name, max_output=most, key=wish.key)
    plain = new_entry(replace(wish.choice, model=wish.base), wish.model, wanted)
    new = replace(plain, model=wish.choice.model)
    old = of_that_name(now, name)
    if old is None:
        place = destination(world, rich="${" in new.key, choice=None)
        validate_entry(place.kind, new.fields(place.kind))
        told = Change("entry", name, None, f"{new.model} at {new.base_url}")
        return _Placed(wish, new, None, place, (adding(new, place),), (told,))
    if not (force or is_meant(old, wish) or is_ours(world, old)):
        raise ByokError(
            f"The name is taken: the entry `{name}` in {old.file} asks for `{old.model}` at "
            f"{_shown(old.base_url)}, and byok did not write it",
            "`--force` makes it the manifest's; or rename one of the two",
        )
    fields = tuple(_differing(old, new, wish))
    edits = tuple(set_field(old, meaning, value) for meaning, _, value in fields)
    _validate(old, fields)
    changes = tuple(
        Change(f"entry.{meaning}", name, before, value) for meaning, before, value in fields
    )
    return _Placed(wish, new, old, None, edits, changes)


def is_meant(entry: Entry, wish: Wish) -> bool:
    """Whether an entry asks the wanted server for the wanted model, whichever copy of it."""
    if entry.endpoint != wish.choice.address.identity():
        return False
    base = derived_from(entry.model)[0] or entry.model
    return any(same_model(each, wish.base) for each in (entry.model, base))


def _differing(
    old: Entry, new: NewEntry, wish: Wish
) -> Iterator[tuple[str, str | int | None, str | int]]:
    """The fields that the manifest decides and the entry says otherwise: meaning, before, after.

    What the manifest leaves open stays as the user has it.
    """
    if not (same_model(old.model, new.model) or (not wish.sure and is_meant(old, wish))):
        yield "model", old.model, new.model
    if _identity(old.base_url) != _identity(new.base_url):
        yield "base_url", _shown(old.base_url), new.base_url
    if old.dialect != folded(new.dialect):
        yield "dialect", old.dialect, new.dialect
    if wish.wanted.max_output and old.max_output != new.max_output:
        yield "max_output", old.max_output, new.max_output
    if wish.wanted.key_env and stored(old).get(FIELDS[old.kind]["key"]) != new.key:
        if old.kind == "config":
            raise ByokError(
                f"droid expands no `${{VAR}}` in config.json, where the entry `{old.name}` stands",
                f"`byok remove '{old.name}'`, then apply again: it goes into settings.json",
            )
        yield "key", _key(old), new.key


def _key(entry: Entry) -> str | None:
    """Where an entry's key comes from, in words."""
    if entry.key.source == "variable":
        return " ".join(f"${{{name}}}" for name in entry.key.variables)
    return "a literal key" if entry.key.source == "literal" else None


def _identity(base_url: str) -> str:
    """One text for all spellings of one base URL."""
    address = parse_address(base_url)
    return address.identity() if address else base_url


def _shown(base_url: str) -> str:
    """A base URL without login and query."""
    return str(parse_address(base_url) or "another address")


def _validate(old: Entry, fields: Sequence[tuple[str, object, str | int]]) -> None:
    """Raises ByokError when droid would not take the entry with these fields."""
    if not fields:
        return
    body = stored(old)
    for meaning, _, value in fields:
        body[FIELDS[old.kind][meaning]] = value
    validate_entry(old.kind, body)


def _met(after: Effective, draft: _Draft) -> tuple[tuple[Wish, Entry], ...]:
    """Each wish beside its entry as droid will see it; a problem for what droid would not offer."""
    found = []
    for each in draft.placed:
        entry = _entry(after, each)
        if entry is None or entry.fate != "listed":
            why = entry.reason if entry else "droid would not read it"
            error = ByokError(f"droid would not offer the entry: {why}", "Give it another name")
            draft.problems.append(problem(each.wish.wanted.name, error))
        else:
            found.append((each.wish, entry))
    return tuple(found)


def _entry(after: Effective, placed: _Placed) -> Entry | None:
    """The entry that meets a wish; a new one is the last of its kind in its file."""
    if placed.old is not None:
        old = placed.old
        same = (
            each for each in after.entries if (each.file, each.pointer) == (old.file, old.pointer)
        )
        return next(same, None)
    assert placed.place is not None
    mine = [
        each
        for each in after.entries
        if each.file == str(placed.place.path)
        and (each.name, each.model) == (placed.new.name, placed.new.model)
    ]
    return mine[-1] if mine else None


def _lost(now: Effective, after: Effective, draft: _Draft) -> Iterator[Finding]:
    """A problem for each entry of somebody else's that droid would no longer offer by its id."""
    olds = [each.old for each in draft.placed if each.old is not None]
    ours = {(old.file, old.pointer) for old in olds}
    kept = {entry.id for entry in after.entries if entry.fate == "listed"}
    for entry in now.entries:
        foreign = (entry.file, entry.pointer) not in ours
        if entry.fate == "listed" and foreign and entry.id not in kept:
            error = ByokError(
                f"droid would no longer offer `{entry.label}` as {entry.id}",
                f"Give it an id of its own first: `byok set {entry.id} id={entry.id}`",
            )
            yield problem(entry.label, error)
