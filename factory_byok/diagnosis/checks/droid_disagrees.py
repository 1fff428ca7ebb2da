"""The installed droid lists other models than byok expects.

byok's rules for droid's files were measured version by version. Where the installed droid reads the
files differently, droid is right and byok's other findings about them may be wrong. `byok doctor`
asks a droid of a version that was not measured, `byok doctor --deep` any.
"""

from collections.abc import Iterator

from factory_byok.core.facts import Known, Snapshot
from factory_byok.core.findings import Finding, Remedy
from factory_byok.droid.listing import difference

TITLE = "droid agrees"
WHAT_TO_DO = "Trust droid's own list, and report it with the output of `byok snapshot`"


def check(snap: Snapshot) -> Iterator[Finding]:
    """One finding when droid was asked and its list differs; silent when it was not asked."""
    if not isinstance(snap.droid_lists, Known):
        if snap.droid_lists.kind == "failed":
            _ = snap.droid_lists.value  # raises NotKnown
        return
    differs = difference(snap)
    if differs:
        yield Finding("error", "droid", f"droid's own list of models {differs}", _REMEDY)


_REMEDY = Remedy("Please report it with `byok snapshot`; until then trust droid's own list")
