"""The window that each model really gets, who decides it, and what this machine has room for."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from factory_byok.core.addresses import (
    Address,
    is_here,
    parse_address,
    parse_endpoint,
    root_of,
)
from factory_byok.core.errors import ByokError, UsageError
from factory_byok.core.facts import (
    Basis,
    Entry,
    Known,
    Model,
    Reading,
    Server,
    Snapshot,
    Unknown,
    Window,
)
from factory_byok.core.model_names import EVERY, is_cloud, parse_name, same_model
from factory_byok.core.progress import Say
from factory_byok.core.requirements import FLOOR, SHORTEST_KEEP_ALIVE
from factory_byok.core.units import Tokens
from factory_byok.core.world import World
from factory_byok.diagnosis.advice import keep_loaded, raise_window, unloaded_soon
from factory_byok.diagnosis.collect import Ask, collect
from factory_byok.diagnosis.missing_models import is_absent, what_to_do
from factory_byok.droid.settings.find import candidates, find_entry
from factory_byok.droid.settings.look import look
from factory_byok.exercises.loading import resident
from factory_byok.providers.hosted import HOSTED
from factory_byok.providers.ollama.window import WHOEVER
from factory_byok.sizing.fitting.candidate import installed
from factory_byok.sizing.fitting.free import free_memory
from factory_byok.sizing.fitting.one import asked_of, fit
from factory_byok.workflows.asked_server import no_answer, server_at
from factory_byok.workflows.known_windows import remember
from factory_byok.workflows.loading import seen_loaded


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which models at which server: names (none: all that entries use), and the seconds for it."""

    model: str = ""
    endpoint: str = ""
    timeout: float = 2.0


@dataclass(frozen=True, slots=True)
class Row:
    """One model on one server.

    `window` and `longest_window` are tokens, None when unknown with the reason in `why`. `on_gpu`
    and `in_memory` are the largest windows for which there is room now, None when that cannot be
    judged. `advice` is what to do, "" when nothing has to be. `load_failed` says that it was to be
    measured and could not be loaded.
    """

    model: str
    endpoint: str
    entries: tuple[str, ...]
    window: Tokens | None
    basis: Basis | None
    decided_by: str
    longest_window: Tokens | None
    why: str = ""
    on_gpu: Tokens | None = None
    in_memory: Tokens | None = None
    advice: str = ""
    command: tuple[str, ...] = ()
    load_failed: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """The snapshot and the rows that were asked for."""

    snap: Snapshot
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """A model at a server root."""

    model: str
    address: Address


def see(world: World, wanted: Wanted) -> Seen:
    """Asks the servers. Raises ByokError when a model that is named is not to be had."""
    named = target(world, wanted) if wanted.model else None
    address = parse_endpoint(wanted.endpoint) if wanted.endpoint else None
    ask = Ask(
        endpoint=named.address if named else address,
        models=(named.model,) if named else (),
        timeout=wanted.timeout,
        droid=False,
    )
    snap = collect(world, ask)
    if named is not None:
        return Seen(snap, (row(snap, *found(snap, named)),))
    rows = tuple(row(snap, *each) for each in _of_entries(snap, address))
    if rows or (address is None and any(True for _ in snap.listed())):
        if not rows:
            _refuse_silence(snap)
        return Seen(snap, rows)
    return _all(world, snap, ask)


def _refuse_silence(snap: Snapshot) -> None:
    """Raises ByokError when no server that droid's entries name gave an answer."""
    silent = [(entry.endpoint, snap.servers.get(entry.endpoint)) for entry in snap.listed()]
    if silent and all(isinstance(reading, Unknown) for _, reading in silent):
        endpoint, reading = silent[0]
        address = parse_address(endpoint)
        if address is not None and isinstance(reading, Unknown):
            raise no_answer(snap, address, reading)


def target(world: World, wanted: Wanted) -> Target:
    """The model and the server that a word means: an entry's own, else a model's name."""
    address = parse_endpoint(wanted.endpoint) if wanted.endpoint else None
    entries = [entry for entry in look(world).entries if entry.fate == "listed"]
    if address is not None:
        entries = [entry for entry in entries if entry.endpoint == address.identity()]
    if candidates(entries, wanted.model):
        entry = _one(entries, wanted.model)
        root = root_of(entry.base_url)
        if root is not None:
            return Target(entry.model, root)
    if parse_name(wanted.model) is None:
        raise UsageError(f"`{wanted.model}` is neither an entry nor a model's name")
    return Target(wanted.model, address or world.address())


def _one(entries: list[Entry], word: str) -> Entry:
    """The entry; several of one model at one server are as good as one."""
    found = candidates(entries, word)
    if len({(entry.model, entry.endpoint) for entry in found}) == 1:
        return found[0]
    return find_entry(entries, word)


def found(snap: Snapshot, wanted: Target) -> tuple[str, Server, Model]:
    """The server and the model there. Raises ByokError."""
    server = server_at(snap, wanted.address)
    if isinstance(server.models, Unknown):
        raise ByokError(f"The server at {wanted.address} does not list models: {server.models.why}")
    model = server.model(wanted.model)
    if model is None:
        where = wanted.address.identity()
        hint = what_to_do(snap, where, wanted.model, pulls=server.is_ollama)
        raise ByokError(f"`{wanted.model}` {is_absent(server.provider)} at {wanted.address}", hint)
    return wanted.address.identity(), server, model


