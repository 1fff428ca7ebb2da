"""Exercises entries, or models without an entry, one after the other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from factory_byok.address import base_url_of, default_endpoint, parse_endpoint
from factory_byok.collect import Ask, collect
from factory_byok.errors import ByokError
from factory_byok.facts import Entry, Exercise, Known, Server, Snapshot
from factory_byok.live.limits import Limits, load_deadline
from factory_byok.live.run import exercise, names_for
from factory_byok.render.progress import Say, working
from factory_byok.settings.find import candidates, find_entry
from factory_byok.units import Tokens
from factory_byok.world import World


@dataclass(frozen=True, slots=True)
class Proof:
    """What is to be proven: exercises by name (none: the usual ones), sizes, deadlines, repeats."""

    names: tuple[str, ...] = ()
    window_tokens: Tokens | None = None
    load: float = 0.0
    repeat: int = 1
    droid: bool = False
    endpoint: str = ""
    timeout: float = 2.0


def prove(
    world: World, wanted: Sequence[str], proof: Proof, *, quiet: bool
) -> tuple[Exercise, ...]:
    """Runs the exercises of the wanted entries. Raises ByokError when there is nothing to test."""
    address = parse_endpoint(proof.endpoint) if proof.endpoint else None
    with working("Looking at the servers", quiet=quiet):
        snap = collect(
            world, Ask(endpoint=address, models=tuple(wanted), timeout=proof.timeout, machine=False)
        )
    entries = _entries(world, snap, wanted, proof)
    results: list[Exercise] = []
    try:
        with working("Testing", quiet=quiet, always=True) as say:
            for _ in range(proof.repeat):
                for entry in entries:
                    results += prove_entry(world, snap, entry, proof, say)
    except KeyboardInterrupt:
        if not results:
            raise
        raise Interrupted(tuple(results)) from None
    return tuple(results)


class Interrupted(KeyboardInterrupt):
    """Ctrl-c in the middle, with what was proven before."""

    def __init__(self, results: tuple[Exercise, ...]) -> None:
        """Keeps the results."""
        super().__init__()
        self.results = results


def prove_entry(
    world: World, snap: Snapshot, entry: Entry, proof: Proof, say: Say
) -> Iterator[Exercise]:
    """The exercises of one entry, each as it is done."""
    reading = snap.servers.get(entry.endpoint)
    server = reading.value if isinstance(reading, Known) else None
    names = proof.names or names_for(entry, server)
    limits = Limits(load=proof.load or load_deadline(world.env), window_tokens=proof.window_tokens)
    yield from exercise(world, entry, server, names, limits, say)


def _entries(world: World, snap: Snapshot, wanted: Sequence[str], proof: Proof) -> list[Entry]:
    """The entries that the words mean; without words every one that droid lists."""
    if wanted:
        return [_entry(world, snap, word, proof) for word in wanted]
    listed = list(snap.listed())
    if not listed:
        raise ByokError(
            "There is no entry to test", "Add one with `byok add ollama qwen2.5-coder:32b`"
        )
    return listed


def _entry(world: World, snap: Snapshot, word: str, proof: Proof) -> Entry:
    """One entry by its id, name or model; else a model of the server, as if it were an entry."""
    if candidates(snap.entries, word):
        return find_entry(snap.entries, word)
    address = (
        parse_endpoint(proof.endpoint)
        if proof.endpoint
        else default_endpoint(world.env.get("OLLAMA_HOST", ""))
    )
    reading = snap.servers.get(address.identity())
    if not (isinstance(reading, Known) and _has(reading.value, word)):
        raise ByokError(
            f"`{word}` is no entry, and the server at {address} has no such model",
            "`byok list` shows the entries",
        )
    return Entry(
        id="custom:",
        name="",
        model=word,
        base_url=base_url_of(str(address)),
        dialect="generic-chat-completion-api",
        file="",
        level="user",
        kind="settings",
        index=0,
        pointer="",
        endpoint=address.identity(),
    )


def _has(server: Server, model: str) -> bool:
    """Whether a server offers a model, or does not tell."""
    return not isinstance(server.models, Known) or server.model(model) is not None


def exercised(world: World, snap: Snapshot, *, quiet: bool) -> Snapshot:
    """The snapshot with every listed entry exercised, for `byok doctor --deep`."""
    results: list[Exercise] = []
    with working("Exercising the models", quiet=quiet, always=True) as say:
        for entry in snap.listed():
            results += prove_entry(world, snap, entry, Proof(), say)
    return replace(snap, exercises=tuple(results))
