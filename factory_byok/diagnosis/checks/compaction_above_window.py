"""droid will not compact the conversation before the window is full.

It summarises a conversation of a custom model only at 250,000 tokens unless told otherwise; it does
not know the model's window. Once the window is full, Ollama cuts the beginning without an error.
`compactionTokenLimitPerModel` sets the limit for one entry.
"""

from collections.abc import Iterator

from factory_byok.core.actions import by_edits
from factory_byok.core.facts import Entry, Known, Snapshot
from factory_byok.core.findings import Finding, Remedy
from factory_byok.core.units import Tokens, show_tokens
from factory_byok.droid.known_models import DEFAULT_OUTPUT
from factory_byok.droid.settings.new_entry import DROIDS_COMPACTION, compaction_limit, limiting

TITLE = "Compaction"
WHAT_TO_DO = "`byok fix compaction_above_window` writes a limit that fits the window"
# Measured with droid 0.225.2: `false` there beats every limit.
SWITCHED_OFF = "droid never compacts its conversation: `compactionThresholdCheckEnabled` is false"
SWITCH_ON = Remedy("Take `compactionThresholdCheckEnabled` out of droid's settings.json")


def check(snap: Snapshot) -> Iterator[Finding]:
    """One finding for each served local entry whose answers would not fit behind the limit."""
    for entry, _, model in snap.served():
        if model.remote or not isinstance(model.window, Known):
            continue
        defaults = snap.defaults
        own = DROIDS_COMPACTION if defaults.compaction is None else defaults.compaction
        limit = defaults.compaction_for.get(entry.id, own)
        better = fitting(entry, model.window.value.tokens)
        if defaults.compaction_off:
            yield Finding("warning", entry.label, SWITCHED_OFF, SWITCH_ON)
        elif limit > better:
            message = _message(limit, model.window.value.tokens)
            yield Finding("warning", entry.label, message, _remedy(snap, entry, better))


def _message(limit: int, window: int) -> str:
    """What is wrong with a limit: above the window, at it, or too close to it for an answer."""
    told = f"droid compacts its conversation at {show_tokens(limit)}"
    if limit > window:
        return f"{told}; its window of {show_tokens(window)} is full before that"
    left = f"{show_tokens(window - limit)} of its window of {window:,}"
    return f"{told}, which leaves {left if limit < window else 'none'} for the answer"


def fitting(entry: Entry, window: int) -> Tokens:
    """The limit that leaves room for one answer, a quarter of the window at most."""
    output = entry.max_output if entry.max_output and entry.max_output > 0 else DEFAULT_OUTPUT
    return compaction_limit(window, output)


def _remedy(snap: Snapshot, entry: Entry, better: Tokens) -> Remedy:
    """The limit for this one id, in the user's own settings."""
    text = f"Let droid compact it at {show_tokens(better)}"
    own = [file for file in snap.files if (file.level, file.kind) == ("user", "settings")]
    if not own or own[0].fate == "rejected":
        return Remedy(text)
    return Remedy(text, by_edits((limiting(own[0].path, entry.id, better),)))
