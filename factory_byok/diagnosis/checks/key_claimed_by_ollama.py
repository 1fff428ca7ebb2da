"""The key is exactly `ollama`, and Ollama takes such entries for its own.

`ollama launch droid` deletes and rebuilds every entry of `settings.json` whose key is `ollama`.
A local server takes any key, so another word is safe.
"""

from collections.abc import Iterator

from factory_byok.core.actions import by_edits
from factory_byok.core.facts import Snapshot
from factory_byok.core.findings import Finding, Remedy
from factory_byok.droid.entry_edits import NO_KEY, set_field

TITLE = "Keys that Ollama claims"
WHAT_TO_DO = "`byok fix key_claimed_by_ollama` writes `not-needed` in its place"
CLAIMED = "ollama"  # github.com/ollama/ollama cmd/launch/droid.go


def check(snap: Snapshot) -> Iterator[Finding]:
    """One note for each of the user's entries that `ollama launch droid` would delete."""
    for entry in snap.listed():
        if entry.level == "user" and entry.key.marker == CLAIMED:
            yield Finding(
                "note",
                entry.label,
                f"Its key is `{CLAIMED}`: `ollama launch droid` deletes such entries",
                Remedy(
                    f"Write `{NO_KEY}` instead",
                    by_edits((set_field(entry, "key", NO_KEY, CLAIMED),)),
                ),
            )
