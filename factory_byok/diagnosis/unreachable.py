"""Hosts that cannot be reached: names that nobody knows, and connections that are cut; pure.

Names of Docker's (a compose service, `host.docker.internal`) mean something inside its networks
alone: docs.docker.com, "Networking in Compose" and "host.docker.internal".
"""

import ipaddress
from collections.abc import Iterator

from factory_byok.core.actions import by_command
from factory_byok.core.addresses import Address, base_url_of, parse_address
from factory_byok.core.facts import Snapshot, Unknown, entries_at
from factory_byok.core.findings import Finding, Remedy
from factory_byok.diagnosis.answering import repoint
from factory_byok.providers.hosted import service_of

DOCKERS = "host.docker.internal"
GATEWAY_OF_WSL = "172.16.0.0/12"  # learn.microsoft.com/windows/wsl/networking: NAT's own range


def no_names(snap: Snapshot) -> tuple[str, ...]:
    """The endpoints that fail because this machine looks up no name at all; () when it does.

    The host of a public service is spelled right, so where even that is unknown, none is.
    """
    failing = [
        endpoint
        for endpoint, reading in snap.servers.items()
        if isinstance(reading, Unknown) and reading.kind == "dns"
    ]
    services = [e for e in failing if (at := parse_address(e)) and service_of(at.host)]
    return tuple(failing) if services else ()


def without_names(snap: Snapshot) -> Iterator[Finding]:
    """That no name can be looked up, once for all endpoints."""
    endpoints = no_names(snap)
    if endpoints:
        yield Finding(
            "error",
            endpoints[0],
            f"This machine can look up no host name, so {', '.join(endpoints)} cannot be reached",
            Remedy("Connect this machine to the network, or repair its name resolution (DNS)"),
        )


def unknown_name(snap: Snapshot, endpoint: str) -> Remedy:
    """What to do about a host name that is not known here."""
    address = parse_address(endpoint)
    if address is None:
        return Remedy("Correct the host name in the base URL")
    if address.host == DOCKERS and snap.machine.container:
        return Remedy(
            f"On Linux start the container with `--add-host={DOCKERS}:host-gateway`: without it "
            "Docker knows that name only on Windows and macOS"
        )
    if address.host == DOCKERS:
        return _here(snap, endpoint, address, "That name exists in containers alone")
    if "." not in address.host:
        who = f"`{address.host}` looks like the name of a compose service"
        if snap.machine.container:
            return Remedy(f"{who}: put this container into the same network")
        return _here(snap, endpoint, address, f"{who}, which its own network alone knows")
    return Remedy("Correct the host name in the base URL")


def _here(snap: Snapshot, endpoint: str, address: Address, why: str) -> Remedy:
    """The port that the container publishes on this machine."""
    here = f"http://localhost:{address.port}"
    text = f"{why}: use localhost and the published port"
    entry = next(iter(entries_at(snap, endpoint)), None)
    if entry is None:
        return Remedy(text)
    if snap.server(here):
        return Remedy(text, repoint(entry, here).actions)
    base = here if entry.dialect == "anthropic" else base_url_of(here)
    return Remedy(text, by_command(("byok", "set", entry.id, f"base_url={base}")))


def cut_off(snap: Snapshot, address: Address) -> Remedy:
    """A connection that is accepted and then cut: no firewall does that."""
    if snap.machine.wsl and _is_windows(address):
        return Remedy(
            f"Something in Windows forwards port {address.port}, but no server stands behind it: "
            "let Ollama there listen beyond its own machine with OLLAMA_HOST=0.0.0.0, and take "
            "the forwarding away (`netsh interface portproxy show all`)"
        )
    behind = "a forwarder or proxy without a server behind it"
    if address.loopback:  # docker-proxy accepts for a server that listens inside its container
        behind += " (in a container the server must listen on 0.0.0.0)"
    return Remedy(
        f"Something accepts connections on port {address.port} there and cuts them: {behind}; "
        "start the server, or correct the forwarder"
    )


def old_gateway(snap: Snapshot, address: Address, kind: str) -> Remedy | None:
    """Windows as seen from WSL, whose address changes with each start; None for another host."""
    if not snap.machine.wsl or not _is_windows(address) or kind not in ("timeout", "unreachable"):
        return None
    return Remedy(
        "Windows' address changes with each start of WSL: `ip route show default` tells the "
        "present one; or set `networkingMode=mirrored` under `[wsl2]` in "
        "`%USERPROFILE%\\.wslconfig` and write localhost"
    )


def _is_windows(address: Address) -> bool:
    """Whether an address lies in the range from which WSL takes Windows' own."""
    try:
        return ipaddress.ip_address(address.host) in ipaddress.ip_network(GATEWAY_OF_WSL)
    except ValueError:
        return False
