"""Other addresses at which an Ollama of this machine, or of the one around it, may be found."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from factory_byok.core.addresses import DEFAULT_PORT, Address
from factory_byok.core.concurrency import together
from factory_byok.core.http import Http, NoAnswer
from factory_byok.core.world import World
from factory_byok.hardware.machine import in_container, in_wsl
from factory_byok.hardware.sysfs import text
from factory_byok.providers.ollama.replies import parse_tags, parse_version

DEADLINE: Final = 0.7  # seconds; a neighbour that does not answer at once is not offered
LOOPBACK: Final = ("127.0.0.1", "::1")
# Names under which Docker and Podman let a container reach its host
HOSTS_OF_CONTAINERS: Final = ("host.docker.internal", "host.containers.internal")
MOST_PORTS: Final = 4


def instead_of(world: World, address: Address, left: float = DEADLINE) -> Address | None:
    """An address of the same server that answers where this one refuses; None when there is none.

    Asks for no more than `left` seconds.

    On loopback that is the other family, in WSL the Windows machine, in a container its host.
    """
    places = list(dict.fromkeys(_places(world, address)))
    left = min(left, DEADLINE)
    answers = together(
        {place: _asking(world.http, place, left) for place in places if place != address}, left
    )
    return next((place for place in places if answers.get(place) is True), None)


def refuses(http: Http, address: Address) -> bool:
    """Whether nothing listens at just this address."""
    try:
        http.send("GET", f"{address}/api/version", deadline=DEADLINE)
    except NoAnswer as silence:
        return silence.kind == "refused"
    return False


def _places(world: World, address: Address) -> Iterable[Address]:
    """Where else to look, the nearest first."""
    if not address.loopback:
        return
    if address.host in LOOPBACK:
        yield from (address._replace(host=host) for host in LOOPBACK if host != address.host)
    if in_wsl(world):
        yield from (address._replace(host=host) for host in _gateways(world))
    elif in_container(world):
        yield from (address._replace(host=host) for host in HOSTS_OF_CONTAINERS)
        yield from (address._replace(host=host) for host in _gateways(world))


def _gateways(world: World) -> Iterable[str]:
    """The way out of this machine: its default gateway, which in WSL is the Windows machine."""
    found = parse_gateway(text(world.root / "proc/net/route") or "")
    return [found] if found else []


def parse_gateway(table: str) -> str:
    """The default gateway in /proc/net/route, whose addresses are hexadecimal and reversed."""
    for line in table.splitlines()[1:]:
        fields = line.split()
        if (
            len(fields) > 2
            and fields[1] == "00000000"
            and re.fullmatch("[0-9A-Fa-f]{8}", fields[2])
        ):
            return ".".join(str(byte) for byte in reversed(bytes.fromhex(fields[2])))
    return ""


def _asking(http: Http, place: Address, left: float) -> Callable[[], bool]:
    """Whether an Ollama answers at a place."""

    def ask() -> bool:
        reply = http.send("GET", f"{place}/api/version", deadline=left)
        return parse_version(reply) is not None

    return ask


def others_here(
    world: World, ports: Iterable[int], known: Iterable[int]
) -> Mapping[str, tuple[str, ...]]:
    """The models of other Ollamas on this machine, by their address, beside the known ports."""
    wanted = [port for port in dict.fromkeys([DEFAULT_PORT, *ports]) if port not in set(known)]

    def ask(port: int) -> tuple[str, ...]:
        reply = world.http.send("GET", f"http://127.0.0.1:{port}/api/tags", deadline=DEADLINE)
        return tuple(model.name for model in parse_tags(reply.json()))

    questions = {port: (lambda port=port: ask(port)) for port in wanted[:MOST_PORTS]}
    answers = together(questions, DEADLINE)
    return {
        f"http://127.0.0.1:{port}": names
        for port, names in answers.items()
        if not isinstance(names, BaseException)
    }
