"""What `byok add` will write: one entry, its compaction limit, and droid's view of the result."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from factory_byok.core.actions import Edit, EditSettings
from factory_byok.core.errors import ByokError
from factory_byok.core.facts import Entry, Known, Model
from factory_byok.core.findings import Finding
from factory_byok.core.model_names import parameters_in, title
from factory_byok.core.progress import SILENT, Progress
from factory_byok.core.units import Tokens
from factory_byok.core.words import lower_first
from factory_byok.core.world import World
from factory_byok.droid.settings import change
from factory_byok.droid.settings.destination import Destination, destination
from factory_byok.droid.settings.effective import Effective
from factory_byok.droid.settings.locate import user_place
from factory_byok.droid.settings.look import current, look
from factory_byok.droid.settings.new_entry import (
    DROIDS_COMPACTION,
    LEAST_WINDOW,
    NewEntry,
    adding,
    compaction_limit,
    limiting,
    output_limit,
    replacing,
)
from factory_byok.droid.settings.schema import validate_entry
from factory_byok.droid.settings.target import stored
from factory_byok.providers.ollama import calls
from factory_byok.workflows.choice import Choice, Judged, is_remote, judge
from factory_byok.workflows.known_windows import remember
from factory_byok.workflows.loading import loadable, seen_loaded
from factory_byok.workflows.other_droids import findings_of_other_droids
from factory_byok.workflows.plan import Files, plan_files
from factory_byok.workflows.setup.steps import is_copy, window_to_set
from factory_byok.workflows.windows import room


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asks for beside provider and model; "" and None mean the default."""

    name: str = ""
    max_output: int | None = None
    file: Literal["settings", "config"] | None = None
    key: str = field(default="", repr=False)
    force: bool = False
    compaction: bool = True
    default: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """A prepared change: the entry as droid will see it, and the files.

    Beside the entry settings.json gets `limit` for its id and, with `default`, the id as droid's
    default model. `notes` say what another droid would make of it than the one that it was read by.
    """

    entry: Entry
    place: Destination
    files: Files
    limit: Tokens | None = None
    default: bool = False
    notes: tuple[Finding, ...] = ()


def prepare(world: World, choice: Choice, judged: Judged | None, wanted: Wanted) -> Plan:
    """Plans the change without writing. Raises ByokError when droid would not honour the entry."""
    model = judged.model if judged else None
    new = new_entry(choice, model, wanted)
    texts = current(world)
    now = look(world, texts)
    old = of_that_name(now, new.name)
    here = choice.address.identity()
    if old is not None and old.endpoint == here and is_copy(old.model, new.model):
        new = replace(new, model=old.model)  # of an earlier run, with the window that droid needs
    if old is not None:
        place = Destination(Path(old.file), old.kind, "the entry is there")
        edits = _mending(old, new, wanted)
    else:
        place = destination(world, rich="${" in new.key, choice=wanted.file)
        edits = (adding(new, place),)
    validate_entry(place.kind, new.fields(place.kind))
    after = change.imagine(world, change.preview(world, (edits,), texts=texts), texts)
    entry = _found(after, place, new, old)
    limit = usual_limit(choice, model, new.max_output) if wanted.compaction else None
    besides = beside(world, entry, after, limit, default=wanted.default)
    offered = ((entry.file, entry.id, entry.model),)
    action = EditSettings((edits, besides), offered=offered)
    files = plan_files(world, action, texts, after.followed.words)
    notes = findings_of_other_droids(world, (entry,), after, files.texts)
    return Plan(entry, place, files, limit, wanted.default, notes)


def new_entry(choice: Choice, model: Model | None, wanted: Wanted, *, titled: str = "") -> NewEntry:
    """The entry by the command line, the server and Factory's page; `titled` names the model."""
    remote = is_remote(choice, model)
    plain = choice.provider in ("ollama", "openai-compatible")
    who = "" if plain else choice.about.title
    limit = _output(choice, model, remote=remote)
    return NewEntry(
        name=wanted.name or title(titled or choice.model, remote=remote, place=who),
        model=choice.model,
        base_url=choice.base_url,
        dialect=choice.about.dialect,
        key=wanted.key or choice.about.key or f"${{{choice.about.key_variable}}}",
        max_output=Tokens(wanted.max_output) if wanted.max_output else limit,
    )


def _output(choice: Choice, model: Model | None, *, remote: bool) -> Tokens:
    """The output limit of Factory's page for this model or its size.

    A service refuses more than it tells, and an answer that fills the window leaves no room.
    """
    count = parameters_in(choice.model)
    if model is not None and isinstance(model.parameters, Known):
        count = model.parameters.value
    limit = dict(choice.about.examples).get(choice.model)
    limit = Tokens(limit or output_limit(count, remote=remote))
    if model is None or not choice.hosted:
        return limit
    most = model.longest_output.value if isinstance(model.longest_output, Known) else limit
    half = model.window.value.tokens // 2 if isinstance(model.window, Known) else limit
    return Tokens(min(limit, most, half))


