"""Long prompts do not reach the model whole.

Ollama cuts a prompt that exceeds its window to about half of it without an error, other servers
refuse it. One long message was sent through the entry; the server's own count of its tokens says
what arrived. A window that the server only claims does not help droid.
"""

from collections.abc import Iterator

from factory_byok.core.facts import Snapshot
from factory_byok.core.findings import Finding
from factory_byok.diagnosis.checks.chat_fails import exercised, fault_of, level_of
from factory_byok.diagnosis.refusal_advice import larger_window, remedy_for

TITLE = "Long prompts"
WHAT_TO_DO = "Raise the window: `byok window MODEL --set 32000`"

_BY_LENGTH = ("cut", "refused_length", "window_small")


def check(snap: Snapshot) -> Iterator[Finding]:
    """One finding for each entry whose window exercise failed."""
    for entry, done in exercised(snap, "window"):
        if level := level_of(done):
            small = fault_of(done) in _BY_LENGTH
            remedy = larger_window(snap, entry) if small else remedy_for(snap, entry, done)
            yield Finding(level, entry.label, done.reason, remedy)
