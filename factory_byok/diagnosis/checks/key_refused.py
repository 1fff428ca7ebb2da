"""The server refuses the entry's key.

Asked for its list of models at the entry's own base URL with the entry's own key, as droid would
send it, the server answered 401. That costs nothing, and a wrong or expired key shows at once.
Entries of a project folder are left out: their keys go nowhere without being asked.
"""

from collections.abc import Iterator

from factory_byok.core.actions import by_command
from factory_byok.core.facts import Snapshot
from factory_byok.core.findings import Finding, Remedy

TITLE = "Keys are accepted"
WHAT_TO_DO = "Put a key that the server accepts into a variable: `byok set ENTRY key_env=NAME`"


def check(snap: Snapshot) -> Iterator[Finding]:
    """One finding for each listed entry whose key was tried and refused."""
    for entry in snap.listed():
        if entry.id not in snap.refused_keys:
            continue
        said = snap.refused_keys[entry.id]
        none = entry.key.source == "none"
        what = "wants a key, and the entry has none" if none else "refuses the entry's key"
        yield Finding(
            "error",
            entry.label,
            f"The server at {entry.endpoint} {what}" + (f": {said}" if said else ""),
            Remedy(
                "Give the entry a key that the server accepts, in a variable of your environment",
                by_command(("byok", "set", entry.id, "key_env=NAME")),
            ),
        )
