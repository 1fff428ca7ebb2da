"""`byok add PROVIDER --all` and `--prune`: droid's entries as a server offers models.

Both make one plan of droid's files: entries for models that droid lacks, and the removal of those
whose model is gone. What is left alone is told with its reason.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from factory_byok.core.actions import Edit, EditSettings
from factory_byok.core.errors import ByokError
from factory_byok.core.facts import Entry, Known, Model, Server, Snapshot
from factory_byok.core.findings import Report
from factory_byok.core.model_names import EVERY, derived_from, is_cloud, same_model
from factory_byok.core.progress import Progress
from factory_byok.core.requirements import FLOOR
from factory_byok.core.world import World
from factory_byok.diagnosis.examine import examine
from factory_byok.diagnosis.missing_models import elsewhere, is_taken
from factory_byok.droid.settings import change
from factory_byok.droid.settings.destination import Destination, destination
from factory_byok.droid.settings.effective import Effective
from factory_byok.droid.settings.look import current, look
from factory_byok.droid.settings.new_entry import NewEntry, adding
from factory_byok.droid.settings.schema import validate_entry
from factory_byok.workflows.add import Wanted, beside, new_entry, usual_limit
from factory_byok.workflows.choice import CHECKS, Choice, look_there
from factory_byok.workflows.offered_models import calls_tools
from factory_byok.workflows.plan import Files, plan_files
from factory_byok.workflows.remove import refuse_broken, removal_edits

Reasons = tuple[tuple[str, str], ...]  # a model or an entry, and why it is left alone


@dataclass(frozen=True, slots=True)
class Sync:
    """One plan for a server: entries `added` and `removed`, and what is `left_out`, with reasons.

    `already` are the server's models that droid has. `report` says what is wrong with what is
    added, seen in `snap`; `asked` are the verbs that were asked for.
    """

    choice: Choice
    files: Files
    snap: Snapshot
    report: Report
    added: tuple[Entry, ...] = ()
    removed: tuple[Entry, ...] = ()
    left_out: Reasons = ()
    already: tuple[str, ...] = ()
    was_default: bool = False
    asked: tuple[str, ...] = ()


def see(
    world: World, choice: Choice, *, timeout: float, progress: Progress, secret: str = ""
) -> tuple[Snapshot, Server]:
    """All models of the server. Raises ByokError when it is silent or does not tell them."""
    snap, server = look_there(world, choice, timeout=timeout, progress=progress, secret=secret)
    if not isinstance(server.models, Known):
        raise ByokError(
            f"Nothing was changed: {choice.about.title} at {choice.address} does not list its "
            f"models: {server.models.why}"
        )
    return snap, server


def plan(
    world: World, choice: Choice, seen: tuple[Snapshot, Server], wanted: Wanted,
    *, add: bool, prune: bool,
) -> Sync:  # fmt: skip
    """Plans both without writing. Raises ByokError for a list or a file that cannot be gone by."""
    snap, server = seen
    texts = current(world)
    now = look(world, texts)
    refuse_broken(now.files)
    gone, kept = _gone(snap, server, choice, now.entries) if prune else ((), ())
    removal = removal_edits(world, now, gone)
    between = change.imagine(world, change.preview(world, (removal,), texts=texts), texts)
    new, left_out, already = (
        _wanted(server, choice, between.entries, wanted) if add else ((), (), ())
    )
    place = destination(world, rich="${" in wanted.key, choice=wanted.file) if new else None
    edits = tuple(_adding(each, place) for each, _ in new) if place else ()
    after = change.imagine(world, change.preview(world, (removal, edits), texts=texts), texts)
    added = _listed(after, place, [each for each, _ in new])
    limits = tuple(_limits(world, choice, zip(new, added, strict=True), after, wanted))
    action = EditSettings(
        (removal, edits, limits),
        taking_back=not new,
        offered=tuple((each.file, each.id, each.model) for each in added),
    )
    judged = replace(snap, entries=added)
    return Sync(
        choice,
        plan_files(world, action, texts, after.followed.words),
        judged,
        examine(judged, CHECKS),
        added,
        gone,
        (*left_out, *kept),
        already,
        now.defaults.model in {each.id for each in gone},
        (*(("add",) if add else ()), *(("remove",) if prune else ())),
    )


# --- what is added -------------------------------------------------------------------------------


def _wanted(
    server: Server, choice: Choice, entries: Sequence[Entry], wanted: Wanted
) -> tuple[tuple[tuple[NewEntry, Model], ...], Reasons, tuple[str, ...]]:
    """New entries with their models, what is left out, and what droid has already."""
    assert isinstance(server.models, Known)  # `see` refuses a server that does not tell them
    models = server.models.value
    mine = [each for each in entries if each.level == "user"]
    names = {each.name for each in mine if each.fate == "listed"}
    used = [each.model for each in mine if each.endpoint == choice.address.identity()]
    new: list[tuple[NewEntry, Model]] = []
    left_out, already = [], []
    for model in models:
        why = why_not(server, model, models)
        if any(_same(server, model.name, each) for each in used):
            already.append(model.name)
        elif why:
            left_out.append((model.name, why))
        else:
            entry = _named(replace(choice, model=model.name), model, wanted, names)
            names.add(entry.name)
            new.append((entry, model))
    return tuple(new), tuple(left_out), tuple(already)


def why_not(server: Server, model: Model, models: Iterable[Model]) -> str:
    """Why a model is of no use to droid, a phrase; "" for one that may be."""
    if not model.chats:
        return "it cannot chat"
    if EVERY in model.name:
        return "it stands for other names"
    if calls_tools(server, model) is False:
        return "it cannot call tools, or writes calls as text"
    for each in models:
        base, window = derived_from(each.name)
        if base and same_model(base, model.name) and int(window) >= FLOOR:
            return f"its copy `{each.name}` has the window that droid needs"
    return ""


def _same(server: Server, name: str, used: str) -> bool:
    """Whether an entry's model is one of the server's, or a copy of it with another window."""
    if not server.is_ollama:
        return name == used
    return same_model(name, used) or same_model(name, derived_from(used)[0] or used)


def _named(choice: Choice, model: Model, wanted: Wanted, taken: set[str]) -> NewEntry:
    """The entry by a name that no other has: its title, else with the whole name of the model."""
    base = derived_from(choice.model)[0] or choice.model
    entry = new_entry(choice, model, wanted, titled=base)
    if entry.name not in taken:
        return entry
    longer = f"{choice.model} [{choice.about.title}]"
    number = next(n for n in range(1, len(taken) + 3) if _numbered(longer, n) not in taken)
    return replace(entry, name=_numbered(longer, number))


def _numbered(name: str, number: int) -> str:
    """A name with a number behind it, from the second one on."""
    return name if number == 1 else f"{name} {number}"


def _adding(new: NewEntry, place: Destination) -> Edit:
    """The edit that adds one entry. Raises ByokError for what droid's schema refuses."""
    validate_entry(place.kind, new.fields(place.kind))
    return adding(new, place)


