"""Changes droid's files under a lock, all of them or none, and takes such changes back.

Each file gets a record of the replaced bytes in the journal and a complete temporary file beside
it; when all are ready, the names are swapped one after the other (see `swap`). A failure swaps
back, and after a kill the next byok settles the rest (see `recovery`). A target with several hard
links gets a file of its own.
"""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TypeAlias

from factory_byok.core.droid_facts import Json
from factory_byok.core.errors import ByokError
from factory_byok.core.own_files import private_folder, remove_folders
from factory_byok.core.words import lower_first
from factory_byok.core.world import World
from factory_byok.droid.settings.document import Document, bytes_of, decoded, read
from factory_byok.droid.settings.jsonc import Fault, load
from factory_byok.droid.settings.writing.disk import (
    discard,
    new_file,
    sync_folder,
    why,
)
from factory_byok.droid.settings.writing.journal import Journal
from factory_byok.droid.settings.writing.locking import locked
from factory_byok.droid.settings.writing.made import made_after
from factory_byok.droid.settings.writing.record import Member, Record, digest
from factory_byok.droid.settings.writing.recovery import put_back, settle, sweep
from factory_byok.droid.settings.writing.swap import Changed as Changed
from factory_byok.droid.settings.writing.swap import put
from factory_byok.droid.settings.writing.temporary import temporary_name, token

TRIES: Final = 10  # writes attempted while other programs keep changing the files
NOTHING: Final = "Nothing was changed"

Texts: TypeAlias = Mapping[Path, str | None]  # None is no file
Change: TypeAlias = Callable[[Texts], Texts]


class Broken(ByokError):
    """The file does not parse, so byok does not write it; `fault` names the place."""

    def __init__(self, path: Path, fault: Fault) -> None:
        """Says where, and that nothing was written."""
        where = f"{path}, line {fault.line}, column {fault.column}"
        super().__init__(
            f"droid ignores this whole file: {where}: {lower_first(fault.message)}",
            "Nothing was written; `byok fix file_rejected` shows what it would repair",
        )
        self.fault = fault


class Touched(ByokError):
    """The file is no longer as byok left it; `wrote` and `now` are both texts, None for absent."""

    def __init__(self, record: Record, now: str | None) -> None:
        """Says which write can no longer be taken back."""
        super().__init__(
            f"{record.path} has been changed since `byok {record.verb}` wrote it",
            f"{NOTHING}; take the difference back by hand",
        )
        self.record = record
        self.wrote = decoded(record.bytes_after())
        self.now = now


@dataclass(frozen=True, slots=True)
class Written:
    """What became of one file: both texts, None for no file; `record` is "" when nothing changed.

    `step` is the name under which `undo` takes it back.
    """

    path: Path
    before: str | None
    after: str | None
    record: str = ""
    step: str = ""


@dataclass(slots=True)
class _Write:
    """One file on its way: what it was, what it becomes, and how far that is."""

    document: Document
    data: bytes | None
    mode: int | None
    temporary: Path
    folders: tuple[str, ...] = ()
    record: Record | None = None

    @property
    def only_mode(self) -> bool:
        """Whether the bytes stay as they are."""
        return self.data == self.document.raw


def new_step() -> str:
    """A name that joins the writes of one verb, so that `undo` takes them back together."""
    return token()


def transact(
    world: World,
    paths: Sequence[Path],
    change: Change,
    *,
    verb: str,
    repair: bool = False,
    step: str = "",
    modes: Mapping[Path, int] | None = None,
) -> tuple[Written, ...]:
    """Reads the files, lets `change` make their new texts, and writes all of them or none.

    `change` gets None for an absent file and returns None for "no file"; it is called again when
    another program changed a file meanwhile. The texts must parse before (unless `repair`) and
    after. `modes` sets permission bits. `step` joins several calls into one step of `undo`.
    Raises Broken, Changed, or ByokError with one sentence; the files are then as they were, or the
    sentence says which is not.
    """
    draft = Record("", "", verb, "", step or new_step(), "", "")

    def checked(before: Texts) -> Texts:
        if not repair:
            _check(before)
        after = change(before)
        _check({path: text for path, text in after.items() if text != before[path]})
        return after

    return _transact(world, paths, checked, draft, modes or {})


