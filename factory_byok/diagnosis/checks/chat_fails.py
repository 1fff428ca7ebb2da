"""The model does not answer a chat completion.

Asked through the entry's own base URL, dialect, key and headers, in the shape of droid's first
request, no proper answer came. A server that is busy (503) or asks to slow down (429) is told
apart from one that is broken. Silent until `byok doctor --deep` has asked.
"""

from collections.abc import Iterator

from factory_byok.core.actions import by_command
from factory_byok.core.addresses import parse_address
from factory_byok.core.facts import Entry, Exercise, Snapshot
from factory_byok.core.findings import Finding, Remedy
from factory_byok.diagnosis.advice import start_ollama

TITLE = "Model answers"
WHAT_TO_DO = (
    "`byok test ENTRY --only chat` asks again and shows what the server said; its log says why"
)

_SILENCE = ("refused", "timeout", "reset", "unreachable", "dns", "tls", "url", "protocol")
_WAIT = {
    "busy": "Wait, or let fewer programs use the server at once (Ollama: OLLAMA_NUM_PARALLEL)",
    "loading": "Wait until the server has loaded the model, then try again",
    "rate_limited": "Wait, or raise the account's rate limit at the provider",
}
_LOOK = "Read the server's log: `journalctl -u ollama` or ~/.ollama/logs/server.log for Ollama"


def exercised(snap: Snapshot, *names: str) -> Iterator[tuple[Entry, Exercise]]:
    """Each result of the named exercises beside the entry that it belongs to."""
    entries = {entry.id: entry for entry in reversed([*snap.listed()])}
    for done in snap.exercises:
        if done.exercise in names and done.entry in entries:
            yield entries[done.entry], done


def fault_of(done: Exercise) -> str:
    """The machine's word for what broke; empty when nothing did."""
    return str(done.evidence.get("fault", ""))


def check(snap: Snapshot) -> Iterator[Finding]:
    """One finding for each entry whose chat failed; a warning when the server only wants time."""
    for entry, done in exercised(snap, "chat"):
        if done.status == "failed":
            fault = fault_of(done)
            yield Finding(
                "warning" if fault in _WAIT else "error",
                entry.label,
                f"`{entry.model}` does not answer: {lower(done.reason)}",
                remedy_for(snap, entry, fault),
            )


def remedy_for(snap: Snapshot, entry: Entry, fault: str) -> Remedy:
    """The next step by the kind of fault; shared with the other exercises."""
    again = ("byok", "test", entry.id)
    if fault in _WAIT:
        return Remedy(_WAIT[fault], by_command(again))
    if fault in ("unauthorized", "forbidden", "payment", "key"):
        return Remedy(
            "Give the entry a key that the provider accepts, in a variable of your environment",
            by_command(("byok", "set", entry.id, "key_env=NAME")),
        )
    if fault == "not_found":
        return Remedy(
            "Compare the base URL and the model's name with the server",
            by_command(("byok", "doctor")),
        )
    if fault in ("redirect", "html"):
        return Remedy(
            "Correct the base URL: this one leads to a web page", by_command(("byok", "doctor"))
        )
    if fault in _SILENCE:
        address = parse_address(entry.endpoint)
        local = address is not None and address.loopback and address.port == 11434
        return start_ollama(snap) if local else Remedy(f"Start the server at {entry.endpoint}")
    if fault == "load_timeout":
        return Remedy(
            "Give the load more time, or choose a smaller model",
            by_command((*again, "--load-timeout", "900")),
        )
    if fault == "bad_request":
        return Remedy(
            "Correct what the server's message names, in the entry's own fields", by_command(again)
        )
    if fault in ("no_usage", "no_finish", "shape", "empty_answer"):
        return Remedy(
            "Update the server: droid needs answers in the shape of its dialect", by_command(again)
        )
    return Remedy(_LOOK, by_command(again))


def lower(sentence: str) -> str:
    """A sentence to stand after a colon."""
    return sentence[:1].lower() + sentence[1:]
