"""Where an Ollama of this machine does answer, when the address that was asked is silent; pure."""

from collections.abc import Collection, Iterator
from typing import Final

from factory_byok.core.actions import by_edits
from factory_byok.core.addresses import DEFAULT_PORT, base_url_of, is_here, parse_address
from factory_byok.core.facts import Entry, Known, Server, Snapshot, entries_at, remembered
from factory_byok.core.findings import Remedy
from factory_byok.core.model_names import same_model
from factory_byok.droid.entry_edits import set_field
from factory_byok.providers import PROVIDERS

# The usual ports of LM Studio, vLLM and llama.cpp: a silent entry there is hardly meant for Ollama.
OTHERS_PORTS: Final = (1234, 8000, 8080)


@remembered
def answering(snap: Snapshot, endpoint: str) -> str:
    """The address of an Ollama that answers where this one of the same machine is silent, or "".

    Another address of the very same server goes first, then one that has the entries' models.
    """
    for spelled, other in snap.instead.items():
        if identity(spelled) == endpoint:
            return other
    address = parse_address(endpoint)
    if address is None or not address.loopback:
        return ""
    wanted = {entry.model for entry in entries_at(snap, endpoint)}
    found = list(_ollamas(snap, endpoint))
    having = [place for place, models in found if _has(models, wanted)]
    if having:
        return having[0]
    ollamas_own = is_ollamas(snap, endpoint) or address.port not in OTHERS_PORTS
    return found[0][0] if found and ollamas_own else ""


def other_kind(snap: Snapshot) -> tuple[str, Server] | None:
    """A model server of this machine that is no Ollama, with its endpoint; None for none."""
    for endpoint, reading in snap.servers.items():
        if isinstance(reading, Known) and not reading.value.is_ollama and is_here(endpoint):
            return endpoint, reading.value
    return None


def told_of(endpoint: str, server: Server) -> str:
    """Who answers there, as a sentence."""
    about = PROVIDERS[server.provider]
    return f"{about.title if about.fixed else f'An {about.title}'} answers at {endpoint}"


def listing(endpoint: str, server: Server) -> tuple[str, ...]:
    """The command that lists what a server offers; one without a usual address needs it named."""
    about = PROVIDERS[server.provider]
    where = () if about.fixed else ("--endpoint", endpoint)
    return ("byok", "add", about.name, *where)


def is_ollamas(snap: Snapshot, endpoint: str) -> bool:
    """Whether Ollama should be at an endpoint of this machine."""
    address = parse_address(endpoint)
    if address is None or not address.loopback:
        return False
    return address.port == DEFAULT_PORT or endpoint == identity(snap.default_endpoint)


def is_ollama(snap: Snapshot, entry: Entry) -> bool:
    """Whether an entry's server is an Ollama by its answer, else by its port."""
    server = snap.server(entry.endpoint)
    address = parse_address(entry.endpoint or entry.base_url)
    if server is not None:
        return server.is_ollama
    return address is not None and address.port == DEFAULT_PORT


def _ollamas(snap: Snapshot, endpoint: str) -> Iterator[tuple[str, Collection[str]]]:
    """The Ollamas of this machine that answer, each with its models; the usual one first."""
    default = identity(snap.default_endpoint)
    for place, reading in sorted(snap.servers.items(), key=lambda each: each[0] != default):
        if place == endpoint or not is_here(place):
            continue
        if isinstance(reading, Known) and reading.value.is_ollama:
            models = reading.value.models
            yield place, [each.name for each in models.value] if isinstance(models, Known) else ()
    for place, names in snap.elsewhere.items():
        if identity(place) not in snap.servers:
            yield place, names


def _has(models: Collection[str], wanted: Collection[str]) -> bool:
    """Whether a server has all that is wanted of it."""
    if not wanted:
        return False
    return all(any(same_model(each, name) for each in models) for name in wanted)


def repoint(entry: Entry, other: str) -> Remedy:
    """The edit that lets an entry ask at another root."""
    base_url = other if entry.dialect == "anthropic" else base_url_of(other)
    edit = set_field(entry, "base_url", base_url, entry.base_url)
    return Remedy(f"Make its base URL `{base_url}`", by_edits((edit,)))


def move_all(snap: Snapshot, endpoint: str, other: str) -> Remedy:
    """Points every entry of a silent endpoint at the address that answers."""
    moved = [repoint(entry, other) for entry in entries_at(snap, endpoint)]
    edits = tuple(edit for each in moved for edit in each.edits)
    if edits:
        return Remedy(f"Use `{base_url_of(other)}` as the base URL", by_edits(edits))
    return Remedy(_for_the_shell(snap, endpoint, other))


def _for_the_shell(snap: Snapshot, endpoint: str, other: str) -> str:
    """The same for an address that no entry uses: what byok and `ollama` ask by themselves."""
    told = snap.environment.get("OLLAMA_HOST", "").strip(" \t\"'")
    where = other.partition("://")[2]
    if not told or endpoint != identity(snap.default_endpoint):
        return f"Name it: `--endpoint {other}`, or set `OLLAMA_HOST={where}`"
    remedy = f"Set `OLLAMA_HOST={where}`, where Ollama answers"
    if lacks_port(snap, endpoint):
        return f"`OLLAMA_HOST` with a scheme but no port means port 80 or 443. {remedy}"
    usual = (parse_address(other) or ("", "", 0))[2] == DEFAULT_PORT
    return f"{remedy}, or take it out of the environment" if usual else remedy


def lacks_port(snap: Snapshot, endpoint: str) -> bool:
    """Whether the endpoint is one that OLLAMA_HOST names with a scheme and without a port."""
    told = snap.environment.get("OLLAMA_HOST", "").strip(" \t\"'")
    address = parse_address(told)
    if address is None or endpoint != identity(snap.default_endpoint):
        return False
    place = told.partition("://")[2].partition("/")[0].rpartition("]")[2]
    return address.port in (80, 443) and ":" not in place


def identity(endpoint: str) -> str:
    """One text for all spellings of an endpoint."""
    address = parse_address(endpoint)
    return address.identity() if address else endpoint
