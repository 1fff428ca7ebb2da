"""The undo store: what each write of byok's replaced, kept whole before the file changes.

One record is one file in `<state>/undo` (see `record`). It is pending until its file has been
replaced, so that a process killed in between leaves a question that `settle` answers from the file
itself. An undo is a write like any other: its records name those that they took back, so that the
next undo goes one step further back, and undoing the undo's own step by its name brings it back.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from factory_byok.core.errors import ByokError
from factory_byok.core.world import World
from factory_byok.droid.settings.writing.disk import (
    discard,
    new_file,
    private_folder,
    sync_folder,
    why,
)
from factory_byok.droid.settings.writing.record import (
    Made,
    Record,
    digest,
    load_record,
    record_text,
)
from factory_byok.droid.settings.writing.temporary import strays, temporary_name, token

MOST_RECORDS: Final = 50
MOST_BYTES: Final = 50_000_000  # of all records together
RESCUED: Final = "rescued"  # the verb of bytes that another program wrote while byok was writing


class Journal:
    """The records in the undo folder of one user."""

    def __init__(self, world: World) -> None:
        """Looks at `world.state`; nothing is made before the first record."""
        self.folder = world.state / "undo"
        self._now = world.now

    def all(self) -> tuple[Record, ...]:
        """Every record that can be read, the newest first."""
        try:
            names = sorted((each.name for each in self.folder.iterdir()), reverse=True)
        except OSError:
            return ()
        records = (load_record(self.folder / name) for name in names if name[0] != ".")
        return tuple(record for record in records if record is not None)

    def last(self) -> tuple[Record, ...]:
        """The records of the newest step that is not taken back, the newest first; () if none."""
        standing = self.standing()
        return tuple(record for record in standing if record.step == standing[0].step)

    def step(self, name: str) -> tuple[Record, ...]:
        """The records of the step of that name, an undo too, unless they are taken back."""
        everything = self._not_taken_back()
        return tuple(each for each in everything if each.step == name and each.verb != RESCUED)

    def standing(self) -> tuple[Record, ...]:
        """The records of writes that are not taken back, the newest first; undos are not in it."""
        everything = self._not_taken_back()
        return tuple(each for each in everything if not each.undoes and each.verb != RESCUED)

    def _not_taken_back(self) -> tuple[Record, ...]:
        """All records but those that a standing undo names, the newest first."""
        back: set[str] = set()
        found: list[Record] = []
        for record in self.all():
            if record.id not in back:  # what a taken back undo took back stands again
                back.update(record.undoes)
                found.append(record)
        return tuple(found)

    def keep(self, record: Record, before: bytes | None, after: bytes | None) -> Record:
        """Stores a pending record of the replaced bytes, safely on the disk; returns it completed.

        `record` brings path, verb, step, made, undoes and temporary. Raises ByokError.
        """
        old, new = before or b"", after or b""
        prefix = _same_length(old, new)
        suffix = _same_length(old[prefix:][::-1], new[prefix:][::-1])
        name = self._next()
        record = replace(
            record,
            id=name,
            at=self._now().isoformat(timespec="seconds"),
            step=record.step or name,
            before=digest(before),
            after=digest(after),
            size=len(old),
            prefix=prefix,
            suffix=suffix,
            pending=True,
            place=str(self.folder / f"{name}.pending"),
        )
        self._store(record, old + new[prefix : len(new) - suffix])
        return record

    def rescue(self, path: Path, data: bytes) -> None:
        """Keeps bytes that another program wrote and that would otherwise be lost."""
        sum_ = digest(data)
        if any(each.before == sum_ and each.path == str(path) for each in self.all()):
            return
        name, at = self._next(), self._now().isoformat(timespec="seconds")
        place = str(self.folder / f"{name}.record")
        record = Record(name, at, RESCUED, str(path), name, sum_, "", size=len(data), place=place)
        self._store(record, data)

    def commit(self, record: Record) -> None:
        """Says that the record's file has been replaced; forgets the oldest records."""
        with suppress(OSError):
            Path(record.place).replace(self.folder / f"{record.id}.record")
        self._trim()

    def drop(self, record: Record) -> None:
        """Forgets a record whose write did not happen."""
        discard(Path(record.place))

    def settle(self, path: Path, now: bytes | None, left: Mapping[str, bytes]) -> None:
        """Decides this file's pending records; the caller holds the file's lock.

        `left` has the bytes of the file's stray temporary files by name. The write did not happen
        when the file has the old bytes or the temporary file still the new ones. Any other bytes in
        a temporary file are those that another program wrote: they are kept.
        """
        for record in self.all():
            held = left.get(record.temporary)
            if held is not None and digest(held) not in (record.before, record.after):
                self.rescue(path, held)
            if not record.pending or (held is None and record.path != str(path)):
                continue
            if digest(now) == record.after:
                self.commit(record)
            elif digest(now) == record.before or (held and digest(held) == record.after):
                self.drop(record)
            else:
                self.commit(record)

    def made(self, path: Path, now: bytes | None) -> Made:
        """What byok made, when the file is byte for byte as one of byok's writes left it."""
        left = digest(now)
        for record in self.all():
            if record.path == str(path) and record.after == left and record.verb != RESCUED:
                return record.made
        return Made()

    def _next(self) -> str:
        """A new record's name; it sorts behind all others."""
        latest = max((record.id for record in self.all()), default="0")
        return f"{int(latest.partition('-')[0]) + 1:08d}-{token()}"

    def _store(self, record: Record, blob: bytes) -> None:
        """Writes one record whole: under a temporary name first."""
        temporary = self.folder / temporary_name("record")
        try:
            private_folder(self.folder)
            new_file(temporary, record_text(record) + blob)
            try:
                temporary.replace(record.place)
            except BaseException:
                discard(temporary)
                raise
        except OSError as error:
            message = f"The earlier content cannot be kept in {self.folder}: {why(error)}"
            raise ByokError(message, "Nothing was changed") from None
        sync_folder(self.folder)

    def _trim(self) -> None:
        """Forgets the oldest records beyond the bounds, and what killed processes left.

        Those that `byok remove` needs stay: the newest of each file for which byok made something.
        """
        for stray in strays(self.folder, "record", locked=False):
            discard(stray)
        room, seen = MOST_BYTES, set[str]()
        for count, record in enumerate(self.all(), 1):
            needed = record.pending or (record.path not in seen and record.made != Made())
            seen.add(record.path)
            with suppress(OSError):
                room -= Path(record.place).stat().st_size
            if (count > MOST_RECORDS or room < 0) and not needed and count > 1:
                discard(Path(record.place))


def _same_length(one: bytes, other: bytes) -> int:
    """How many first bytes are the same; by halves, so that whole stretches compare at C speed."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
