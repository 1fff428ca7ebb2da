"""droid is not installed here.

byok can prepare its settings all the same; to use them, droid must be on PATH.
"""

from collections.abc import Iterator

from factory_byok.core.facts import Snapshot, Unknown
from factory_byok.core.findings import Finding, Remedy

TITLE = "droid is installed"
WHAT_TO_DO = "Install it: https://docs.factory.ai/cli/getting-started/quickstart"


def check(snap: Snapshot) -> Iterator[Finding]:
    """A note when no droid is on PATH."""
    if isinstance(snap.droid, Unknown):
        if snap.droid.kind != "absent":
            _ = snap.droid.value  # raises NotKnown
        yield Finding(
            "note",
            "droid",
            "No `droid` is on PATH",
            Remedy("Install it from https://docs.factory.ai/cli/getting-started/quickstart"),
        )