def undo(world: World, records: Sequence[Record]) -> tuple[Written, ...]:
    """Takes back the writes of files among the records of one step (the newest first).

    The files must be byte for byte as byok left them: else Touched is raised and nothing changed.
    """
    mine = [record for record in records if record.path]
    _check_whole(mine)
    newest = {Path(record.path): record for record in reversed(mine)}
    oldest = {Path(record.path): record for record in mine}

    def change(_: Texts) -> Texts:
        for path, record in newest.items():
            document = read(path)
            if digest(document.raw) != record.after:
                raise Touched(record, document.text)
        return {path: decoded(record.bytes_before()) for path, record in oldest.items()}

    if not mine:
        return ()
    draft = Record("", "", "undo", "", new_step(), "", "", undoes=tuple(each.id for each in mine))
    modes = {path: record.mode for path, record in oldest.items() if record.mode is not None}
    return _transact(world, list(oldest), change, draft, modes)


def _check_whole(records: Sequence[Record]) -> None:
    """Raises ByokError when records of a group are missing: half a step is not taken back."""
    there = {(each.group, each.path) for each in records}
    for record in records:
        if not there.issuperset((record.group, each.path) for each in record.members):
            raise ByokError(
                f"A record of this step of `byok {record.verb}` is missing or damaged",
                f"{NOTHING}; take it back by hand",
            )


def _transact(
    world: World,
    paths: Sequence[Path],
    change: Change,
    draft: Record,
    modes: Mapping[Path, int],
) -> tuple[Written, ...]:
    """The loop of a transaction: lock, settle, read, change, write; again when overtaken."""
    with locked(world):
        journal = Journal(world)
        settle(journal)
        for _ in range(TRIES):
            documents = [read(path) for path in dict.fromkeys(paths)]
            writes = _wanted(documents, change, modes)
            try:
                _write(journal, writes, draft)
            except Changed as overtaken:
                last = overtaken
                continue
            break
        else:
            raise Changed(
                f"{last.message.split(' has been ')[0]} keeps being changed by another program",
                f"{NOTHING}; try again",
            )
        for folder in {document.target.parent for document in documents}:
            sweep(folder)
    return tuple(_written(document, writes, draft.step) for document in documents)


def _wanted(
    documents: Sequence[Document], change: Change, modes: Mapping[Path, int]
) -> list[_Write]:
    """The files that become different."""
    after = change({document.path: document.text for document in documents})
    writes = []
    for document in documents:
        text, mode = after[document.path], modes.get(document.path, document.mode)
        if text is None and document.raw is not None and document.path.is_symlink():
            text = "{}\n"  # without its file the link would lead to nothing
        if text != document.text or mode != document.mode:
            temporary = document.target.with_name(temporary_name(document.target.name))
            writes.append(_Write(document, _encoded(document.path, text), mode, temporary))
    return writes


def _written(document: Document, writes: Sequence[_Write], step: str) -> Written:
    """What became of one file."""
    mine = next((each for each in writes if each.document is document), None)
    if mine is None or mine.record is None:
        return Written(document.path, document.text, document.text)
    return Written(document.path, document.text, decoded(mine.data), mine.record.id, step)


def _check(texts: Texts) -> None:
    """Raises Broken for the first text that does not parse."""
    for path, text in texts.items():
        _values(path, text)


def _values(path: Path, text: str | None) -> Json:
    """What a text says, None for no file. Raises Broken."""
    try:
        return None if text is None else load(text)
    except Fault as fault:
        raise Broken(path, fault) from None


