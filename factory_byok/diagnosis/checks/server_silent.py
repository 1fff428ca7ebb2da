"""The model server does not answer.

droid then says no more than `Exec failed`, a second after the question. The server may not run,
may listen on another address, or may refuse the name under which it is called. In WSL and in
containers `localhost` is not the machine around them.
"""

from collections.abc import Iterator

from factory_byok.core.addresses import root_of
from factory_byok.core.facts import SILENT, Known, OllamaInstall, Snapshot, Unknown
from factory_byok.core.findings import Finding, Level, Remedy
from factory_byok.core.requirements import MOST_ASKED
from factory_byok.core.words import lower_first
from factory_byok.diagnosis.advice import install_of
from factory_byok.diagnosis.answering import answering, is_ollamas, other_kind, repoint
from factory_byok.diagnosis.unreachable import no_names, silence_remedy, without_names

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
        yield Finding(level, endpoint, f"{message}{about}", silence_remedy(snap, endpoint, reading))
    yield from _other_family(snap)
    yield from _not_asked(snap)


def _settled(snap: Snapshot) -> bool:
    """Whether models come from another server than Ollama, and Ollama is not here at all."""
    install = install_of(snap)
    if install is not None and (install.kind != "absent" or install.running):
        return False
    servers = [server for _, server in snap.answered()]
    return other_kind(snap) is not None or (bool(servers) and not any(s.is_ollama for s in servers))


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
