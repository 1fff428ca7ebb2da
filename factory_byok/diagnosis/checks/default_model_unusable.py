"""droid's default model, or one for its spec mode, compaction or subagents, is no usable entry.

`droid exec` without `-m` then ends with an error, and a new conversation begins with a model that
cannot answer. It happens when an entry is renamed by hand, dropped, or gone. A wrong number at the
end of an id and a bare `custom:MODEL` do no harm: droid finds the entry.
"""

from collections.abc import Iterator
from difflib import get_close_matches

from factory_byok.core.actions import Edit, by_edits
from factory_byok.core.facts import Entry, NamedModel, Snapshot
from factory_byok.core.findings import Finding, Remedy

TITLE = "Default models"
WHAT_TO_DO = (
    "`byok fix default_model_unusable` writes the nearest entry's id, or takes the name out"
)
PREFIX = "custom:"  # other names are droid's own models, which no settings file lists


def check(snap: Snapshot) -> Iterator[Finding]:
    """One finding for each setting that names a custom model which droid cannot select."""
    listed = [entry for entry in snap.listed() if entry.id.startswith(PREFIX)]
    for named in snap.defaults.named:
        if named.model.startswith(PREFIX) and not usable(named.model, listed):
            default = named.role == "default model"
            after = ": `droid exec` without `-m` fails" if default else ""
            yield Finding(
                "error" if default else "warning",
                named.file,
                f"droid's {named.role} `{named.model}` is no entry that it lists{after}",
                _remedy(snap, named, listed),
            )


def usable(name: str, listed: list[Entry]) -> bool:
    """Whether droid finds an entry for a name, by its own rules (measured with 0.225.2)."""
    if any(name in (entry.id, f"{PREFIX}{entry.model}") for entry in listed):
        return True
    slug, _, number = name.rpartition("-")
    alike = [entry for entry in listed if entry.id.rpartition("-")[0] == slug]
    return number.isdecimal() and len(alike) == 1


def _remedy(snap: Snapshot, named: NamedModel, listed: list[Entry]) -> Remedy:
    """Mend the entry that is meant, name the nearest one, or take the name out."""
    lost = next((each for each in snap.entries if _is_meant(each, named.model)), None)
    if lost is not None:
        return Remedy(f"Mend the entry `{lost.label}` first, which droid does not list")
    ids = [entry.id for entry in listed]
    near = get_close_matches(named.model, ids, 1, 0.4) or ids[:1]
    if near:
        edit = Edit("replace", named.file, named.pointer, near[0], expected=named.model)
        return Remedy(f"Write `{near[0]}`", by_edits((edit,)))
    edit = Edit("remove", named.file, named.pointer, expected=named.model)
    return Remedy("Take it out; droid then chooses by itself", by_edits((edit,)))


def _is_meant(entry: Entry, name: str) -> bool:
    """Whether an entry that is not listed would have this id."""
    slug = "-".join((entry.name or entry.model).split())
    return entry.fate == "dropped" and name.rpartition("-")[0] == f"{PREFIX}{slug}"
