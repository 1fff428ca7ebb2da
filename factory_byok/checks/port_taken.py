"""Something answers, but not the server that the entry needs.

Another program has the port, a web page answers, or the server is broken. droid reports that as
`Exec failed`, and its log holds an error that names none of this.
"""

from collections.abc import Iterator

from factory_byok.address import parse_address
from factory_byok.facts import STRANGE, Snapshot, Unknown
from factory_byok.findings import Finding, Remedy

TITLE = "Server is the right one"


def check(snap: Snapshot) -> Iterator[Finding]:
    """One finding for each endpoint where a stranger answers."""
    for endpoint, reading in snap.servers.items():
        if isinstance(reading, Unknown) and reading.kind in STRANGE:
            who = snap.listeners.get(endpoint, "")
            by = f"{who} answers" if who else "Something answers"
            why = f"{reading.why[:1].lower()}{reading.why[1:]}"
            yield Finding(
                "error",
                endpoint,
                f"{by} at {endpoint}, but not as a model server: {why}",
                _remedy(endpoint, who, reading.kind),
            )


def _remedy(endpoint: str, who: str, kind: str) -> Remedy:
    """The next step: free the port, mend the address, or look at the server's log."""
    address = parse_address(endpoint)
    local = address is not None and address.loopback
    if kind == "status":
        return Remedy("Look at the server's log, then restart it")
    if kind == "redirect":
        return Remedy("Write the address that it redirects to into the base URL")
    if local and address is not None:
        what = who or "the program"
        return Remedy(
            f"Stop {what} on port {address.port}, or move the model server to another port and "
            "write that into the base URL"
        )
    return Remedy("Correct the base URL: another service lives there")
