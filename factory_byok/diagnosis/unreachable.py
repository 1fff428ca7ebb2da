"""What to do about a server that does not answer, or cannot be reached; pure.

Names of Docker's (a compose service, `host.docker.internal`) mean something inside its networks
alone: docs.docker.com, "Networking in Compose" and "host.docker.internal".
"""

import ipaddress
from collections.abc import Iterator
from dataclasses import replace

from factory_byok.core.actions import by_command
from factory_byok.core.addresses import DEFAULT_PORT, Address, base_url_of, parse_address
from factory_byok.core.facts import Snapshot, Unknown, entries_at
from factory_byok.core.findings import Finding, Remedy
from factory_byok.core.words import lower_first
from factory_byok.diagnosis.advice import install_of, runner, set_variable, start_ollama
from factory_byok.diagnosis.answering import answering, is_ollamas, lacks_port, move_all, repoint
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


def silence_remedy(snap: Snapshot, endpoint: str, reading: Unknown) -> Remedy:
    """The next step by the kind of silence."""
    address = parse_address(endpoint)
    other = answering(snap, endpoint)
    if other:
        return _move(snap, endpoint, other)
    if lacks_port(snap, endpoint):
        return Remedy(
            "`OLLAMA_HOST` with a scheme but no port means port 80 or 443: add "
            f"`:{DEFAULT_PORT}` to it, Ollama's usual port"
        )
    if reading.kind == "forbidden":
        every = set_variable(snap, endpoint, None, "OLLAMA_HOST=0.0.0.0")
        return Remedy(
            f"Let the tunnel or proxy send `Host: localhost:{DEFAULT_PORT}`; or let Ollama listen "
            f"on all addresses: {lower_first(every)}"
        )
    if reading.kind == "tls":
        return Remedy("Write http:// instead of https:// when the server speaks plain HTTP")
    if reading.kind == "certificate":
        return Remedy(
            "Give the server a certificate that this machine trusts; or name the file of the one "
            "that it has in `NODE_EXTRA_CA_CERTS`, which droid reads too"
        )
    if reading.kind == "dns":
        return unknown_name(snap, endpoint)
    if address is None or not address.loopback:
        return _remote(snap, endpoint, reading)
    if reading.kind == "reset":
        return cut_off(snap, address)
    if reading.kind == "timeout":
        return Remedy("Restart the server: it accepts connections but does not reply in time")
    return _local(snap, endpoint, address.port)


def _remote(snap: Snapshot, endpoint: str, reading: Unknown) -> Remedy:
    """The next step for a server on another machine."""
    address = parse_address(endpoint)
    if address is not None and service_of(address.host):
        return Remedy("See whether this machine is online, and whether a proxy is in the way")
    if address is not None and reading.kind in ("reset", "protocol"):
        return cut_off(snap, address)
    moved = old_gateway(snap, address, reading.kind) if address is not None else None
    if moved is not None:
        return moved
    if reading.kind == "refused":
        return Remedy(
            f"Start the server at {endpoint}; an Ollama there must be told to listen beyond its "
            "own machine with OLLAMA_HOST=0.0.0.0"
        )
    return Remedy(f"Start the server at {endpoint}, or open the firewall between")


def _local(snap: Snapshot, endpoint: str, port: int) -> Remedy:
    """The next step for a server on this machine."""
    install = install_of(snap)
    absent = install is not None and install.kind == "absent" and not install.running
    if not is_ollamas(snap, endpoint):
        return Remedy(f"Start the server that should be on port {port}, or correct the base URL")
    if snap.machine.container and absent:
        own = start_ollama(snap, endpoint)
        text = (
            "In a container `localhost` is the container itself: use the host's address, "
            f"`http://{DOCKERS}:{port}/v1` (on Linux the container is started with "
            f"`--add-host={DOCKERS}:host-gateway`), and let Ollama there listen with "
            f"OLLAMA_HOST=0.0.0.0; or {lower_first(own.text)}"
        )
        return replace(own, text=text)
    if snap.machine.wsl and absent:
        return Remedy(
            "Install Ollama in WSL; or use the one in Windows: set `networkingMode=mirrored` under "
            "`[wsl2]` in `%USERPROFILE%\\.wslconfig`, then run `wsl --shutdown`"
        )
    return start_ollama(snap, endpoint)


def _move(snap: Snapshot, endpoint: str, other: str) -> Remedy:
    """To the address that answers; in WSL the network can be set to have one for both."""
    remedy = move_all(snap, endpoint, other)
    if not (snap.machine.wsl and runner(snap, other) == "remote"):
        return remedy
    mirrored = "set `networkingMode=mirrored` under `[wsl2]` in `%USERPROFILE%\\.wslconfig`"
    return replace(remedy, text=f"{remedy.text}; or {mirrored} and keep localhost")
