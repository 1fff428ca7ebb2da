"""droid lets a model of Factory compact the conversations of yours.

droid has each model compact its own conversation, unless `compactionModel` names another one. Where
that is a model of Factory, the whole conversation goes there when you have an account; without one
nothing is compacted, and the window fills up. `current-model` gives it back to your own model.
"""

from collections.abc import Iterator

from factory_byok.core.actions import Edit, by_edits
from factory_byok.core.facts import Snapshot
from factory_byok.core.findings import Finding, Remedy

TITLE = "Who compacts"
WHAT_TO_DO = "`byok fix compaction_elsewhere` sets `compactionModel` to `current-model`"
CURRENT = "current-model"  # droid's default, measured with 0.225.2
OWN = "custom:"  # an entry, chosen by the user; droid passes over one that is not there


def check(snap: Snapshot) -> Iterator[Finding]:
    """At most one finding, when a listed entry's conversations are compacted by Factory's model."""
    named = snap.defaults.compaction_model
    if not named or named.startswith(OWN) or not any(snap.listed()):
        return
    message = (
        f"droid leaves compacting to `{named}`, which is none of your entries: with an account it "
        "sends the whole conversation to Factory, without one it compacts nothing"
    )
    yield Finding("warning", "compactionModel", message, _remedy(snap))


def _remedy(snap: Snapshot) -> Remedy:
    """The setting back to droid's default, in the file that decides it."""
    path = snap.defaults.compaction_model_file
    file = next((file for file in snap.files if file.path == path), None)
    text = f"Set `compactionModel` to `{CURRENT}` in {path}"
    if file is None or file.level == "org":
        return Remedy(text)
    edit = Edit("replace", path, "/compactionModel", CURRENT)
    return Remedy(text, by_edits((edit,)))
