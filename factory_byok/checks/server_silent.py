"""The model server does not answer.

droid then says no more than `Exec failed`, a second after the question. The server may not run,
may listen on another address, or may refuse the name under which it is called.
"""

from collections.abc import Iterator

from factory_byok.address import parse_address
from factory_byok.advice import install_of, start_ollama
from factory_byok.facts import SILENT, Snapshot, Unknown
from factory_byok.findings import Finding, Level, Remedy

TITLE = "Server answers"


def check(snap: Snapshot) -> Iterator[Finding]:
    """One finding for each silent endpoint; a note when no entry uses it."""
    used = {entry.endpoint for entry in snap.listed()}
    for endpoint, reading in snap.servers.items():
        if isinstance(reading, Unknown) and reading.kind in (*SILENT, "tls", "crashed"):
            level: Level = "error" if endpoint in used else "note"
            message = f"Nothing usable answers at {endpoint}: {_lower(reading.why)}"
            yield Finding(level, endpoint, message, remedy_for(snap, endpoint, reading))


def remedy_for(snap: Snapshot, endpoint: str, reading: Unknown) -> Remedy:
    """The next step by the kind of silence."""
    address = parse_address(endpoint)
    if reading.kind == "forbidden":
        return Remedy(
            "Let the tunnel or proxy send `Host: localhost:11434`, or let Ollama listen on all "
            "addresses with OLLAMA_HOST=0.0.0.0"
        )
    if reading.kind == "tls":
        return Remedy("Write http:// instead of https:// when the server speaks plain HTTP")
    if reading.kind == "dns":
        return Remedy("Correct the host name in the base URL")
    if address is None or not address.loopback:
        return Remedy(f"Start the server at {endpoint}, or open the firewall between")
    if reading.kind == "timeout":
        return Remedy("Restart the server: it accepts connections but does not reply in time")
    return _local(snap, endpoint, address.port)


def _local(snap: Snapshot, endpoint: str, port: int) -> Remedy:
    """The next step for a server on this machine."""
    install = install_of(snap)
    if port != 11434 and endpoint != _identity(snap.default_endpoint):
        return Remedy(f"Start the server that listens on port {port}")
    if install and install.running:
        return Remedy("Ollama runs but listens elsewhere: compare OLLAMA_HOST on both sides")
    return start_ollama(snap)


def _identity(endpoint: str) -> str:
    """The endpoint's identity."""
    address = parse_address(endpoint)
    return address.identity() if address else endpoint


def _lower(sentence: str) -> str:
    """A sentence's text to stand after a colon."""
    return sentence[:1].lower() + sentence[1:]
