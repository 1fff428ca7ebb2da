"""The model server does not answer.

droid then says no more than `Exec failed`, a second after the question. The server may not run,
may listen on another address, or may refuse the name under which it is called. In WSL and in
containers `localhost` is not the machine around them.
"""

from collections.abc import Iterator

from factory_byok.core.actions import by_edits
from factory_byok.core.addresses import DEFAULT_PORT, base_url_of, parse_address, root_of
from factory_byok.core.facts import SILENT, Entry, Known, OllamaInstall, Snapshot, Unknown
from factory_byok.core.findings import Finding, Level, Remedy
from factory_byok.diagnosis.advice import install_of, runner, set_variable, start_ollama
from factory_byok.droid.entry_edits import set_field
from factory_byok.providers.hosted import service_of

TITLE = "Server answers"
WHAT_TO_DO = (
    "Start the server; `byok doctor` prints the command for the way in which Ollama is "
    "installed here"
)
KINDS = {
    "absent": "Ollama is not installed",
    "service": "Ollama is installed as a service",
    "app": "the Ollama app is installed",
    "homebrew": "Ollama is installed by Homebrew",
    "container": "Ollama runs in a container",
    "by hand": "Ollama is installed",
}


def check(snap: Snapshot) -> Iterator[Finding]:
    """One finding for each silent endpoint; a note when no entry uses it."""
    used = {entry.endpoint for entry in snap.listed()}
    for endpoint, reading in snap.servers.items():
        if not isinstance(reading, Unknown) or reading.kind not in (*SILENT, "tls", "crashed"):
            continue
        if reading.kind == "tls" and endpoint in used:
            continue  # base_url_wrong says it, with the correction
        level: Level = "error" if endpoint in used else "note"
        message = _silence(endpoint, reading)
        about = _about(snap, endpoint, reading)
        yield Finding(level, endpoint, f"{message}{about}", remedy_for(snap, endpoint, reading))
    yield from _other_family(snap)


def _silence(endpoint: str, reading: Unknown) -> str:
    """That nothing answers, as a sentence."""
    if reading.kind == "refused":
        return f"No server at {endpoint} (connection refused)"
    return f"No usable answer from {endpoint}: {_lower(reading.why)}"


def _about(snap: Snapshot, endpoint: str, reading: Unknown) -> str:
    """What is known of Ollama on this machine, as the rest of the sentence."""
    install = install_of(snap)
    if reading.kind != "refused" or install is None or not _is_ollamas(snap, endpoint):
        return ""
    other = _instead(snap, endpoint)
    if other:
        return f"; an Ollama answers at {other}"
    state = KINDS[install.kind]
    if install.kind == "absent":
        return f"; {state}"
    return f"; {state} and {'runs' + _ports(install) if install.running else 'does not run'}"


def _ports(install: OllamaInstall) -> str:
    """Where a running Ollama listens, when that was seen."""
    if not install.ports:
        return ""
    return f" on port {', '.join(str(port) for port in install.ports)}"


def _is_ollamas(snap: Snapshot, endpoint: str) -> bool:
    """Whether Ollama should be at an endpoint of this machine."""
    address = parse_address(endpoint)
    if address is None or not address.loopback:
        return False
    return address.port == DEFAULT_PORT or endpoint == _identity(snap.default_endpoint)


def _instead(snap: Snapshot, endpoint: str) -> str:
    """Another address of the same server that answers; "" when there is none."""
    return next(
        (other for spelled, other in snap.instead.items() if _identity(spelled) == endpoint), ""
    )


def _other_family(snap: Snapshot) -> Iterator[Finding]:
    """Entries with a literal address that refuses while another of the same machine answers."""
    for entry in snap.listed():
        root = root_of(entry.base_url)
        other = snap.instead.get(str(root), "") if root else ""
        if other and isinstance(snap.servers.get(entry.endpoint), Known):
            yield Finding(
                "error",
                entry.label,
                f"Nothing listens at {root}, but the server answers at {other}",
                _repoint(entry, other),
            )


def _repoint(entry: Entry, other: str) -> Remedy:
    """The edit that lets an entry ask at another root."""
    base_url = other if entry.dialect == "anthropic" else base_url_of(other)
    edit = set_field(entry, "base_url", base_url, entry.base_url)
    return Remedy(f"Make its base URL `{base_url}`", by_edits((edit,)))


