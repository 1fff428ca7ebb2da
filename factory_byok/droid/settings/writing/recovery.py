"""What killed processes left: half written groups are finished or taken back, strays go.

Called under byok's lock. Nobody's bytes are lost: what another program wrote is kept as a record.
"""

import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from factory_byok.core.errors import ByokError
from factory_byok.core.world import World
from factory_byok.droid.settings.document import Document, bytes_of, read
from factory_byok.droid.settings.writing.disk import discard, new_file, sync_folder, why
from factory_byok.droid.settings.writing.journal import Journal
from factory_byok.droid.settings.writing.locking import locked
from factory_byok.droid.settings.writing.record import Record, digest
from factory_byok.droid.settings.writing.swap import put
from factory_byok.droid.settings.writing.temporary import strays, temporary_name
from factory_byok.droid.settings.writing.unfinished import unfinished


@dataclass(frozen=True, slots=True)
class _Found:
    """One file of an unfinished group: the file now, and what its temporary file holds."""

    record: Record
    document: Document
    temporary: Path
    held: bytes | None

    @property
    def happened(self) -> bool:
        """Whether the new bytes are there, or somebody wrote over them.

        They never came when the old bytes are there, or when they still wait in the temporary file.
        """
        now = digest(self.document.raw)
        if self.record.before == self.record.after:
            return self.document.mode != self.record.mode
        if now == self.record.after and now != self.record.before:
            return True
        waits = self.held is not None and digest(self.held) == self.record.after
        return now != self.record.before and not waits

    @property
    def can_finish(self) -> bool:
        """Whether the write that did not happen can still be done."""
        there = digest(self.document.raw) == self.record.before
        waits = self.held is not None and digest(self.held) == self.record.after
        return there and (waits or not self.record.after)


def recover(world: World) -> tuple[str, ...]:
    """Settles what was left, as sentences; () when another byok is at work or nothing was half.

    Raises ByokError for a file that can be neither finished nor taken back.
    """
    if not unfinished(world):
        return ()
    try:
        with locked(world, wait=0):
            return settle(Journal(world))
    except ByokError:
        return ()


def settle(journal: Journal) -> tuple[str, ...]:
    """Settles every unfinished group; the caller holds the lock."""
    told = []
    for records in journal.pending():
        told += _settle_group(journal, records)
    for folder in (journal.folder, journal.folder.parent):
        sweep(folder)
    return tuple(told)


def sweep(folder: Path) -> None:
    """Removes the temporary files of dead processes in a folder; the caller holds the lock."""
    for stray in strays(folder):
        discard(stray)


def _settle_group(journal: Journal, records: Sequence[Record]) -> list[str]:
    """One group: all of it stands afterwards, or nothing of it."""
    pending = [record for record in records if record.pending]
    verb = pending[0].verb
    try:
        found = [_look(record) for record in pending]
        committed = len(pending) < len(records)  # which comes when all files are swapped
        back, on = (False, True) if committed else _ways(records)
        if not (back or on):
            raise _damaged(pending)
        begun = committed or not back or any(each.happened for each in found)
        told: list[str] = []
        if begun and not (on and all(each.happened for each in found)):
            told = [_complete(found, back=back or committed, on=on)]
            begun = not told[0].endswith("taken back")
    except ByokError as error:
        return [f"An interrupted `byok {verb}` is still open: {error.message}"]
    except OSError as error:
        return [f"An interrupted `byok {verb}` could not be settled: {why(error)}"]
    for each in found:
        _clear(journal, each, keep=begun)
    return told


def _ways(records: Sequence[Record]) -> tuple[bool, bool]:
    """Whether a group can go back and on, by the files whose records are lost. Raises ByokError."""
    there = {record.path for record in records}
    lost = [each for each in records[0].members if each.path not in there]
    now = [digest(read(Path(each.path)).raw) for each in lost]
    return (
        now == [each.before for each in lost],
        now == [each.after for each in lost],
    )


def _damaged(open_: Sequence[Record]) -> ByokError:
    """Nobody can say whether the group goes back or on."""
    names = " ".join(each.place for each in open_)
    return ByokError(f"one of its records is damaged; `rm {names}` leaves its files as they are")


def _complete(found: Sequence[_Found], *, back: bool, on: bool) -> str:
    """Finishes what is half done, else takes it back. Raises OSError or ByokError."""
    missing = [each for each in found if not each.happened]
    names = ", ".join(each.record.path for each in found)
    verb = found[0].record.verb
    if on and all(each.can_finish for each in missing):
        for each in missing:
            put(each.document, each.held if each.record.after else None, each.temporary)
            sync_folder(each.document.target.parent)
        return f"An interrupted `byok {verb}` was finished: {names}"
    if not back:
        raise _damaged([each.record for each in found])
    for each in found:
        if each.happened and digest(each.document.raw) == each.record.after:
            put_back(each.document, each.record.bytes_before(), each.record.mode)
    return f"An interrupted `byok {verb}` in {names} was taken back"


def put_back(document: Document, before: bytes | None, mode: int | None) -> None:
    """Gives a file its earlier bytes and mode again. Raises OSError or ByokError."""
    target = document.target
    temporary = target.with_name(temporary_name(target.name))
    if before is not None:
        kept = document.mode if mode is None else mode
        new_file(temporary, before, 0o600 if kept is None else kept, document.owner)
    try:
        put(document, before, temporary)
    finally:
        discard(temporary)
    sync_folder(target.parent)


def _look(record: Record) -> _Found:
    """A file and its temporary file. Raises ByokError."""
    document = read(Path(record.path))
    temporary = document.target.with_name(record.temporary)
    held = None
    with suppress(OSError, ByokError):
        held = bytes_of(temporary, temporary, sys.maxsize)[0]
    return _Found(record, document, temporary, held)


def _clear(journal: Journal, found: _Found, *, keep: bool) -> None:
    """Closes one record and removes its temporary file, never the only copy of someone's bytes."""
    if found.held is not None and digest(found.held) not in (
        found.record.before,
        found.record.after,
    ):
        journal.rescue(Path(found.record.path), found.held)
    discard(found.temporary)
    if keep:
        journal.commit(found.record)
    else:
        journal.drop(found.record)
