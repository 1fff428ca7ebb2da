"""A model with a window of its own: derived through the server, and put into droid's entries."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from factory_byok.core.actions import Action, CopyModel, Edit, EditSettings
from factory_byok.core.addresses import Address
from factory_byok.core.errors import ByokError
from factory_byok.core.facts import Defaults, Entry, Known, Model, Server, Snapshot
from factory_byok.core.model_names import parse_name, refuse_no_name, same_model, with_window
from factory_byok.core.units import Tokens, show_tokens
from factory_byok.core.world import World
from factory_byok.diagnosis.advice import RAISED_BY
from factory_byok.diagnosis.collect import Ask, collect
from factory_byok.droid.entry_edits import set_field
from factory_byok.droid.known_models import DEFAULT_OUTPUT
from factory_byok.droid.settings import change
from factory_byok.droid.settings.effective import Effective
from factory_byok.droid.settings.locate import user_place
from factory_byok.droid.settings.new_entry import compaction_limit, limiting
from factory_byok.providers.ollama.values import own_window
from factory_byok.workflows.plan import Files, plan_files
from factory_byok.workflows.windows import Target, found


@dataclass(frozen=True, slots=True)
class Derivation:
    """A copy of `base` called `name` with its own window, and the edits that make droid use it.

    `exists` says that the server has just this copy already; `entries` will use it, `users` do so
    already.
    """

    base: str
    name: str
    window: Tokens
    address: Address
    exists: bool
    entries: tuple[Entry, ...]
    files: Files
    users: tuple[str, ...] = ()

    @property
    def already(self) -> bool:
        """Whether nothing is left to do."""
        return not self.actions

    @property
    def used_by(self) -> tuple[str, ...]:
        """The ids of the entries that use the copy afterwards."""
        return tuple(dict.fromkeys((*(each.id for each in self.entries), *self.users)))

    @property
    def actions(self) -> tuple[Action, ...]:
        """What is left to do: the copy, then droid's files."""
        made = CopyModel(self.base, self.window, str(self.address), self.name)
        edits = (self.files.action,) if self.files.changes else ()
        return (*(() if self.exists else (made,)), *edits)


def prepare(
    world: World, chosen: Target, window: Tokens, name: str = "", *, timeout: float = 2.0
) -> Derivation:
    """Asks the server about the model and the copy's name, and plans. Raises ByokError."""
    parsed = parse_name(chosen.model)
    copy = name or (with_window(chosen.model, window) if parsed else "")
    ask = Ask(
        endpoint=chosen.address,
        models=(chosen.model, copy),
        timeout=timeout,
        machine=False,
        droid=False,
    )
    snap = collect(world, ask)
    _, server, model = found(snap, chosen)
    return plan(world, snap, server, model, chosen.address, window, name)


def plan(
    world: World, snap: Snapshot, server: Server, model: Model, address: Address, window: Tokens,
    name: str = "", texts: Mapping[Path, str | None] | None = None,
) -> Derivation:  # fmt: skip
    """Plans the copy without doing anything. Raises ByokError for what cannot be.

    `texts` are files as other edits will have left them by then.
    """
    _refuse(server, model, window)
    chosen = name or with_window(model.name, window)
    refuse_no_name(chosen)
    if own_window(model.settings) == window and not name:
        chosen = model.name  # the model itself already says so
    exists = same_model(chosen, model.name) or _is_the_copy(server, model, chosen, window)
    entries = tuple(
        entry
        for entry in snap.entries
        if entry.fate != "dropped"
        and entry.endpoint == address.identity()
        and same_model(entry.model, model.name)
    )
    edits = tuple(switching(world, entries, chosen, window, snap.defaults))
    action = EditSettings((edits,), offered=tuple(_offered(entries, chosen)))
    files = plan_files(world, action, texts or {})
    check_ids(change.imagine(world, files.previews), entries)
    users = tuple(_users(snap.entries, address, chosen))
    return Derivation(model.name, chosen, window, address, exists, entries, files, users)


def _users(entries: Iterable[Entry], address: Address, name: str) -> Iterator[str]:
    """The ids of droid's entries that use the copy already."""
    for entry in entries:
        there = entry.fate == "listed" and entry.endpoint == address.identity()
        if there and same_model(entry.model, name):
            yield entry.id


def _offered(entries: Sequence[Entry], name: str) -> Iterator[tuple[str, str, str]]:
    """What droid must list afterwards."""
    for entry in entries:
        if entry.fate == "listed":
            yield entry.file, entry.id, name


def _refuse(server: Server, model: Model, window: Tokens) -> None:
    """Raises ByokError where no copy can have that window."""
    if not server.is_ollama:
        raise ByokError(
            "byok can give a model another window on an Ollama server alone",
            RAISED_BY.get(server.provider, "Set it where that server is started").format(
                model=model.name, window=window
            ),
        )
    if model.remote:
        raise ByokError(f"`{model.name}` runs in the cloud, which decides its window")
    longest = model.longest_window
    if isinstance(longest, Known) and window > longest.value:
        raise ByokError(
            f"`{model.name}` itself ends at {show_tokens(longest.value)}: no setting raises that",
            f"`--set {longest.value}` is the most; `byok fit` shows models with longer windows",
        )


def _is_the_copy(server: Server, model: Model, name: str, window: Tokens) -> bool:
    """Whether the server has that copy already. Raises ByokError when the name is another model's.

    The list tells neither weights nor parent: the size, the shape and `num_ctx` have to agree.
    """
    there = server.model(name)
    if there is None:
        return False
    alike = (
        abs(there.weights - model.weights) < 100_000
        and (there.family, there.quantization) == (model.family, model.quantization)
        and there.parameters == model.parameters
    )
    if alike and (not there.settings or own_window(there.settings) == window):
        return bool(there.settings)
    raise ByokError(
        f"The server already has another model called `{name}`", "Choose a name with `--name`"
    )


def switching(
    world: World, entries: Sequence[Entry], name: str, window: Tokens, defaults: Defaults
) -> list[Edit]:
    """The edits that put the copy into every entry and keep its id, with its compaction limit."""
    edits: list[Edit] = []
    limits = user_place(world, "settings").path
    for entry in entries:
        if entry.model != name:
            if not entry.explicit_id and not _named(entry):
                edits.append(_pin(entry))
            edits.append(set_field(entry, "model", name, entry.model))
        if entry.fate == "listed" and entry.id in defaults.compaction_for:
            limit = compaction_limit(window, entry.max_output or DEFAULT_OUTPUT)
            if defaults.compaction_for[entry.id] != limit:
                edits.append(limiting(limits, entry.id, limit))
    return list(dict.fromkeys(edits))


def _named(entry: Entry) -> bool:
    """Whether the entry's id comes from a display name of its own rather than from its model."""
    return bool(entry.name) and entry.name != entry.model


def _pin(entry: Entry) -> Edit:
    """The edit that keeps an id which droid makes of the model's name.

    config.json holds no ids; there the old name becomes the display name, which gives the same id.
    """
    if entry.kind == "config":
        return set_field(entry, "name", entry.model)
    return set_field(entry, "id", entry.id)


def check_ids(after: Effective, entries: Sequence[Entry]) -> None:
    """Raises ByokError when droid would give one of the entries another id afterwards."""
    now = {(entry.file, entry.pointer): entry.id for entry in after.entries}
    for entry in entries:
        if now.get((entry.file, entry.pointer)) != entry.id:
            raise ByokError(
                f"droid would know `{entry.label}` by another id afterwards; nothing was written",
                f"Give the entry an `id` first: `byok set {entry.id} id={entry.id}`",
            )