def _write(journal: Journal, writes: Sequence[_Write], draft: Record) -> None:
    """Writes all files, or leaves all as they were. Raises Changed or ByokError."""
    members = tuple(
        Member(str(each.document.path), digest(each.document.raw), digest(each.data))
        for each in writes
    )
    draft = replace(draft, group=new_step(), members=members)
    try:
        for each in writes:
            _prepare(journal, each, draft)
        for each in writes:
            _swap(each)
    except BaseException as error:
        _give_up(journal, writes, error)
        raise
    for each in writes:
        sync_folder(each.document.target.parent)
        if each.data is None:
            remove_folders(journal.made(each.document.path, each.document.raw).folders)
        if each.record is not None:
            journal.commit(each.record)


def _prepare(journal: Journal, each: _Write, draft: Record) -> None:
    """Keeps what will be replaced and lays the new file beside it. Raises OSError or ByokError."""
    document = each.document
    if document.raw is not None and not os.access(document.target, os.W_OK):
        raise ByokError(f"{document.path} is write-protected", NOTHING)
    each.folders = private_folder(document.target.parent)
    made = made_after(journal, document, decoded(each.data), each.folders)
    if draft.undoes:  # leads back to a state that byok may once have left
        made = journal.made(document.path, each.data)
    changed = document.mode if each.mode != document.mode and document.raw is not None else None
    record = replace(
        draft, path=str(document.path), temporary=each.temporary.name, made=made, mode=changed
    )
    each.record = journal.keep(record, document.raw, each.data)
    if each.data is not None and not each.only_mode:
        new_file(each.temporary, each.data, _mode(each), document.owner)


def _mode(each: _Write) -> int:
    """The permission bits of the new file."""
    return 0o600 if each.mode is None else each.mode


def _swap(each: _Write) -> None:
    """Makes one change visible. Raises Changed or OSError."""
    if not each.only_mode:
        put(each.document, each.data, each.temporary)
        return
    if read(each.document.path) != each.document:
        raise Changed(f"{each.document.path} has been changed meanwhile")
    each.document.target.chmod(_mode(each))


def _give_up(journal: Journal, writes: Sequence[_Write], error: BaseException) -> None:
    """Undoes what was done of a failed write; raises the sentence that says what is left of it."""
    stuck = [each for each in writes if not _undone(each)]
    if not stuck:  # else the records of all are wanted, to settle them together
        for each in writes:
            _forget(journal, each)
    for each in writes:
        remove_folders(each.folders)
    if stuck:
        names = ", ".join(str(each.document.path) for each in stuck)
        raise ByokError(
            f"{names} could be written but not put back: {_reason(error)}",
            "The next byok command finishes it or takes it back",
        ) from None
    if isinstance(error, OSError):
        names = ", ".join(str(each.document.path) for each in writes)
        raise ByokError(f"{names} could not be written: {why(error)}", NOTHING) from None


def _reason(error: BaseException) -> str:
    """A failure as the end of a sentence."""
    if isinstance(error, OSError):
        return why(error)
    return error.message if isinstance(error, ByokError) else "it was interrupted"


def _undone(each: _Write) -> bool:
    """Puts one file back, if it was changed; whether it is as it was."""
    if each.record is None:
        return True
    try:
        now = read(each.document.path)
        if now == each.document or digest(now.raw) != each.record.after:
            return True
        if each.only_mode:
            each.document.target.chmod(0o600 if each.document.mode is None else each.document.mode)
        else:
            put_back(now, each.document.raw, each.document.mode)
    except (OSError, ByokError):
        return False
    return True


def _forget(journal: Journal, each: _Write) -> None:
    """Removes what was prepared for one file, but never the only copy of someone's bytes."""
    with suppress(OSError, ByokError):
        held = bytes_of(each.temporary, each.temporary, sys.maxsize)[0]
        if held not in (each.data, each.document.raw):
            journal.rescue(each.document.path, held)
    discard(each.temporary)
    if each.record is not None:
        journal.drop(each.record)


def _encoded(path: Path, text: str | None) -> bytes | None:
    """The bytes of a text. Raises ByokError for half a character."""
    try:
        return None if text is None else text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise ByokError(f"The new text of {path} holds half a character", "A bug") from None
