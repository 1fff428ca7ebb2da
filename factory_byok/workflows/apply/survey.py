"""What has to be seen before an apply is planned: this machine, and each Ollama at once."""

from collections.abc import Callable, Iterator
from functools import partial

from factory_byok.core.actions import by_command
from factory_byok.core.addresses import Address
from factory_byok.core.concurrency import together
from factory_byok.core.errors import ByokError
from factory_byok.core.facts import Known, Server, Snapshot, Unknown
from factory_byok.core.findings import Finding, Remedy
from factory_byok.core.model_names import parse_name, with_window
from factory_byok.core.units import show_bytes
from factory_byok.core.world import World
from factory_byok.diagnosis.collect import Ask, collect, look_at_machine
from factory_byok.sizing.recommendation import recommend
from factory_byok.workflows import asked_server
from factory_byok.workflows.apply.facts import Resolved, Seen
from factory_byok.workflows.apply.manifest.facts import Manifest


def look_around(world: World, resolved: Resolved, *, timeout: float) -> Seen:
    """Asks every Ollama that the manifest uses, all at the same time."""
    questions: dict[str, Callable[[], Snapshot]] = {}
    for address in _addresses(resolved):
        ask = Ask(
            endpoint=address,
            models=tuple(_names(resolved, address)),
            timeout=timeout,
            droid=False,
            provider="ollama",
        )
        questions[address.identity()] = partial(collect, world, ask)
    snaps: dict[str, Snapshot] = {}
    for identity, answer in together(questions).items():
        if isinstance(answer, BaseException):
            raise answer
        snaps[identity] = answer
    first = next(iter(snaps.values()), None)
    return Seen(first.machine if first else look_at_machine(world, Ask()), snaps)


def _addresses(resolved: Resolved) -> Iterator[Address]:
    """Every Ollama that the manifest uses, once."""
    every = [each.address for each in resolved.models]
    every += [each.choice.address for each in resolved.wishes if each.choice.provider == "ollama"]
    yield from {address.identity(): address for address in every}.values()


def _names(resolved: Resolved, address: Address) -> Iterator[str]:
    """The models that matter at one server, with the copies that carry their windows."""
    for each in resolved.models:
        if each.address.identity() == address.identity():
            yield each.wanted.name
            if each.wanted.window and parse_name(each.wanted.name):
                yield with_window(each.wanted.name, each.wanted.window)
    for wish in resolved.wishes:
        if wish.choice.address.identity() == address.identity():
            yield wish.base


def server_at(seen: Seen, address: Address) -> tuple[Snapshot, Server]:
    """The Ollama at an address. Raises ByokError when there is none, or it tells no models."""
    snap = seen.snaps[address.identity()]
    server = asked_server.server_at(snap, address)
    if not server.is_ollama:
        raise ByokError(
            f"The server at {address} is not Ollama",
            'Give its entries their `provider`, for example "vllm" or "openai-compatible"',
        )
    if isinstance(server.models, Unknown):
        raise ByokError(f"The server at {address} lists no models: {server.models.why}")
    return snap, server


def too_small(manifest: Manifest, seen: Seen) -> Iterator[Finding]:
    """What this machine lacks of the manifest's least hardware; a warning for what is not known."""
    found = recommend(seen.machine)
    for least, has, name in (
        (manifest.memory, found.memory, "memory"),
        (manifest.gpu_memory, found.gpu_memory, "GPU memory"),
    ):
        if least is None:
            continue
        if not isinstance(has, Known):
            text = f"Whether this machine has {show_bytes(least)} of {name} is not known: {has.why}"
            yield Finding("warning", "hardware", text)
        elif has.value < least:
            there = show_bytes(has.value) if has.value else "none"
            yield Finding(
                "error",
                "hardware",
                f"The manifest asks for {show_bytes(least)} of {name}; this machine has {there}",
                Remedy(
                    "Give smaller machines a manifest of their own", by_command(("byok", "fit"))
                ),
            )
