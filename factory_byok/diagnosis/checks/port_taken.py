"""Something answers, but not the server that the entry needs.

Another program has the port, a web page answers, or the server is broken. droid reports that as
`Exec failed`, and its log holds an error that names none of this. A proxy that imitates Ollama may
serve droid well, but nothing is known of the memory and windows behind it.
"""

from collections.abc import Iterator

from factory_byok.core.addresses import DEFAULT_PORT, parse_address
from factory_byok.core.facts import STRANGE, Known, Snapshot, Unknown
from factory_byok.core.findings import Finding, Remedy
from factory_byok.core.requirements import FLOOR
from factory_byok.core.words import lower_first
from factory_byok.diagnosis.answering import answering, move_all

TITLE = "Server is the right one"
WHAT_TO_DO = (
    "Stop the program that has the port, or point the entry elsewhere with `byok set ENTRY "
    "base_url=URL`"
)


def check(snap: Snapshot) -> Iterator[Finding]:
    """One finding for each endpoint where a stranger answers."""
    for endpoint, reading in snap.servers.items():
        if isinstance(reading, Unknown) and reading.kind in STRANGE:
            who = snap.listeners.get(endpoint, "")
            by = f"{who} answers" if who else "Something answers"
            why = lower_first(reading.why)
            yield Finding(
                "error",
                endpoint,
                f"{by} at {endpoint}, but not as a model server: {why}",
                _remedy(snap, endpoint, who, reading.kind),
            )
        elif isinstance(reading, Known) and reading.value.poses:
            yield _poses(endpoint)
        elif isinstance(reading, Known) and not reading.value.is_ollama:
            yield from _not_ollama(snap, endpoint)


def _poses(endpoint: str) -> Finding:
    """A proxy answers Ollama's questions, with models that have no digest and no size."""
    return Finding(
        "warning",
        endpoint,
        f"A proxy that imitates Ollama answers at {endpoint}: its models have no digest and no "
        "size, so windows and memory cannot be known",
        Remedy("Point the entry at the server behind the proxy, or stop the proxy"),
    )


def _not_ollama(snap: Snapshot, endpoint: str) -> Iterator[Finding]:
    """Another kind of server at Ollama's own place."""
    address = parse_address(endpoint)
    if address is not None and address.loopback and address.port == DEFAULT_PORT:
        who = snap.listeners.get(endpoint, "")
        by = f" ({who})" if who else ""
        yield Finding(
            "note",
            endpoint,
            f"An OpenAI-compatible server{by} answers at Ollama's usual address {endpoint}",
            Remedy("If you meant Ollama, stop that server or move it to another port"),
        )


def _remedy(snap: Snapshot, endpoint: str, who: str, kind: str) -> Remedy:
    """The next step: free the port, mend the address, or look at the server's log."""
    address = parse_address(endpoint)
    local = address is not None and address.loopback
    if kind == "status":
        return Remedy("Look at the server's log, then restart it")
    if kind == "redirect":
        return Remedy("Write the address that it redirects to into the base URL")
    other = answering(snap, endpoint)
    if other:
        return move_all(snap, endpoint, other)
    if local and address is not None:
        free = address.port + 1
        start = (
            f"`setx OLLAMA_HOST 127.0.0.1:{free}` and a new start of Ollama"
            if snap.machine.system == "windows"
            else f"`OLLAMA_HOST=127.0.0.1:{free} OLLAMA_CONTEXT_LENGTH={FLOOR} ollama serve`"
        )
        return Remedy(
            f"Stop {who or 'that program'} on port {address.port}; or give Ollama another port "
            f"with {start}, and write that port into the base URL"
        )
    return Remedy("Correct the base URL: another service lives there")
