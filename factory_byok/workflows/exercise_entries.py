"""Exercises entries, or models without an entry, one after the other."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from factory_byok.core.addresses import Address, parse_endpoint
from factory_byok.core.errors import ByokError
from factory_byok.core.facts import (
    NOT_READ,
    Entry,
    Exercise,
    Known,
    Server,
    Snapshot,
    Unknown,
)
from factory_byok.core.findings import Finding
from factory_byok.core.progress import Progress, Say
from factory_byok.core.units import Tokens
from factory_byok.core.words import lower_first
from factory_byok.core.world import World
from factory_byok.diagnosis.checks import LIVE_CODES
from factory_byok.diagnosis.collect import Ask, collect
from factory_byok.diagnosis.examine import examine
from factory_byok.diagnosis.missing_models import what_to_do
from factory_byok.droid import program as droid
from factory_byok.droid.settings.find import candidates, find_entry, meant
from factory_byok.exercises.droid_turn import droid_turn
from factory_byok.exercises.limits import LOAD_FIRST, LOADED, QUIET, Limits, load_deadline
from factory_byok.exercises.repeat import merged
from factory_byok.exercises.runner import exercise, hosted, in_order, names_for
from factory_byok.workflows.asked_server import next_step, server_at
from factory_byok.workflows.choice import place
from factory_byok.workflows.loading import with_measured
from factory_byok.workflows.project_entries import left_out, project_entries, refuse

WAITED: Final = ("timeout", "load_timeout")  # faults of a server that says nothing


@dataclass(frozen=True, slots=True)
class Proof:
    """What is to be proven: exercises by name (none: the usual ones), sizes, deadlines, repeats.

    `project` is the yes to the entries of a project's own file.
    """

    names: tuple[str, ...] = ()
    window_tokens: Tokens | None = None
    load: float | None = None
    repeat: int = 1
    droid: bool = False
    cheap: bool = False
    project: bool = False
    slow_first_request: float | None = None
    slow_tokens_per_second: float | None = None
    endpoint: str = ""
    timeout: float = 2.0


@dataclass(slots=True)
class Proven:
    """What was proven so far and what follows; `interrupted` says that ctrl-c ended it.

    `entries` are those that droid lists.
    """

    results: list[Exercise] = field(default_factory=list)
    interrupted: bool = False
    findings: tuple[Finding, ...] = ()
    entries: tuple[Entry, ...] = ()


def prove(world: World, wanted: Sequence[str], proof: Proof, *, progress: Progress) -> Proven:
    """Runs the exercises of the wanted entries; ctrl-c keeps what was proven.

    Raises ByokError when there is nothing to test.
    """
    in_order(proof.names)  # a wrong name is said before anything is asked
    address = parse_endpoint(proof.endpoint) if proof.endpoint else None
    ask = Ask(
        endpoint=address,
        models=tuple(wanted),
        timeout=proof.timeout,
        machine=False,
        ollama=True,
        keys=False,  # the exercises say it, and a server may count requests
    )
    with progress.working("Looking at the servers"):
        snap = collect(world, ask)
    entries = _entries(world, snap, wanted, proof)
    _check_named(snap, address, entries)
    proven = Proven(entries=tuple(snap.listed()))
    with progress.working("Testing", long=True) as say:
        _run(world, snap, entries, proof, say, proven)
    proven.results = list(merged(proven.results))
    judged = replace(snap, exercises=tuple(proven.results))
    skipped = [each for each in _refused(snap, proof.project) if not wanted]
    findings = map(partial(_as_droid_ends, judged), examine(judged, LIVE_CODES).findings)
    proven.findings = (*findings, *left_out(skipped))
    return proven


def _check_named(snap: Snapshot, address: Address | None, entries: Sequence[Entry]) -> None:
    """Raises ByokError when the server that the user named is silent and no entry is tested there.

    An entry's own silence is a result of its exercises.
    """
    if address is None or any(entry.endpoint == address.identity() for entry in entries):
        return
    server_at(snap, address)


def _as_droid_ends(snap: Snapshot, finding: Finding) -> Finding:
    """A finding by droid's exit code: an error only where one of the entry's exercises failed."""
    failed = {done.entry for done in snap.exercises if done.status == "failed"}
    ends_well = all(e.id not in failed for e in snap.listed() if e.label == finding.subject)
    return replace(finding, level="warning") if ends_well and finding.level == "error" else finding


def _run(
    world: World,
    snap: Snapshot,
    entries: Sequence[Entry],
    proof: Proof,
    say: Say,
    proven: Proven,
) -> None:
    """Every exercise of every entry, as often as asked; each result is kept when it is there."""
    turns = [entry for _ in range(proof.repeat) for entry in entries]
    silent: dict[str, Exercise] = {}  # by endpoint: it is waited for once, not once an entry
    try:
        for number, entry in enumerate(turns, 1):
            if entry.endpoint in silent:
                proven.results.append(_silent_too(silent[entry.endpoint], entry))
                continue
            counted = _counted(say, number, len(turns))
            for result in prove_entry(world, snap, entry, proof, counted):
                proven.results.append(result)
                if snap.server(entry.endpoint) is None and result.evidence.get("fault") in WAITED:
                    silent[entry.endpoint] = result
    except KeyboardInterrupt:
        proven.interrupted = True


def _silent_too(first: Exercise, entry: Entry) -> Exercise:
    """The result of an entry whose server just kept byok waiting for another one."""
    why = f"not asked again, after `{first.model}` at the same server: {first.reason}"
    name = entry.id if entry.file else ""
    return Exercise(name, entry.model, first.exercise, "failed", why, first.evidence)


def _counted(say: Say, number: int, total: int) -> Say:
    """Says how far it is with each line, `[2/5] … (12 s)`; a single turn only tells its time."""
    begin = time.monotonic()
    place = f"[{number}/{total}] " if total > 1 else ""

    def counted(text: str) -> None:
        seconds = time.monotonic() - begin
        say(f"{place}{text}{f' ({seconds:.0f} s)' if seconds >= 1 else ''}")

    return counted


def prove_entry(
    world: World, snap: Snapshot, entry: Entry, proof: Proof, say: Say
) -> Iterator[Exercise]:
    """The exercises of one entry, each as it is done; with `droid` a turn of droid's own."""
    server = snap.server(entry.endpoint)
    names = proof.names or names_for(entry, server)
    limits = Limits(
        load=proof.load or load_limit(world.env, snap, entry),
        window_tokens=proof.window_tokens,
        slow_first_request=proof.slow_first_request,
        slow_tokens_per_second=proof.slow_tokens_per_second,
    )
    for result in exercise(world, entry, server, names, limits, say, cheap=proof.cheap):
        # A model without an entry stands for itself in the results.
        yield result if entry.file else replace(result, entry="")
    if proof.droid:
        say(f"Letting droid take a turn with {entry.model}")
        yield _droid_turn(world, snap, entry)


