"""The installed droid is another version than the one that byok's rules were measured with.

droid's rules for settings files are not documented in full; byok measured them with one version.
Another may differ: `byok doctor --deep` compares droid's own list with byok's.
"""

from collections.abc import Iterator

from factory_byok.core.actions import by_command
from factory_byok.core.facts import Known, Snapshot
from factory_byok.core.findings import Finding, Remedy
from factory_byok.version import MEASURED_DROID

TITLE = "droid's version"
WHAT_TO_DO = "`byok doctor --deep` compares droid's own list with byok's"


def check(snap: Snapshot) -> Iterator[Finding]:
    """A note when droid tells another version."""
    if not isinstance(snap.droid, Known):
        return
    version = snap.droid.value.version.value
    if version != MEASURED_DROID:
        yield Finding(
            "note",
            "droid",
            f"droid {version} is installed; byok was measured with {MEASURED_DROID}",
            Remedy("Compare its list with byok's", by_command(("byok", "doctor", "--deep"))),
        )
