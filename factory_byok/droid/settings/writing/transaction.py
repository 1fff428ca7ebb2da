"""Changes one of droid's files as a whole, under a lock, and takes such changes back.

A write makes a complete temporary file beside the target, keeps the replaced bytes in the journal,
looks at the target once more and then swaps the two names (see `swap`). A target with several hard
links gets a file of its own.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from factory_byok.core.droid_facts import Json
from factory_byok.core.errors import ByokError
from factory_byok.core.world import World
from factory_byok.droid.settings.document import Document, decoded, read
from factory_byok.droid.settings.jsonc import Fault, load
from factory_byok.droid.settings.writing.disk import (
    new_file,
    private_folder,
    remove_folders,
    sync_folder,
    why,
)
from factory_byok.droid.settings.writing.journal import Journal
from factory_byok.droid.settings.writing.leftovers import (
    clear,
    clear_others,
    drop_temporary,
    tidy,
)
from factory_byok.droid.settings.writing.locking import locked
from factory_byok.droid.settings.writing.made import made_after
from factory_byok.droid.settings.writing.record import Record, digest
from factory_byok.droid.settings.writing.swap import Changed as Changed
from factory_byok.droid.settings.writing.swap import put
from factory_byok.droid.settings.writing.temporary import temporary_name, token

TRIES: Final = 10  # writes attempted while other programs keep changing the file


class Broken(ByokError):
    """The file does not parse, so byok does not write it; `fault` names the place."""

    def __init__(self, path: Path, fault: Fault) -> None:
        """Says where, and that nothing was written."""
        where = f"{path}, line {fault.line}, column {fault.column}"
        super().__init__(
            f"droid ignores this whole file: {where}: {fault.message}",
            "Nothing was written; `byok fix file_rejected` shows what it would repair",
        )
        self.fault = fault


class Touched(ByokError):
    """The file is no longer as byok left it; `wrote` and `now` are both texts, None for absent."""

    def __init__(self, record: Record, now: str | None) -> None:
        """Says which write can no longer be taken back."""
        super().__init__(
            f"{record.path} has been changed since `byok {record.verb}` wrote it",
            "Nothing was changed; take the difference back by hand",
        )
        self.record = record
        self.wrote = decoded(record.bytes_after())
        self.now = now


@dataclass(frozen=True, slots=True)
class Written:
    """What one transaction did: both texts, None for no file; `record` is "" when nothing changed.

    `step` is the name under which `undo` takes it back.
    """

    path: Path
    before: str | None
    after: str | None
    record: str = ""
    step: str = ""


def transact(
    world: World,
    path: Path,
    change: Callable[[str | None], str | None],
    *,
    verb: str,
    repair: bool = False,
    step: str = "",
) -> Written:
    """Reads a file, lets `change` make its new text, and writes that whole, under a lock.

    `change` gets None for an absent file and returns None for "no file"; it is called again when
    another program changed the file meanwhile. The text must parse before (unless `repair`) and
    after. `step` joins several writes into one step of `undo` (see `new_step`).
    Raises Broken, Changed, or ByokError with one sentence; the file is then as it was.
    """

    def checked(before: str | None) -> str | None:
        if not repair:
            _values(path, before)
        try:
            after = change(before)
        except Fault as fault:
            raise Broken(path, fault) from None
        if after != before:
            _values(path, after)
        return after

    return _transact(world, path, checked, Record("", "", verb, "", step, "", ""))


def new_step() -> str:
    """A name that joins the writes of one verb, so that `undo` takes them back together."""
    return token()


def undo(world: World, step: str = "") -> tuple[Written, ...]:
    """Takes back byok's last step that still stands, or the step of that name.

    The step's files must be byte for byte as byok left them: else Touched is raised and nothing is
    changed. ByokError when there is nothing to take back.
    """
    journal = Journal(world)
    for record in journal.all():
        if record.pending:
            tidy(world, Path(record.path))
    records = journal.step(step) if step else journal.last()
    if not records:
        raise ByokError("There is nothing to take back")
    for newest in {record.path: record for record in reversed(records)}.values():
        _still(newest, read(Path(newest.path)))
    taking = new_step()
    return tuple(_take_back(world, record, taking) for record in records)


def _take_back(world: World, record: Record, step: str) -> Written:
    """Puts back what one record replaced."""

    def change(_: str | None) -> str | None:
        _still(record, read(Path(record.path)))
        return decoded(record.bytes_before())

    draft = Record("", "", "undo", "", step, "", "", undoes=(record.id,))
    return _transact(world, Path(record.path), change, draft)


def _still(record: Record, document: Document) -> None:
    """Raises Touched unless the file is as this record left it."""
    if digest(document.raw) != record.after:
        raise Touched(record, document.text)


def _transact(
    world: World, path: Path, change: Callable[[str | None], str | None], draft: Record
) -> Written:
    """The loop of a transaction: lock, clear, read, change, write; again when overtaken."""
    with locked(world, path):
        journal = Journal(world)
        clear(journal, read(path))
        for _ in range(TRIES):
            document = read(path)
            text = change(document.text)
            if text == document.text:
                return Written(document.path, text, text)
            if text is None and document.path.is_symlink():
                text = "{}\n"  # without its file the link would lead to nothing
            try:
                record = _write(journal, document, text, draft)
            except Changed:
                continue
            break
        else:
            raise Changed(f"{path} keeps being changed by another program", "Try again")
    clear_others(world, document.target)
    return Written(document.path, document.text, text, record.id, record.step)


def _values(path: Path, text: str | None) -> Json:
    """What a text says, None for no file. Raises Broken."""
    try:
        return None if text is None else load(text)
    except Fault as fault:
        raise Broken(path, fault) from None


def _write(journal: Journal, document: Document, text: str | None, draft: Record) -> Record:
    """Writes the new text over the file as it was read. Raises Changed or ByokError."""
    data = _encode(document.path, text)
    target = document.target
    temporary = target.with_name(temporary_name(target.name))
    folders: tuple[str, ...] = ()
    try:
        if document.raw is not None and not os.access(target, os.W_OK):
            raise ByokError(f"{document.path} is write-protected", "Nothing was changed")
        folders = private_folder(target.parent)
        if data is not None:
            new_file(temporary, data, document.mode or 0o600, document.owner)
        made = made_after(journal, document, text, folders)
        if draft.undoes:  # leads back to a state that byok may once have left
            made = journal.made(document.path, data)
        draft = replace(draft, path=str(document.path), temporary=temporary.name, made=made)
        record = journal.keep(draft, document.raw, data)
        try:
            put(document, data, temporary)
        except (OSError, ByokError):
            journal.drop(record)
            raise
    except BaseException as error:
        drop_temporary(journal, document, data, temporary)
        remove_folders(folders)
        if isinstance(error, OSError):
            message = f"{document.path} could not be written: {why(error)}"
            raise ByokError(message, "Nothing was changed") from None
        raise
    sync_folder(target.parent)
    if data is None:
        remove_folders(journal.made(document.path, document.raw).folders)
    journal.commit(record)
    return record


def _encode(path: Path, text: str | None) -> bytes | None:
    try:
        return None if text is None else text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise ByokError(f"The new text of {path} holds half a character", "A bug") from None
