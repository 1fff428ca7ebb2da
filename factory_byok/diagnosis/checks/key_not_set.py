"""The variable that should hold the key has no value.

droid then sends the literal text `${NAME}` as the key, and the server refuses it. Only
`settings.json` and `settings.local.json` know variables; from `config.json` droid always sends the
text as it stands. Up to 0.117.0 droid fails with an empty key before it asks the server.
"""

from collections.abc import Iterator

from factory_byok.core.actions import by_edits
from factory_byok.core.addresses import is_here
from factory_byok.core.facts import Entry, Snapshot
from factory_byok.core.findings import Finding, Remedy
from factory_byok.droid.entry_edits import NO_KEY, set_field
from factory_byok.droid.rules import rules_of

TITLE = "Keys are set"
WHAT_TO_DO = (
    "Export the variable where droid starts; for an entry of `config.json`, `byok fix "
    "key-not-set` moves it to `settings.json`"
)


def check(snap: Snapshot) -> Iterator[Finding]:
    """One finding for each listed entry whose variables stay text, or that lacks a needed key."""
    rules = rules_of(snap.droid_rules)
    for entry in snap.listed():
        if rules.needs_key and entry.key.source == "none":
            message = f"Its key is empty, and droid {rules.versions[-1]} asks no server without one"
            yield Finding("error", entry.label, message, _remedy(entry, "", snap.machine.system))
        elif entry.kind == "config" and entry.key.variables:
            name = entry.key.variables[0]
            message = (
                f"droid does not expand `${{{name}}}` in `config.json` and sends it as the key"
            )
            yield Finding("error", entry.label, message, _remedy(entry, "", snap.machine.system))
        elif entry.key.unset:
            name = entry.key.unset[0]
            message = f"`{name}` has no value here, so droid sends `${{{name}}}` as the key"
            yield Finding("error", entry.label, message, _remedy(entry, name, snap.machine.system))


def _remedy(entry: Entry, unset: str, system: str) -> Remedy:
    """A local server needs no key; elsewhere the variable or the file changes."""
    if is_here(entry.base_url):
        text = f"Write `{NO_KEY}`: a local server takes any key"
        return Remedy(text, by_edits((set_field(entry, "key", NO_KEY),)))
    if not unset and entry.key.source == "none":
        return Remedy("Put the server's key there, in `settings.json` as `${NAME}`")
    if not unset:
        return Remedy("Move this entry to `settings.json`, where droid expands variables")
    if system == "windows":
        return Remedy(f"Set it with `setx {unset} YOUR-KEY` and open a new terminal")
    return Remedy(f"Set it with `export {unset}=YOUR-KEY` in your shell's start file")
