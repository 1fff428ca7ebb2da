"""The model reads or writes too slowly for droid.

droid's first request is about 11,500 tokens long, and it sends the whole conversation with every
step. Reading it is bound by the processor or the GPU, writing by the speed of memory. The numbers
are measured, or projected from a short measurement and then called computed.
"""

from collections.abc import Iterator
from typing import Final

from factory_byok.core.actions import by_command
from factory_byok.core.facts import Entry, Exercise, Known, Snapshot
from factory_byok.core.findings import Finding, Remedy
from factory_byok.core.units import show_seconds, show_tokens
from factory_byok.diagnosis.checks.chat_fails import exercised

TITLE = "Speed"
WHAT_TO_DO = (
    "`byok fit MODEL` says what keeps it off the GPU; else choose a model that runs faster here"
)

# droid's client gives up after 600 s (its header X-Stainless-Timeout, droid 0.225.2). A first
# request that takes a tenth of that reaches it when the conversation has grown tenfold.
FIRST_REQUEST: Final = 60.0
# People read about 240 words a minute (Brysbaert 2019, a review of 190 studies), at 4 words for
# 5 tokens: a model that writes under 5 tokens/s is slower than its reader.
TOKENS_PER_SECOND: Final = 5.0


def check(snap: Snapshot) -> Iterator[Finding]:
    """At most one finding for each entry: reading first, since every step of droid reads."""
    for entry, done in exercised(snap, "speed"):
        slow = [words for words in (_reading(done), _writing(done)) if words]
        if slow:
            basis = done.evidence.get("basis", "computed")
            message = f"`{entry.model}` is slow here: {' and '.join(slow)} ({basis})"
            yield Finding("warning", entry.label, message, _remedy(snap, entry))


def _reading(done: Exercise) -> str:
    """What is slow about reading droid's first request; empty when nothing is."""
    seconds = _number(done, "first_request_seconds")
    most = _number(done, "slow_first_request") or FIRST_REQUEST
    if seconds is None or seconds <= most:
        return ""
    tokens = int(_number(done, "first_request_tokens") or 11_500)
    return f"droid's first request of {show_tokens(tokens)} takes {show_seconds(seconds)}"


def _writing(done: Exercise) -> str:
    """What is slow about writing; empty when nothing is."""
    pace = _number(done, "tokens_per_second")
    least = _number(done, "slow_tokens_per_second") or TOKENS_PER_SECOND
    return f"it writes {pace:.1f} tokens/s" if pace is not None and pace < least else ""


def _number(done: Exercise, name: str) -> float | None:
    """A number of the evidence."""
    value = done.evidence.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _remedy(snap: Snapshot, entry: Entry) -> Remedy:
    """What fits this machine better, or what keeps a loaded model off its GPU."""
    for each, server in snap.answered():
        if each is entry and isinstance(server.loaded, Known):
            split = any(one.on_gpu < one.size for one in server.loaded.value)
            if split and any(isinstance(g, Known) and g.value for g in snap.machine.gpus.values()):
                text = "Bring the model onto the GPU whole: a smaller window or quantization fits"
                return Remedy(text, by_command(("byok", "fit", entry.model)))
    return Remedy("Choose a model that runs faster on this machine", by_command(("byok", "fit")))