def _listed(
    after: Effective, place: Destination | None, new: Sequence[NewEntry]
) -> tuple[Entry, ...]:
    """The new entries as droid will see them. Raises ByokError for one that it would not list."""
    there = {
        (each.name, each.model): each
        for each in after.entries
        if place is not None and each.file == str(place.path) and each.fate == "listed"
    }
    lost = [each for each in new if (each.name, each.model) not in there]
    if lost:
        raise ByokError(f"droid would not offer an entry for `{lost[0].model}` in that file")
    return tuple(there[each.name, each.model] for each in new)


def _limits(
    world: World,
    choice: Choice,
    added: Iterable[tuple[tuple[NewEntry, Model], Entry]],
    after: Effective,
    wanted: Wanted,
) -> Iterator[Edit]:
    """The compaction limits of the new entries."""
    for (new, model), entry in added:
        own = replace(choice, model=model.name)
        limit = usual_limit(own, model, new.max_output) if wanted.compaction else None
        yield from beside(world, entry, after, limit, default=False)


# --- what is removed -----------------------------------------------------------------------------


def _gone(
    snap: Snapshot, server: Server, choice: Choice, entries: Sequence[Entry]
) -> tuple[tuple[Entry, ...], Reasons]:
    """The user's entries whose model is gone, and those that stay all the same, with reasons.

    Raises ByokError when the server's list does not prove that anything is gone.
    """
    assert isinstance(server.models, Known)
    names = [each.name for each in server.models.value]
    where = f"{choice.about.title} at {choice.address}"
    if not names:
        raise ByokError(
            f"Nothing was removed: {where} lists no model at all, which may be another model store",
            "`byok remove ENTRY` removes one entry",
        )
    if not server.whole_list:
        raise ByokError(
            f"Nothing was removed: {where} may serve models that it does not list",
            "`byok test` tries each entry, `byok remove ENTRY` removes one",
        )
    mine = [each for each in entries if each.level == "user" and each.model]
    here = [each for each in mine if each.endpoint == choice.address.identity()]
    absent = [each for each in here if server.model(each.model) is None]
    told = [(each, _stays(snap, server, each, names)) for each in absent]
    return (
        tuple(each for each, why in told if not why),
        tuple((each.label, why) for each, why in told if why),
    )


def _stays(snap: Snapshot, server: Server, entry: Entry, names: Sequence[str]) -> str:
    """Why an entry stays although the list lacks its model, a phrase; "" when it may go."""
    if server.is_ollama and is_cloud(entry.model):
        return "cloud models need not be in the list"
    if not server.is_ollama and is_taken(entry.model, names):
        return "its name is one that the server knows with a suffix"
    base = derived_from(entry.model)[0]
    if base and server.model(base) is not None:
        return f"`byok window {base} --set` makes its copy again"
    other = elsewhere(snap, entry.model, entry.endpoint)
    return f"another Ollama on this machine, at {other}, has it" if other else ""
