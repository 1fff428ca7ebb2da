"""The installed droid is no version that byok was measured with, and it reads the files otherwise.

droid's rules for settings files are not documented in full, and they have changed three times
within 130 minor versions. byok follows the installed version as far as it was measured. Any other
is asked which models it lists; this check is silent when the two agree.
"""

from collections.abc import Iterator

from factory_byok.core.facts import Known, Snapshot, Unknown
from factory_byok.core.findings import Finding, Remedy
from factory_byok.droid.listing import difference
from factory_byok.droid.rules import MEASURED

TITLE = "droid's version"
WHAT_TO_DO = (
    "Trust droid's own list where it differs from byok's; a newer byok may know this version"
)


def check(snap: Snapshot) -> Iterator[Finding]:
    """A note when an unmeasured droid's own list differs, or could not be had."""
    if not isinstance(snap.droid, Known):
        return
    read = snap.droid.value.version
    told = f"droid {read.value}" if isinstance(read, Known) else "A droid that tells no version"
    if isinstance(read, Known) and read.value in MEASURED:
        return
    about = f"{told} is installed, which byok was not measured with"
    if isinstance(snap.droid_lists, Unknown):
        if snap.droid_lists.kind == "pinned":
            return
        why = f"whether it reads the files alike is not known: {snap.droid_lists.why}"
        yield Finding("note", "droid", f"{about}, and {why}", _REMEDY)
        return
    differs = difference(snap)
    if differs:
        yield Finding("note", "droid", f"{about}: its own list {differs}", _REMEDY)


_REMEDY = Remedy("See droid's own list with `droid exec --help`, and trust that")
