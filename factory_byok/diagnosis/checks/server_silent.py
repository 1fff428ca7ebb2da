"""The model server does not answer.

droid then says no more than `Exec failed`, a second after the question. The server may not run,
may listen on another address, or may refuse the name under which it is called. In WSL and in
containers `localhost` is not the machine around them.
"""

from collections.abc import Iterator
from dataclasses import replace

from factory_byok.core.addresses import DEFAULT_PORT, parse_address, root_of
from factory_byok.core.facts import SILENT, Known, OllamaInstall, Snapshot, Unknown
from factory_byok.core.findings import Finding, Level, Remedy
from factory_byok.core.requirements import MOST_ASKED
from factory_byok.core.words import lower_first
from factory_byok.diagnosis.advice import install_of, runner, set_variable, start_ollama
from factory_byok.diagnosis.answering import (
    answering,
    is_ollamas,
    lacks_port,
    move_all,
    other_kind,
    repoint,
)
from factory_byok.diagnosis.unreachable import (
    DOCKERS,
    cut_off,
    no_names,
    old_gateway,
    unknown_name,
    without_names,
)
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
    "container": "Ollama runs in a container that does not pass this port on",
    "by hand": "Ollama is installed",
}


def check(snap: Snapshot) -> Iterator[Finding]:
    """One finding for each silent endpoint; a note when nobody named it and no entry uses it."""
    nameless = no_names(snap)
    yield from without_names(snap)
    used = {snap.asked, *(entry.endpoint for entry in snap.listed())}
    for endpoint, reading in snap.servers.items():
        if not isinstance(reading, Unknown) or reading.kind not in (*SILENT, "tls", "crashed"):
            continue
        if endpoint in nameless:
            continue
        if reading.kind == "tls" and endpoint in used:
            continue  # base_url_wrong says it, with the correction
        level: Level = "error" if endpoint in used else "note"
        message = _silence(endpoint, reading)
        if level == "note" and _settled(snap):
            yield Finding(level, endpoint, message, Remedy("No entry uses it: leave it as it is"))
            continue
        about = _about(snap, endpoint, reading)
        yield Finding(level, endpoint, f"{message}{about}", remedy_for(snap, endpoint, reading))
    yield from _other_family(snap)
    yield from _not_asked(snap)


def _settled(snap: Snapshot) -> bool:
    """Whether models come from another server than Ollama, and Ollama is not here at all."""
    install = install_of(snap)
    absent = install is None or (install.kind == "absent" and not install.running)
    return absent and (any(snap.answered()) or other_kind(snap) is not None)


def _silence(endpoint: str, reading: Unknown) -> str:
    """That nothing answers, as a sentence."""
    if reading.kind == "refused":
        return f"No server at {endpoint} (connection refused)"
    return f"No usable answer from {endpoint}: {lower_first(reading.why)}"


def _about(snap: Snapshot, endpoint: str, reading: Unknown) -> str:
    """What is known of Ollama on this machine, as the rest of the sentence."""
    install = install_of(snap)
    other = answering(snap, endpoint)
    if other:
        return f"; an Ollama answers at {other}"
    if reading.kind != "refused" or install is None or not is_ollamas(snap, endpoint):
        return ""
    state = KINDS[install.kind]
    if install.kind in ("absent", "container"):
        return f"; {state}"
    return f"; {state} and {'runs' + _ports(install) if install.running else 'does not run'}"


def _ports(install: OllamaInstall) -> str:
    """Where a running Ollama listens, when that was seen."""
    if not install.ports:
        return ""
    return f" on port {', '.join(str(port) for port in install.ports)}"


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
                repoint(entry, other),
            )


def _not_asked(snap: Snapshot) -> Iterator[Finding]:
    """That entries name more servers than one look asks."""
    if len(snap.servers) < MOST_ASKED:
        return
    named = {entry.endpoint for entry in snap.listed() if entry.level != "project"}
    left = len(named - {"", *snap.servers})
    if left:
        message = f"byok asked {MOST_ASKED} servers; {left:,} more that entries name were not asked"
        yield Finding("note", "", message, Remedy("Remove entries that you do not use"))


def remedy_for(snap: Snapshot, endpoint: str, reading: Unknown) -> Remedy:
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
