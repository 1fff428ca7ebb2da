"""What another droid than byok's rules would make of planned entries: the installed, the pinned."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from factory_byok.core.facts import Entry, Known
from factory_byok.core.findings import Finding, Remedy
from factory_byok.core.world import World
from factory_byok.droid.installed import followed
from factory_byok.droid.listing import compared
from factory_byok.droid.program import own_list, probe
from factory_byok.droid.rules import FAMILIES
from factory_byok.droid.settings.effective import Effective
from factory_byok.droid.settings.look import look

Texts = Mapping[Path, str | None]


def findings_of_other_droids(
    world: World, entries: Sequence[Entry], after: Effective, texts: Texts
) -> tuple[Finding, ...]:
    """What is worth saying of planned entries; `after` is byok's view of the planned `texts`."""
    return (*_unmeasured(world, entries, after, texts), *_pinned(world, entries, texts))


def _unmeasured(
    world: World, entries: Sequence[Entry], after: Effective, texts: Texts
) -> Iterator[Finding]:
    """How the list of an installed droid that was not measured differs: it is asked."""
    if after.followed.measured or after.followed.source not in ("installed", "untold"):
        return
    theirs = own_list(world, probe(world), texts)
    if not isinstance(theirs, Known):
        told = f"Whether the installed droid lists it is not known: {theirs.why}"
        yield Finding("note", "droid", told, _SEE)
        return
    ours = tuple(entry.id for entry in after.entries if entry.fate == "listed")
    differs = compared(ours, theirs.value)
    if differs:
        lost = any(entry.id not in theirs.value for entry in entries)
        version = after.followed.version or "of unknown version"
        told = f"droid {version} was not measured, and its own list {differs}"
        yield Finding("warning" if lost else "note", "droid", told, _SEE, "droid_disagrees")


_SEE = Remedy("See droid's own list with `droid exec --help`, and trust that")


def _pinned(world: World, entries: Sequence[Entry], texts: Texts) -> Iterator[Finding]:
    """Entries that another version does not offer; among several pinned ones, or by another id."""
    first, *others = world.droid_versions or ("",)
    if not first:
        return
    versions = others or [family.versions[-1] for family in FAMILIES]
    for version in versions:
        if followed(world).rules.versions == followed(_with(world, version)).rules.versions:
            continue
        seen = {
            (each.file, each.pointer): each for each in look(_with(world, version), texts).entries
        }
        for entry in entries:
            there = seen.get((entry.file, entry.pointer))
            if there is None or there.fate != "listed":
                why = f": {there.reason}" if there else ""
                yield _note(entry, f"droid {version} would not offer it{why}")
            elif others and there.id != entry.id:
                yield _note(entry, f"droid {version} calls it {there.id}, droid {first} {entry.id}")


def _note(entry: Entry, told: str) -> Finding:
    """A note about one entry and another version."""
    return Finding("note", entry.label, told, Remedy("Mind it where that version is in use"))


def _with(world: World, version: str) -> World:
    """The world of another droid."""
    return replace(world, droid_versions=(version,))
