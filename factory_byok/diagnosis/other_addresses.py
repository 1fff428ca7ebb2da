"""What stands beside an endpoint: who has its port, other addresses of its server, others."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from factory_byok.core.addresses import Address, is_here, parse_address, root_of
from factory_byok.core.facts import (
    SILENT,
    STRANGE,
    Entry,
    Known,
    OllamaInstall,
    Reading,
    Server,
    Unknown,
)
from factory_byok.core.http import Deadline
from factory_byok.core.model_names import EVERY
from factory_byok.core.world import World
from factory_byok.hardware import processes
from factory_byok.providers import PROVIDERS, asking
from factory_byok.providers.ollama import places as ollama_places

Wanted = Mapping[str, tuple[str, set[str]]]
Servers = Mapping[str, Reading[Server]]


def another_address(
    world: World, spelled: str, server: Callable[[], Reading[Server]], clock: Deadline
) -> Address | None:
    """Where the same server answers when it refuses here; None when it does not, or nowhere."""
    address, reading = parse_address(spelled), server()
    if address is None or not isinstance(reading, Unknown) or reading.kind != "refused":
        return None
    return ollama_places.instead_of(world, address, clock.left())


def refusals(
    world: World, entries: Iterable[Entry], wanted: Wanted
) -> dict[Any, Callable[[], bool]]:
    """For each literal address in entries that another spelling stands for: does it refuse?

    droid tries every address of `localhost` (measured with 0.225.2), but only the one it is given.
    """
    roots = {root_of(entry.base_url) for entry in entries if entry.fate == "listed"}
    return {
        ("refuses", root): partial(ollama_places.refuses, world.http, root)
        for root in roots
        if root is not None
        and root.host in ollama_places.LOOPBACK
        and root.identity() in wanted
        and wanted[root.identity()][0] != str(root)
    }


def instead(wanted: Wanted, servers: Servers, answers: Mapping[Any, Any]) -> dict[str, str]:
    """For each address that is refused, one of the same server that answers."""
    found = {}
    for endpoint, (spelled, _) in wanted.items():
        other = answers.get(("instead", endpoint))
        if isinstance(other, Address):
            found[spelled] = str(other)
    for question, answer in answers.items():
        if question[0] == "refuses" and answer is True:
            address: Address = question[1]
            if isinstance(servers[address.identity()], Known):
                found[str(address)] = wanted[address.identity()][0]
    return found


def other_ollamas(
    world: World, install: Callable[[], Reading[OllamaInstall]], wanted: Wanted
) -> Mapping[str, tuple[str, ...]]:
    """Other Ollamas on this machine, each with its models."""
    told = install()
    ports = told.value.ports if isinstance(told, Known) else ()
    known = [where.port for name in wanted if (where := parse_address(name)) and where.loopback]
    return ollama_places.others_here(world, ports, known)


def other_kinds(
    world: World, usual: Callable[[], Reading[Server]], wanted: Wanted, clock: Deadline
) -> dict[str, Reading[Server]]:
    """Servers of other kinds at their usual ports here, looked for where no Ollama answers."""
    if isinstance(usual(), Known):
        return {}
    found: dict[str, Reading[Server]] = {}
    for name in asking.RECOGNISED:
        root = root_of(PROVIDERS[name].base_url)
        if root is None or root.identity() in wanted:
            continue
        # LM Studio has a list of its own; the others are known by the owner in their rows.
        told = name if PROVIDERS[name].listings[0].path != "/v1/models" else ""
        reading = asking.probe(world.http, str(root), clock, provider=told, expected=False)
        if isinstance(reading, Known) and reading.value.provider == name:
            found[root.identity()] = reading
    return found


def elsewhere(wanted: Wanted, servers: Servers, others: Any) -> Mapping[str, tuple[str, ...]]:
    """The other Ollamas, which count only when a server or a model is not where it should be."""
    absent = any(_absent(name, reading) for name, reading in servers.items())
    missing = any(
        isinstance(reading := servers.get(endpoint), Known)
        and reading.value.is_ollama
        and isinstance(reading.value.models, Known)
        and any(reading.value.model(each) is None for each in models - {EVERY, ""})
        for endpoint, (_, models) in wanted.items()
    )
    return others if (absent or missing) and isinstance(others, Mapping) else {}


def _absent(endpoint: str, reading: Reading[Server]) -> bool:
    """Whether no model server answers at an address of this machine."""
    return (
        is_here(endpoint) and isinstance(reading, Unknown) and reading.kind in (*SILENT, *STRANGE)
    )


def listeners(world: World, servers: Servers) -> dict[str, str]:
    """Who listens where a local endpoint answered, but not as a model server."""
    strangers = {}
    for endpoint, reading in servers.items():
        address = parse_address(endpoint)
        if isinstance(reading, Unknown) and reading.kind in STRANGE and address is not None:
            who = processes.listening(world, address.port) if address.loopback else ""
            if who:
                strangers[endpoint] = who
    return strangers
