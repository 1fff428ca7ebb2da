"""Edits to several of droid's files: shown first, imagined, then written as one step of undo."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from factory_byok.core.actions import Edit
from factory_byok.core.errors import ByokError
from factory_byok.core.world import World
from factory_byok.droid.settings import edit as editing
from factory_byok.droid.settings import jsonc
from factory_byok.droid.settings.destination import broken
from factory_byok.droid.settings.document import read
from factory_byok.droid.settings.effective import Effective
from factory_byok.droid.settings.look import look
from factory_byok.droid.settings.mask import masked_diff
from factory_byok.droid.settings.writing.journal import Journal
from factory_byok.droid.settings.writing.transaction import new_step, transact


@dataclass(frozen=True, slots=True)
class Preview:
    """What one file would become; None stands for no file."""

    path: Path
    before: str | None
    after: str | None

    @property
    def changes(self) -> bool:
        """Whether anything would be written."""
        return self.before != self.after

    def diff(self) -> str:
        """The difference as a unified diff with secrets masked; "" when there is none."""
        if not self.changes:
            return ""
        return masked_diff(self.before, self.after, str(self.path))


def preview(
    world: World, edits: Iterable[Edit], *, taking_back: bool = False
) -> tuple[Preview, ...]:
    """What the edits would make of their files, in the order in which they are first named.

    `taking_back` also removes what byok itself made around the place, when nobody wrote since.
    """
    return tuple(
        _preview(world, path, grouped, taking_back) for path, grouped in _by_file(edits).items()
    )


def imagine(world: World, previews: Sequence[Preview]) -> Effective:
    """What droid would make of all files once the previews were written."""
    return look(world, {preview.path: preview.after for preview in previews})


def write(
    world: World, edits: Iterable[Edit], *, verb: str, step: str = "", taking_back: bool = False
) -> tuple[Path, ...]:
    """Writes the edits file by file as one step that `byok undo` takes back together.

    Returns the files that changed. Raises ByokError; files before the failing one are then written.
    """
    step = step or new_step()
    changed = []
    for path, grouped in _by_file(edits).items():
        change = partial(_applied, world, path, edits=grouped, taking_back=taking_back)
        written = transact(world, path, change, verb=verb, step=step)
        if written.before != written.after:
            changed.append(path)
    return tuple(changed)


def _preview(world: World, path: Path, edits: Sequence[Edit], taking_back: bool) -> Preview:
    """One file's preview. Raises ByokError for a file that does not parse."""
    before = read(path).text
    try:
        return Preview(path, before, _applied(world, path, before, edits, taking_back))
    except jsonc.Fault as fault:
        raise broken(path, fault) from None


def _applied(
    world: World, path: Path, text: str | None, edits: Sequence[Edit], taking_back: bool
) -> str | None:
    """The text after the edits; None when nothing is left of a file that byok made."""
    wanted = [each for each in edits if not _is_there(text, each)]
    after = text if text is not None and not wanted else editing.apply(text or "", wanted)
    if not taking_back or text is None:
        return after
    made = Journal(world).made(path, text.encode("utf-8", "surrogateescape"))
    return editing.prune(after, made.pointers, file=made.file)


def _is_there(text: str | None, edit: Edit) -> bool:
    """Whether an item to append is in its array already: another byok may have been first."""
    if edit.op != "add" or not edit.pointer.endswith("/-") or text is None:
        return False
    body = jsonc.load(text)
    items = body.get(edit.pointer[1:-2]) if isinstance(body, dict) else None
    return isinstance(items, list) and edit.value in items


def _by_file(edits: Iterable[Edit]) -> Mapping[Path, list[Edit]]:
    """The edits of each file, in order."""
    grouped: dict[Path, list[Edit]] = {}
    for each in edits:
        if not each.file:
            raise ByokError("An edit names no file")
        grouped.setdefault(Path(each.file), []).append(each)
    return grouped


def put(world: World, previews: Iterable[Preview], *, verb: str) -> None:
    """Writes whole texts as one step of undo; the only way to write a file that does not parse.

    Raises ByokError for a file that is no longer as the preview saw it.
    """
    step = new_step()
    for each in previews:
        transact(world, each.path, partial(_exactly, each), verb=verb, step=step, repair=True)


def _exactly(preview: Preview, text: str | None) -> str | None:
    """The preview's text, when the file is still what it was planned for."""
    if text != preview.before:
        raise ByokError(f"{preview.path} changed meanwhile", "Run the command again")
    return preview.after
