"""What stands beside an endpoint: who has its port, other addresses of its server, others."""

from collections.abc import Iterable, Mapping
from typing import Any

from factory_byok.core.addresses import Address, parse_address, root_of
from factory_byok.core.facts import STRANGE, Entry, Known, Reading, Server, Unknown
from factory_byok.core.world import World
from factory_byok.hardware import processes
from factory_byok.providers.ollama import places as ollama_places

Wanted = Mapping[str, tuple[str, set[str]]]
Servers = Mapping[str, Reading[Server]]


def instead(
    world: World,
    entries: Iterable[Entry],
    wanted: Wanted,
    servers: Servers,
) -> dict[str, str]:
    """For each address that is refused, one of the same server that answers."""
    found = {}
    for endpoint, (spelled, _) in wanted.items():
        address, reading = parse_address(spelled), servers[endpoint]
        if address is None or not isinstance(reading, Unknown) or reading.kind != "refused":
            continue
        other = ollama_places.instead_of(world, address)
        if other is not None:
            found[spelled] = str(other)
    for address in _other_spellings(entries, wanted, servers):
        if ollama_places.refuses(world.http, address):
            found[str(address)] = wanted[address.identity()][0]
    return found


def _other_spellings(
    entries: Iterable[Entry],
    wanted: Wanted,
    servers: Servers,
) -> list[Address]:
    """Literal addresses in entries whose endpoint answered under another spelling.

    droid tries every address of `localhost` (measured with 0.225.2), but only the one it is given.
    """
    roots = [root_of(entry.base_url) for entry in entries if entry.fate == "listed"]
    return [
        root
        for root in dict.fromkeys(roots)
        if root is not None
        and root.host in ollama_places.LOOPBACK
        and isinstance(servers.get(root.identity()), Known)
        and wanted[root.identity()][0] != str(root)
    ]


def elsewhere(
    world: World, entries: Iterable[Entry], servers: Servers, install: Any
) -> Mapping[str, tuple[str, ...]]:
    """Other Ollamas on this machine, looked for only when a model is missing where it should be."""
    missing = any(
        isinstance(reading := servers.get(entry.endpoint), Known)
        and reading.value.provider == "ollama"
        and isinstance(reading.value.models, Known)
        and reading.value.model(entry.model) is None
        for entry in entries
        if entry.fate == "listed"
    )
    if not missing:
        return {}
    ports = install.value.ports if isinstance(install, Known) else ()
    known = [where.port for name in servers if (where := parse_address(name)) and where.loopback]
    return ollama_places.others_here(world, ports, known)


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