def remedy_for(snap: Snapshot, endpoint: str, reading: Unknown) -> Remedy:
    """The next step by the kind of silence."""
    address = parse_address(endpoint)
    if _lacks_port(snap, endpoint):
        return Remedy(
            "`OLLAMA_HOST` with a scheme but no port means port 80 or 443: add "
            f"`:{DEFAULT_PORT}` to it, where Ollama listens"
        )
    if reading.kind == "forbidden":
        every = set_variable(snap, endpoint, None, "OLLAMA_HOST=0.0.0.0")
        return Remedy(
            f"Let the tunnel or proxy send `Host: localhost:{DEFAULT_PORT}`; or let Ollama listen "
            f"on all addresses: {_lower(every)}"
        )
    if reading.kind == "tls":
        return Remedy("Write http:// instead of https:// when the server speaks plain HTTP")
    if reading.kind == "certificate":
        return Remedy("Give the server a certificate that this machine trusts")
    if reading.kind == "dns":
        return Remedy("Correct the host name in the base URL")
    if address is None or not address.loopback:
        return _remote(endpoint, reading)
    if reading.kind == "timeout":
        return Remedy("Restart the server: it accepts connections but does not reply in time")
    return _local(snap, endpoint, address.port)


def _lacks_port(snap: Snapshot, endpoint: str) -> bool:
    """Whether the endpoint is one that OLLAMA_HOST names with a scheme and without a port."""
    told = snap.environment.get("OLLAMA_HOST", "").strip(" \t\"'")
    address = parse_address(told)
    if address is None or endpoint != _identity(snap.default_endpoint):
        return False
    place = told.partition("://")[2].partition("/")[0].rpartition("]")[2]
    return address.port in (80, 443) and ":" not in place


def _remote(endpoint: str, reading: Unknown) -> Remedy:
    """The next step for a server on another machine."""
    address = parse_address(endpoint)
    if address is not None and service_of(address.host):
        return Remedy("See whether this machine is online, and whether a proxy is in the way")
    if reading.kind == "refused":
        return Remedy(
            f"Start the server at {endpoint}; an Ollama there must be told to listen beyond its "
            "own machine with OLLAMA_HOST=0.0.0.0"
        )
    return Remedy(f"Start the server at {endpoint}, or open the firewall between")


def _local(snap: Snapshot, endpoint: str, port: int) -> Remedy:
    """The next step for a server on this machine."""
    other = _instead(snap, endpoint)
    if other:
        return _move(snap, endpoint, other)
    if not _is_ollamas(snap, endpoint):
        return Remedy(f"Start the server that listens on port {port}")
    install = install_of(snap)
    if install and install.running:
        where = f"port {install.ports[0]}" if install.ports else "another address"
        return Remedy(f"Let OLLAMA_HOST and the base URL agree: Ollama listens on {where}")
    if snap.machine.container and install and install.kind == "absent":
        return Remedy(
            "In a container `localhost` is the container itself: use the host's address, "
            f"`http://host.docker.internal:{port}/v1`, and let Ollama there listen with "
            "OLLAMA_HOST=0.0.0.0"
        )
    if snap.machine.wsl and install and install.kind == "absent":
        return Remedy(
            "Install Ollama in WSL; or use the one in Windows: set `networkingMode=mirrored` under "
            "`[wsl2]` in `%USERPROFILE%\\.wslconfig`, then run `wsl --shutdown`"
        )
    return start_ollama(snap)


def _move(snap: Snapshot, endpoint: str, other: str) -> Remedy:
    """Points every entry of a refused endpoint at the address that answers."""
    edits = tuple(
        edit
        for entry in snap.listed()
        if entry.endpoint == endpoint
        for edit in _repoint(entry, other).edits
    )
    text = f"Use `{base_url_of(other)}` as the base URL"
    if snap.machine.wsl and runner(snap, other) == "remote":
        text += (
            "; or set `networkingMode=mirrored` under `[wsl2]` in `%USERPROFILE%\\.wslconfig` and "
            "keep localhost"
        )
    if not edits:
        return Remedy(text)
    return Remedy(text, by_edits(edits))


def _identity(endpoint: str) -> str:
    """The endpoint's identity."""
    address = parse_address(endpoint)
    return address.identity() if address else endpoint


def _lower(sentence: str) -> str:
    """A sentence's text to stand after a colon."""
    return sentence[:1].lower() + sentence[1:]
