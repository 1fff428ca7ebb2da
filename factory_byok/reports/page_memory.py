"""The memory bars of a report: each model of the entries at each window, beside what is free."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from factory_byok.core.addresses import parse_address
from factory_byok.core.facts import Entry, Known, Server, Snapshot
from factory_byok.sizing.fitting.candidate import Candidate, by_name, installed
from factory_byok.sizing.fitting.free import Free, free_memory
from factory_byok.sizing.fitting.one import AtWindow, asked_of, fit
from factory_byok.sizing.recommendation import Recommendation

MOST_MODELS: Final = 6


@dataclass(frozen=True, slots=True)
class MemoryOf:
    """One model: its bars, what is free for it in bytes (None: not known), and what to know.

    `on_gpu` is None without a card as well; `together` is what cards and system memory hold.
    """

    model: str
    bars: tuple[AtWindow, ...]
    on_gpu: int | None = None
    together: int | None = None
    notes: tuple[str, ...] = ()


def memory_of(snap: Snapshot, advice: Recommendation) -> tuple[MemoryOf, ...]:
    """The models of the entries, else those of the server, else the one that the page picks."""
    found = list(_of_entries(snap)) or list(_of_server(snap))
    if not found:
        own = advice.own
        pick = own.model if own else advice.best.suggestion.model
        whose, why = ("byok", own.reason) if own else ("Factory", advice.best.reason)
        note = f"There is no entry yet; this is {whose}'s pick for this machine: {why}"
        found = [_held(by_name(pick), free_memory(snap.machine), pick, note)]
    return tuple(found[:MOST_MODELS])


def _of_entries(snap: Snapshot) -> Iterator[MemoryOf]:
    """Each model that an entry names, once for each server."""
    named = {(each.endpoint, each.model): each for each in snap.listed()}
    yield from (_of_entry(each, snap) for each in named.values())


def _of_entry(entry: Entry, snap: Snapshot) -> MemoryOf:
    """The model of one entry, by its server, else by its name."""
    address = parse_address(entry.endpoint)
    reading = snap.servers.get(entry.endpoint)
    server = reading.value if isinstance(reading, Known) else None
    model = server.model(entry.model) if server else None
    if address is None or not address.loopback:
        return MemoryOf(entry.model, (), notes=("It runs on another machine, not on this one",))
    if server is None or model is None:
        told = "Its server does not have it: the numbers are by its name"
        note = told if server else "Its server does not answer: the numbers are by its name"
        return _held(by_name(entry.model), _free(snap), entry.model, note)
    return _held(installed(model, server), _free(snap), entry.model, server=server)


def _of_server(snap: Snapshot) -> Iterator[MemoryOf]:
    """The models of the default server, when no entry names one."""
    reading = snap.servers.get(snap.default_endpoint)
    address = parse_address(snap.default_endpoint)
    if not isinstance(reading, Known) or address is None or not address.loopback:
        return
    server = reading.value
    if isinstance(server.models, Known):
        for model in server.models.value:
            if model.chats:
                free = _free(snap)
                yield _held(installed(model, server), free, model.name, server=server)


def _free(snap: Snapshot) -> Free:
    """What a model on this machine may take, with what its Ollama would make room for."""
    loaded = [
        each
        for endpoint, reading in snap.servers.items()
        if isinstance(reading, Known) and isinstance(reading.value.loaded, Known)
        if (address := parse_address(endpoint)) is not None and address.loopback
        for each in reading.value.loaded.value
    ]
    return free_memory(snap.machine, tuple(loaded))


def _held(
    candidate: Candidate | None,
    free: Free,
    name: str,
    note: str = "",
    *,
    server: Server | None = None,
) -> MemoryOf:
    """A model held against what is free, with the cache and the slots of its server."""
    if candidate is None:
        return MemoryOf(name, (), notes=("Nothing tells how large it is",))
    if candidate.cloud:
        return MemoryOf(name, (), notes=("Ollama's cloud runs it: it needs no memory here",))
    on_gpu = free.usable if free.gpus_known and free.cards else None
    memory = free.memory.value if free.gpus_known and isinstance(free.memory, Known) else None
    notes = [note, *(candidate.shape.assumptions if not note else ()), *free.notes]
    return MemoryOf(
        name,
        fit(candidate, free, asked_of(server)).windows,
        on_gpu,
        None if memory is None else memory + (on_gpu or 0),
        tuple(text for text in notes if text),
    )


def parts(bar: AtWindow) -> tuple[int, int, int, int]:
    """The four parts of a bar in the order in which they are drawn."""
    return bar.need.weights, bar.need.kv_cache, bar.need.compute, bar.need.overhead


def shared_notes(models: tuple[MemoryOf, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each note once, with the models that it is about; none when it is about all of several."""
    about: dict[str, list[str]] = {}
    for each in models:
        for note in each.notes:
            about.setdefault(note, []).append(each.model)
    for note, names in about.items():
        yield () if len(names) == len(models) > 1 else tuple(names), note