@contextmanager
def loaded(
    world: World, choice: Choice, judged: Judged | None, *, timeout: float, progress: Progress
) -> Iterator[Judged | None]:
    """The judgement with the window of the loaded model, which stays loaded meanwhile.

    As it was when the server runs no model of its own, or cannot load this one: the try tells why.
    """
    gone = False
    if judged and loadable(judged.server, judged.model):
        with progress.working(f"Loading {choice.model}", long=True) as say, suppress(ByokError):
            say(f"Loading {choice.model} to measure its window; this may take minutes")
            after, gone = seen_loaded(
                world.http,
                choice.address,
                choice.model,
                lambda: judge(world, choice, timeout=timeout, progress=SILENT),
                lambda each: _window_is_measured(each.model),
                keep=True,
            )
            judged = after
            if after.model and isinstance(after.model.window, Known):
                window = after.model.window.value
                if window.basis == "measured":
                    remember(world, {(choice.address.identity(), choice.model): window.tokens})
    try:
        yield judged
    finally:
        if gone:  # as the server itself would have done
            calls.unload(world.http, str(choice.address), choice.model)


def window_to_raise(choice: Choice, judged: Judged | None) -> Tokens | None:
    """The window of a copy that droid could work with; None where none is needed, or can be."""
    model = judged.model if judged else None
    if judged is None or model is None or not _window_is_measured(model):
        return None
    longest = model.longest_window.value if isinstance(model.longest_window, Known) else None
    on_gpu, _ = room(judged.snap, choice.address.identity(), judged.server, model)
    aim = window_to_set(None, longest, on_gpu)
    small = isinstance(model.window, Known) and model.window.value.tokens < LEAST_WINDOW
    return aim if small and (longest is None or longest >= aim) else None


def _window_is_measured(model: Model | None) -> bool:
    """Whether a model's window was read from the loaded model."""
    window = model.window if model else None
    return isinstance(window, Known) and window.value.basis == "measured"


def beside(
    world: World, entry: Entry, seen: Effective, limit: Tokens | None, *, default: bool
) -> tuple[Edit, ...]:
    """The edits to settings.json that go with the entry, as far as it does not say so already."""
    file = user_place(world, "settings").path
    edits = []
    id_ = entry.id
    if limit is not None and seen.defaults.compaction_for.get(id_) != limit:
        edits.append(limiting(file, id_, limit))
    if default and seen.defaults.model != id_:
        edits.append(Edit("add", str(file), "/sessionDefaultSettings/model", id_))
    return tuple(edits)


def of_that_name(now: Effective, name: str) -> Entry | None:
    """The user's own entry of that display name, the one that droid lists first."""
    mine = [entry for entry in now.entries if entry.level == "user" and entry.name == name]
    alive = [entry for entry in mine if entry.fate != "dropped"]
    return min(alive, key=lambda entry: entry.fate != "listed", default=None)


def _mending(old: Entry, new: NewEntry, wanted: Wanted) -> tuple[Edit, ...]:
    """The edits for an entry of that name: none when it says the same. Raises ByokError."""
    fields = new.fields(old.kind)
    there = stored(old)
    different = [field for field, value in fields.items() if there.get(field) != value]
    if not different:
        return ()
    if not wanted.force:
        raise ByokError(
            f"An entry `{old.name}` exists already in {old.file} with another "
            f"{', '.join(f'`{field}`' for field in different)}",
            "`--force` overwrites it, `--name` adds another",
        )
    return replacing(old, new)


def _found(after: Effective, place: Destination, new: NewEntry, old: Entry | None) -> Entry:
    """The entry in droid's view after the change. Raises ByokError when droid would not list it."""
    mine = [
        entry
        for entry in after.entries
        if entry.file == str(place.path) and entry.model == new.model and entry.name == new.name
    ]
    if old is not None:
        mine = [entry for entry in mine if entry.pointer == old.pointer]
    if not mine:
        raise ByokError(f"droid would not read the entry in {place.path}")
    entry = mine[-1]
    if entry.fate != "listed":
        raise ByokError(
            f"droid would not offer the entry: {lower_first(entry.reason)}",
            "Choose another name with `--name`",
        )
    return entry


def usual_limit(choice: Choice, model: Model | None, most: int) -> Tokens | None:
    """When droid should compact an entry with that output limit; None where its own limit does.

    A service's window is often larger than droid's own limit, or not told.
    """
    window = model.window if model else None
    told = window.value if isinstance(window, Known) and window.value.basis != "assumed" else None
    if choice.hosted and told:
        limit = compaction_limit(told.tokens, most)
        return limit if limit < DROIDS_COMPACTION else None
    if is_remote(choice, model):
        return None
    return compaction_limit(told.tokens if told else None, most)
