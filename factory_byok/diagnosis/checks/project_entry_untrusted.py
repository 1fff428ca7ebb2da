"""A project's own settings file decides where your keys or your conversations go.

droid reads `.factory/settings.json` of the project that it is started in, and what stands there
wins over your own files. An entry in a cloned repository can so take the place of one of yours, or
expand `${NAME}` of your environment and send that key to its own address.
"""

from collections.abc import Iterator

from factory_byok.core.facts import Entry, Snapshot
from factory_byok.core.findings import Finding, Remedy

TITLE = "Project entries are yours"
WHAT_TO_DO = (
    "Read the entry's address in the project's file; take the entry out unless you trust whoever "
    "wrote it"
)


def check(snap: Snapshot) -> Iterator[Finding]:
    """One finding for each listed entry of a project that expands variables or hides the user's."""
    for entry in snap.listed():
        if entry.level != "project":
            continue
        does = [*_sends(entry), *_hides(snap, entry)]
        if entry.endpoint and entry.endpoint not in snap.servers:
            yield Finding(
                "note",
                entry.label,
                f"byok did not contact {entry.endpoint}: only the project's file names it",
                Remedy("`byok test --project` tries it, if you trust that server"),
            )
        if does:
            yield Finding(
                "warning",
                entry.label,
                f"The project's file `{entry.file}` {' and '.join(does)}",
                Remedy(
                    f"Make sure that {entry.endpoint or entry.base_url} is a server that you trust "
                    "before you use this entry, or take it out of the project's file"
                ),
            )


def _sends(entry: Entry) -> Iterator[str]:
    """That the entry sends variables of the user's to its own address."""
    if entry.key.variables:
        names = ", ".join(f"`${{{name}}}`" for name in entry.key.variables)
        yield f"sends {names} to {entry.endpoint or entry.base_url}"


def _hides(snap: Snapshot, entry: Entry) -> Iterator[str]:
    """That the entry stands in the place of one of the user's own."""
    if any(
        each.level == "user" and each.id == entry.id and each.shadowed_by == entry.file
        for each in snap.entries
        if each.fate == "shadowed"
    ):
        yield "takes the place of your own entry of this name"