def load_limit(env: Mapping[str, str], snap: Snapshot, entry: Entry) -> float:
    """The seconds that a load may take at an entry's server, as far as it loads at all."""
    reading, server = snap.servers.get(entry.endpoint), snap.server(entry.endpoint)
    if isinstance(reading, Unknown) and reading.kind == "timeout":
        return QUIET
    loaded = server is not None and server.provider in LOAD_FIRST
    return LOADED if loaded or hosted(entry, server) else load_deadline(env)


def _droid_turn(world: World, snap: Snapshot, entry: Entry) -> Exercise:
    """One real turn of the installed droid; skipped without one."""
    if isinstance(snap.droid, Unknown):
        return Exercise(entry.id, entry.model, "droid", "skipped", snap.droid.why)
    return droid_turn(world, entry, snap.droid.value.path)


def deepened(
    world: World, snap: Snapshot, ask: Ask, *, progress: Progress, project: bool = False
) -> tuple[Snapshot, bool]:
    """The snapshot with every listed entry exercised and droid's own list; whether ctrl-c ended it.

    The servers are looked at again, now that the models are loaded and their windows can be read.
    """
    proven = Proven()
    with progress.working("Exercising the models", long=True) as say:
        if isinstance(snap.droid, Known) and snap.droid_lists == NOT_READ:
            snap = replace(snap, droid_lists=droid.lists(world, snap.droid.value.path))
        refused = _refused(snap, project)
        entries = [each for each in snap.listed() if each not in refused]
        _run(world, snap, entries, Proof(), say, proven)
        say("Looking again")
        again = collect(world, replace(ask, droid=False))
    # The machine, the droid and the settings are those of the first look: one moment, one report.
    seen = replace(snap, servers=again.servers, exercises=tuple(proven.results))
    return with_measured(seen), proven.interrupted


def _entries(world: World, snap: Snapshot, wanted: Sequence[str], proof: Proof) -> list[Entry]:
    """The entries that the words mean; without words every one that droid lists."""
    if wanted:
        return [_entry(world, snap, word, proof) for word in wanted]
    refused = _refused(snap, proof.project)
    listed = [each for each in snap.listed() if each not in refused]
    if not listed and refused:
        refuse(refused[0])
    if not listed:
        dropped = "droid lists none of the entries: `byok doctor` says why"
        hint = dropped if snap.entries else "`byok setup` makes one"
        raise ByokError("There is no entry to test", hint)
    return listed


def _refused(snap: Snapshot, project: bool) -> list[Entry]:
    """The project's entries that nobody said yes to."""
    return [] if project else project_entries(snap.entries)


def _entry(world: World, snap: Snapshot, word: str, proof: Proof) -> Entry:
    """One entry by its id, name or model; else a model of the server, as if it were an entry."""
    if candidates(snap.entries, word):
        entry = find_entry(snap.entries, word)
        if not proof.project:
            refuse(entry)
        return entry
    choice = replace(place(world, "ollama", proof.endpoint), model=word)
    address = choice.address
    reading = snap.servers[address.identity()]
    if isinstance(reading, Unknown):
        raise ByokError(
            f"`{word}` is no entry, and no usable answer came from {address}: "
            + lower_first(reading.why),
            next_step(snap, address.identity(), reading),
        )
    if not _has(reading.value, word):
        raise ByokError(
            f"`{word}` is no entry, and the server at {address} has no such model",
            meant(snap.entries, word) or _meant(snap, address.identity(), word),
        )
    return choice.as_entry


def _meant(snap: Snapshot, endpoint: str, word: str) -> str:
    """What to do about a word that is neither an entry nor a model."""
    shown, server = "`byok list` shows the entries", snap.server(endpoint)
    hint = what_to_do(snap, endpoint, word, pulls=server is not None and server.is_ollama)
    return f"{hint}; {shown}" if hint else shown


def _has(server: Server, model: str) -> bool:
    """Whether a server offers a model, or does not tell."""
    return not isinstance(server.models, Known) or server.model(model) is not None
