"""The installed droid lists other models than byok expects.

byok's model of droid's rules was measured with one version. Where another version reads the files
differently, droid is right and byok's other findings about them may be wrong.
"""

from collections.abc import Iterator

from factory_byok.core.facts import Known, Snapshot
from factory_byok.core.findings import Finding, Remedy

TITLE = "droid agrees"
WHAT_TO_DO = "Trust droid's own list, and report it with the output of `byok snapshot`"


def check(snap: Snapshot) -> Iterator[Finding]:
    """One finding when droid was asked and its list differs; silent when it was not asked."""
    if not isinstance(snap.droid_lists, Known):
        if snap.droid_lists.kind == "failed":
            _ = snap.droid_lists.value  # raises NotKnown
        return
    theirs, ours = snap.droid_lists.value, tuple(entry.id for entry in snap.listed())
    if theirs != ours:
        yield Finding("error", "droid", _difference(ours, theirs), _REMEDY)


_REMEDY = Remedy("Please report it with `byok snapshot`; until then trust droid's own list")


def _difference(ours: tuple[str, ...], theirs: tuple[str, ...]) -> str:
    """What is missing or too many, or that only the order differs."""
    missing = [id_ for id_ in ours if id_ not in theirs]
    extra = [id_ for id_ in theirs if id_ not in ours]
    told = [f"lacks `{id_}`" for id_ in missing] + [f"has `{id_}` besides" for id_ in extra]
    what = ", ".join(told[:4]) or "has another order"
    return f"droid's own list of models {what}"
