"""A key is in plain text where others can read it.

droid keeps its own files readable by their owner alone. A settings file with a key that other
accounts can read, or one in a project folder under git, gives that key away. A key that git has
once stored stays in the repository's history: only the provider can make it worthless.
"""

from collections.abc import Iterator

from factory_byok.core.actions import Edit, by_edits
from factory_byok.core.facts import Entry, SettingsFile, Snapshot
from factory_byok.core.findings import Finding, Remedy

TITLE = "Keys are private"
WHAT_TO_DO = (
    "`byok fix key_exposed` makes the file private; in a project, put the key into a "
    "variable and write `${NAME}`"
)
OTHERS = 0o077  # what group and others may do
PRIVATE = 0o600


def check(snap: Snapshot) -> Iterator[Finding]:
    """One finding for each exposed file, and one for each key in a repository."""
    for file in snap.files:
        secret = [entry for entry in snap.entries if entry.file == file.path and _secret(entry)]
        if secret and not file.tracked and file.mode is not None and file.mode & OTHERS:
            yield _readable(file, len(secret))
        for entry in secret if file.under_git else ():
            yield _in_git(file, entry)


def _in_git(file: SettingsFile, entry: Entry) -> Finding:
    """A key in a repository; one that git has is given away already."""
    where = f"Its key is in plain text in `{file.path}`"
    write = "write `${NAME}` in `settings.json` and set that variable in your shell"
    if file.tracked:
        return Finding(
            "warning",
            entry.label,
            f"{where}, which git has, so it is in the repository's history",
            Remedy(
                f"Revoke the key at the provider and make a new one; then {write}, and put the "
                "file into `.gitignore`"
            ),
        )
    text = f"{write[:1].upper()}{write[1:]}"
    return Finding("warning", entry.label, f"{where}, inside a git repository", Remedy(text))


def _secret(entry: Entry) -> bool:
    """Whether an entry holds a credential in plain text."""
    literal = entry.key.source == "literal" and not entry.key.marker
    return literal or bool(entry.secret_headers)


def _readable(file: SettingsFile, keys: int) -> Finding:
    """A file with keys and too wide a mode."""
    mode = file.mode or 0
    what = "a key" if keys == 1 else f"{keys} keys"
    return Finding(
        "warning",
        file.path,
        f"It holds {what} in plain text and others may open it (mode {mode & 0o777:04o})",
        Remedy(
            f"Make it private: `chmod 600 {file.path}`",
            by_edits((Edit("mode", file.path, value=PRIVATE),)),
        ),
    )
