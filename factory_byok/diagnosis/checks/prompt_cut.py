"""Long prompts do not reach the model whole.

Ollama cuts a prompt that exceeds its window to about half of it without an error, other servers
refuse it. One long message was sent through the entry; the server's own count of its tokens says
what arrived. A window that the server only claims does not help droid.
"""

from collections.abc import Iterator

from factory_byok.core.facts import Entry, Exercise, Snapshot
from factory_byok.core.findings import Finding, Remedy
from factory_byok.core.requirements import FLOOR
from factory_byok.diagnosis.advice import raise_window
from factory_byok.diagnosis.checks.chat_fails import exercised, fault_of, level_of
from factory_byok.diagnosis.refusal_advice import remedy_for

TITLE = "Long prompts"
WHAT_TO_DO = "Raise the window: `byok window MODEL --set 32000`"

_BY_LENGTH = ("cut", "refused_length", "window_small")


def check(snap: Snapshot) -> Iterator[Finding]:
    """One finding for each entry whose window exercise failed."""
    for entry, done in exercised(snap, "window"):
        if level := level_of(done):
            yield Finding(level, entry.label, done.reason, _remedy(snap, entry, done))


def _remedy(snap: Snapshot, entry: Entry, done: Exercise) -> Remedy:
    """A larger window, or what helps against the fault that came before."""
    if fault_of(done) not in _BY_LENGTH:
        return remedy_for(snap, entry, done)
    for each, server, model in snap.served():
        if each is entry:
            return raise_window(snap, server, model, entry.endpoint)
    return Remedy(f"Raise the window in the server's own settings to {FLOOR:,} or more")
