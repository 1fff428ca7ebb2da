"""The key cannot be one: a placeholder, a variable's name, or signs that HTTP cannot carry.

Guides print keys such as `YOUR_GROQ_KEY`, and droid sends those words as they stand; it drops only
`YOUR_API_KEY` and `YOUR_OPENAI_API_KEY`. A variable counts as `${NAME}` in `settings.json` alone.
"""

from collections.abc import Iterator

from factory_byok.core.actions import by_command
from factory_byok.core.addresses import Address, root_of
from factory_byok.core.facts import Entry, Snapshot
from factory_byok.core.findings import Finding, Level, Remedy
from factory_byok.providers.hosted import service_of

TITLE = "Keys can be keys"
WHAT_TO_DO = "`byok set ENTRY key_env=NAME` writes `${NAME}` in the place of the words"


def check(snap: Snapshot) -> Iterator[Finding]:
    """One finding for each listed entry whose key is none."""
    for entry in snap.listed():
        root = root_of(entry.base_url)
        if root is None or entry.key.fault == "":
            continue
        if entry.key.fault == "bearer":
            message = "Its key begins with the word `Bearer`, which droid writes before it itself"
            yield Finding("warning", entry.label, message, _remedy(entry, root))
            continue
        own = root.loopback
        if entry.key.fault == "unsendable":
            message = "Its key holds signs that HTTP cannot carry, so droid cannot send a request"
            yield Finding("error", entry.label, message, _remedy(entry, root))
            continue
        level: Level = "note" if own else "error"
        yield Finding(level, entry.label, _message(entry), _remedy(entry, root))


def _message(entry: Entry) -> str:
    """What the key is instead of a key; its words are no secret."""
    word = entry.key.marker
    if entry.key.fault == "variable_name":
        return f"Its key is `{word}`, the name of a variable, and droid sends that name"
    return f"Its key is still the placeholder `{word}`"


def _remedy(entry: Entry, root: Address) -> Remedy:
    """A variable's name for a service; any word for a server of one's own."""
    if entry.key.fault in ("unsendable", "bearer"):
        left_out = "that word" if entry.key.fault == "bearer" else "line breaks or special signs"
        return Remedy(
            f"Put the key into a variable anew, without {left_out}",
            by_command(("byok", "set", entry.id, "key_env=NAME")),
        )
    if root.loopback:
        # No repair: a gateway of one's own may have been set up with these very words.
        return Remedy("Nothing is to be done where the server takes any key, or was given this one")
    service = service_of(root.host)
    name = entry.key.marker if entry.key.fault == "variable_name" else ""
    name = name or (service.key_variable if service else "") or "NAME"
    return Remedy(
        f"Put the real key into the variable `{name}` and let the entry name it",
        by_command(("byok", "set", entry.id, f"key_env={name}")),
    )