def _of_entries(snap: Snapshot, address: Address | None) -> Iterator[tuple[str, Server, Model]]:
    """Each model that listed entries use, once, at the wanted server or at all."""
    seen = set()
    for entry, server, model in snap.served():
        if address is not None and entry.endpoint != address.identity():
            continue
        if (entry.endpoint, model.name) not in seen:
            seen.add((entry.endpoint, model.name))
            yield entry.endpoint, server, model


def _all(world: World, snap: Snapshot, ask: Ask) -> Seen:
    """Every model of a server that no entry uses."""
    address = ask.endpoint or world.address()
    server_at(snap, address)
    snap = collect(world, replace(ask, models=(EVERY,)))
    server = server_at(snap, address)
    models = server.models.value if isinstance(server.models, Known) else ()
    return Seen(snap, tuple(row(snap, address.identity(), server, each) for each in models))


def row(snap: Snapshot, endpoint: str, server: Server, model: Model) -> Row:
    """One model's row."""
    window, longest = model.window, model.longest_window
    known = window.value if isinstance(window, Known) else None
    on_gpu, in_memory = room(snap, endpoint, server, model)
    advice, command = _advice(snap, endpoint, server, model, window)
    return Row(
        model=model.name,
        endpoint=endpoint,
        entries=tuple(_users(snap.listed(), endpoint, model.name)),
        window=known.tokens if known else None,
        basis=known.basis if known else None,
        decided_by=known.decided_by if known else "",
        longest_window=longest.value if isinstance(longest, Known) else None,
        why=window.why if isinstance(window, Unknown) else "",
        on_gpu=on_gpu,
        in_memory=in_memory,
        advice=advice,
        command=command,
    )


def _users(entries: Iterable[Entry], endpoint: str, model: str) -> Iterator[str]:
    """The ids of the entries that use a model."""
    for entry in entries:
        if entry.endpoint == endpoint and same_model(entry.model, model):
            yield entry.id


def room(
    snap: Snapshot, endpoint: str, server: Server, model: Model
) -> tuple[Tokens | None, Tokens | None]:
    """The largest windows that this machine has room for: on the GPU, and with its memory."""
    if not is_here(endpoint) or model.remote or not server.is_ollama:
        return None, None
    loaded = server.loaded.value if isinstance(server.loaded, Known) else ()
    fits = fit(installed(model, server), free_memory(snap.machine, loaded), asked_of(server))
    gpu, memory = fits.largest_on_gpu, fits.largest_in_memory
    return (
        gpu.value if isinstance(gpu, Known) and fits.free.cards else None,
        memory.value if isinstance(memory, Known) else None,
    )


def _advice(
    snap: Snapshot, endpoint: str, server: Server, model: Model, window: Reading[Window]
) -> tuple[str, tuple[str, ...]]:
    """What to do about a window, "" when it is good."""
    if isinstance(window, Unknown) or model.remote:
        return "", ()
    if window.value.tokens >= FLOOR or server.provider in HOSTED:
        soon = unloaded_soon(server) is not None
        return (keep_loaded(snap, endpoint, server).text, ()) if soon else ("", ())
    remedy = raise_window(snap, server, model, endpoint)
    return remedy.text, remedy.command


def measured(world: World, seen: Seen, wanted: Wanted, say: Say) -> Seen:
    """The rows after loading each model in turn; a failed load leaves its reason in `why`."""
    rows = []
    for each in seen.rows:
        server = seen.snap.server(each.endpoint)
        if server is not None and server.is_ollama and not is_cloud(each.model):
            say(f"Loading {each.model}; this may take minutes")
            rows.append(_measured(world, each, wanted))
        else:
            rows.append(each)
    return Seen(seen.snap, tuple(rows))


def _measured(world: World, each: Row, wanted: Wanted) -> Row:
    """One row after loading its model."""
    here = replace(wanted, model=each.model, endpoint=each.endpoint)
    try:
        again, gone = seen_loaded(
            world.http,
            each.endpoint,
            each.model,
            lambda: see(world, here),
            lambda seen: seen.rows[0].basis == "measured",
        )
    except ByokError as error:
        failed = replace(each, why=error.message, advice=error.hint, command=())
        return replace(failed, load_failed=True)
    fresh = again.rows[0]
    if fresh.basis != "measured":
        return replace(fresh, why="this server does not tell the window of a loaded model")
    remember(world, {(each.endpoint, each.model): fresh.window or 0})
    if fresh.decided_by == WHOEVER:
        fresh = replace(fresh, decided_by="the server itself")
    told = None if gone else resident(world.http, each.endpoint, each.model)
    stays = 0.0 if gone else told[1] if told else None
    if stays is None or stays >= SHORTEST_KEEP_ALIVE:
        return fresh
    after = f"{int(stays)} s after" if stays >= 1 else "right after"
    why = f"the server unloads the model {after} each use (its keep-alive is too short)"
    keep = keep_loaded(again.snap, each.endpoint, again.snap.server(each.endpoint)).text
    return replace(fresh, why=why, advice=fresh.advice or keep)
