"""droid lists an entry that it cannot select.

An `id` of one's own must begin with `custom:`. droid shows another one in its list and then
refuses it as an invalid model.
"""

from collections.abc import Iterator

from factory_byok.core.actions import by_edits
from factory_byok.core.facts import Snapshot
from factory_byok.core.findings import Finding, Remedy
from factory_byok.droid.entry_edits import set_field

TITLE = "Entries can be selected"
WHAT_TO_DO = "`byok fix entry_unselectable` puts `custom:` before the id"
PREFIX = "custom:"


def check(snap: Snapshot) -> Iterator[Finding]:
    """One finding for each listed entry whose id droid refuses."""
    for entry in snap.listed():
        if entry.explicit_id and not entry.id.startswith(PREFIX):
            better = PREFIX + entry.id
            yield Finding(
                "error",
                entry.label,
                f"droid lists it but cannot select it: its id `{entry.id}` lacks `{PREFIX}`",
                Remedy(
                    f"Make its id `{better}`", by_edits((set_field(entry, "id", better, entry.id),))
                ),
            )
