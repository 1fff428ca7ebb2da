"""Edits to droid's files: found by what was seen, shown first, then written all together or not.

Every entry is found again inside the lock by its value (`Edit.seen`), so that nothing which another
program did meanwhile makes an edit hit its neighbour; and no listed entry may vanish that the edits
do not name.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TypeAlias

from factory_byok.core.actions import Edit, EditSettings
from factory_byok.core.droid_facts import Entry, Json
from factory_byok.core.errors import ByokError
from factory_byok.core.words import lower_first
from factory_byok.core.world import World
from factory_byok.droid.settings import edit as editing
from factory_byok.droid.settings import jsonc
from factory_byok.droid.settings.destination import broken
from factory_byok.droid.settings.document import read
from factory_byok.droid.settings.effective import Effective
from factory_byok.droid.settings.identity import identity
from factory_byok.droid.settings.look import look
from factory_byok.droid.settings.mask import masked_diff
from factory_byok.droid.settings.writing.journal import Journal
from factory_byok.droid.settings.writing.transaction import Changed, Texts, Written, transact
from factory_byok.droid.settings.written_entries import remember_change

Groups: TypeAlias = Sequence[Sequence[Edit]]
AGAIN: Final = "Nothing was changed; run the command again"
# What keeps both entries, by the machine's word for why one would be lost.
_INSTEAD: Final = {
    "same_model": "; droid offers both where they stand in one file",
    "shadowed": "; droid offers both under two names",
}
_THROUGH: Final = re.compile(r"/(customModels|custom_models)/(\d+)(.*)", re.S)


@dataclass(frozen=True, slots=True)
class Preview:
    """What one file would become; None stands for no file, and `mode` for the mode as it is."""

    path: Path
    before: str | None
    after: str | None
    mode: int | None = None

    @property
    def changes(self) -> bool:
        """Whether anything would be written."""
        return self.before != self.after or self.mode is not None

    def diff(self) -> str:
        """The difference as a unified diff with secrets masked; "" when there is none."""
        told = "" if self.mode is None else f"chmod {self.mode:o} {self.path}\n"
        if self.before == self.after:
            return told
        return told + masked_diff(self.before, self.after, str(self.path))


def preview(
    world: World,
    groups: Groups,
    *,
    taking_back: bool = False,
    texts: Mapping[Path, str | None] | None = None,
) -> tuple[Preview, ...]:
    """What the edits would make of their files, in the order in which they are first named.

    `texts` are imagined in place of what the files say. `taking_back` also removes what byok itself
    made around the place, when nobody wrote since.
    Raises ByokError for edits that do not fit.
    """
    given = texts or {}
    before = {path: given[path] if path in given else read(path).text for path in _paths(groups)}
    after, modes = _applied(world, before, groups, taking_back), _modes(groups)
    return tuple(Preview(path, before[path], after[path], modes.get(path)) for path in before)


def imagine(
    world: World, previews: Sequence[Preview], texts: Mapping[Path, str | None] | None = None
) -> Effective:
    """What droid would make of all files once the previews were written; `texts` as above."""
    return look(world, {**(texts or {}), **{each.path: each.after for each in previews}})


def write(world: World, action: EditSettings, *, verb: str, step: str = "") -> tuple[Written, ...]:
    """Writes all edits, or none, as one step that `byok undo` takes back.

    Raises Changed when an entry is no longer what was seen, and ByokError.
    """
    groups = action.groups
    for path in _paths(groups):
        _refuse_link(world, path)

    seen: list[Effective] = []

    def change(before: Texts) -> Texts:
        known = {path: action.planned.get(path) for path in before}
        planned = {
            path: pair[1] for path, pair in known.items() if pair and pair[0] == before[path]
        }
        again = len(planned) < len(before)
        after = _applied(world, before, groups, action.taking_back) if again else planned
        seen[:] = [look(world, before), look(world, after)]
        _refuse_loss(seen[0], seen[1], groups)
        there = {(each.file, each.id, each.model) for each in _listed(seen[1].entries)}
        if not there.issuperset(action.offered):
            raise Changed("Another program changed droid's files in between", AGAIN)
        return after

    repair = any(edit.op == "text" for group in groups for edit in group)
    written = transact(
        world, _paths(groups), change, verb=verb, repair=repair, step=step, modes=_modes(groups)
    )
    remember_change(world, seen[0], seen[1], verb)
    return written


def _paths(groups: Groups) -> list[Path]:
    """The files that are named, each once. Raises ByokError for an edit that names none."""
    files = [edit.file for group in groups for edit in group]
    if "" in files:
        raise ByokError("An edit names no file")
    return [Path(file) for file in dict.fromkeys(files)]


def _modes(groups: Groups) -> dict[Path, int]:
    """The permission bits that files get."""
    edits = (edit for group in groups for edit in group if edit.op == "mode")
    return {Path(edit.file): int(str(edit.value)) for edit in edits}


def _applied(
    world: World, before: Texts, groups: Groups, taking_back: bool
) -> dict[Path, str | None]:
    """All texts after the edits; None when nothing is left of a file that byok made."""
    texts = dict(before)
    for group in groups:
        texts |= apply_group(texts, group)
    if not taking_back:
        return texts
    return {path: _pruned(world, path, before[path], text) for path, text in texts.items()}


def apply_group(texts: Texts, group: Sequence[Edit]) -> dict[Path, str | None]:
    """The files of one group of edits after it. Raises Changed or ByokError."""
    after: dict[Path, str | None] = {}
    for file in dict.fromkeys(edit.file for edit in group if edit.op != "mode"):
        path = Path(file)
        text = texts[path]
        try:
            edits = _ordered(_located(text, [each for each in group if each.file == file]))
            wanted = [each for each in edits if not _is_there(text, each)]
            after[path] = text if text is not None and not wanted else _edited(text, wanted)
        except jsonc.Fault as fault:
            raise broken(path, fault) from None
    return after


def _edited(text: str | None, edits: Sequence[Edit]) -> str | None:
    """One text after its edits; a file that is not there stays away without any."""
    return editing.apply(text or "", edits) if edits else text


def _located(text: str | None, edits: Sequence[Edit]) -> Iterator[Edit]:
    """The edits, each with the index that its entry has in this text. Raises Changed."""
    lists: dict[str, list[int]] = {}
    for edit in edits:
        found = _THROUGH.fullmatch(edit.pointer) if edit.seen else None
        if found is None:
            yield edit
            continue
        key, index, rest = found[1], int(found[2]), found[3]
        if key not in lists:
            lists[key] = _identities(text, key)
        at = _index(lists[key], index, edit)
        yield replace(edit, pointer=f"/{key}/{at}{rest}")


def _ordered(edits: Iterable[Edit]) -> list[Edit]:
    """Entries go last, from the end of their list, so that no index moves under another edit.

    The lasting id that several repairs give to one entry is written once.
    """
    there: list[Edit] = []
    given: set[tuple[str, str]] = set()
    for edit in edits:
        id_ = (edit.pointer, str(edit.value))
        if edit.op != "add" or not edit.pointer.endswith("/id") or id_ not in given:
            there.append(edit)
        given |= {id_} if edit.op == "add" else set()
    goes = [edit.op == "remove" and _index_alone(edit) is not None for edit in there]
    stay = [edit for edit, going in zip(there, goes, strict=True) if not going]
    rest = [edit for edit, going in zip(there, goes, strict=True) if going]
    return stay + sorted(rest, key=lambda edit: _index_alone(edit) or 0, reverse=True)


def _index_alone(edit: Edit) -> int | None:
    """The index of the entry that a whole pointer names."""
    found = _THROUGH.fullmatch(edit.pointer)
    return int(found[2]) if found and not found[3] else None


def _identities(text: str | None, key: str) -> list[int]:
    """The identity of each item of a list of entries."""
    body: Json = None if text is None else jsonc.load(text)
    items = body.get(key) if isinstance(body, dict) else None
    return [identity(item) for item in items] if isinstance(items, list) else []


def _index(there: Sequence[int], index: int, edit: Edit) -> int:
    """Where the entry is by now. Raises Changed when it is gone, or cannot be told from others."""
    if index < len(there) and there[index] == edit.seen:
        return index
    if there.count(edit.seen) == 1:
        return there.index(edit.seen)
    raise Changed(f"An entry in {edit.file} is no longer what it was a moment ago", AGAIN)


def _is_there(text: str | None, edit: Edit) -> bool:
    """Whether an item to append is in its array already: another byok may have been first."""
    if edit.op != "add" or not edit.pointer.endswith("/-") or text is None:
        return False
    body = jsonc.load(text)
    items = body.get(edit.pointer[1:-2]) if isinstance(body, dict) else None
    return isinstance(items, list) and edit.value in items


def _pruned(world: World, path: Path, before: str | None, after: str | None) -> str | None:
    """A text without what byok itself made there and is empty by now."""
    if before is None or after is None:
        return after
    made = Journal(world).made(path, before.encode("utf-8", "surrogateescape"))
    return editing.prune(after, made.pointers, file=made.file)


def _refuse_loss(before: Effective, after: Effective, groups: Groups) -> None:
    """Raises ByokError when an entry that droid lists would vanish, though no edit names it."""
    meant = {edit.seen for group in groups for edit in group}
    meant |= {entry.seen for entry in _listed(after.entries)}
    ids = {entry.id for entry in _listed(after.entries)}
    then = {entry.seen: entry for entry in after.entries}
    for entry in _listed(before.entries):
        if entry.seen not in meant and entry.id not in ids:
            lost = then.get(entry.seen, entry)
            raise ByokError(
                f"droid would no longer offer `{entry.label}` ({entry.id}), which is not meant"
                + (f": {lower_first(lost.reason)}" if lost.reason else ""),
                f"Nothing was changed{_INSTEAD.get(lost.fault, '')}",
            )


def _listed(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The entries that droid offers."""
    return (entry for entry in entries if entry.fate == "listed")


def _refuse_link(world: World, path: Path) -> None:
    """Raises ByokError for a project's file that is a link out of the project.

    A cloned repository could lead byok's writing to any file of the user's that way.
    """
    if path.parent == world.home / ".factory":
        return
    target, project = os.path.realpath(path), os.path.realpath(path.parent.parent)
    if Path(target) != Path(project) and not Path(target).is_relative_to(project):
        raise ByokError(
            f"{path} is a link that leads out of its project, to {target}",
            "Nothing was changed; edit that file itself if it is meant",
        )
