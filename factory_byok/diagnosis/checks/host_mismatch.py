"""`OLLAMA_HOST` and an entry name different servers.

The `ollama` program then pulls and starts models at one address, and droid asks for them at the
other.
"""

from collections.abc import Iterator
from dataclasses import replace

from factory_byok.core.addresses import connectable, endpoint_of, parse_address
from factory_byok.core.facts import Entry, Known, Server, Snapshot, Unknown
from factory_byok.core.findings import Finding, Remedy
from factory_byok.diagnosis.advice import start_ollama
from factory_byok.diagnosis.answering import answering, is_ollama, repoint

TITLE = "One Ollama address"
WHAT_TO_DO = (
    "Set `OLLAMA_HOST` to the entry's address or remove it, or let `byok fix host_mismatch` "
    "move the entry"
)


def check(snap: Snapshot) -> Iterator[Finding]:
    """One finding for each Ollama entry that points elsewhere than `OLLAMA_HOST`."""
    told = endpoint_of(snap.default_endpoint)
    if not snap.environment.get("OLLAMA_HOST", "").strip() or not told:
        return
    for entry in snap.listed():
        meant = parse_address(entry.endpoint)  # a wildcard is its own finding, base_url_wrong
        if meant and connectable(meant).identity() != told and is_ollama(snap, entry):
            message = f"droid asks {entry.endpoint}, but `OLLAMA_HOST` means {told}"
            yield Finding("warning", entry.label, message, _remedy(snap, entry, told))


def _remedy(snap: Snapshot, entry: Entry, told: str) -> Remedy:
    """Follow the address that answers and has the model; never one at which nothing listens.

    An entry that `byok fix` has yet to repair was not asked about at all.
    """
    here, there = snap.servers.get(entry.endpoint), snap.servers.get(told)
    if isinstance(here, Unknown) and not isinstance(there, Known):
        other = answering(snap, entry.endpoint)
        return repoint(entry, other) if other else start_ollama(snap, entry.endpoint)
    lacks = isinstance(there, Known) and _lacks(there.value, entry.model)
    if not isinstance(here, Unknown) and (lacks or not isinstance(there, Known)):
        return Remedy("Remove `OLLAMA_HOST` from the environment, or set it to the entry's address")
    return replace(repoint(entry, told), text=f"Point the entry at {told}")


def _lacks(server: Server, model: str) -> bool:
    """Whether a server tells its models, and has none of that name."""
    return isinstance(server.models, Known) and server.model(model) is None
