"""The undo store: what each write of byok's replaced, kept whole before the file changes.

One record is one file in `<state>/undo` (see `record`). It is pending until all files of its group
have been replaced, so that a process killed in between leaves a question that `recovery` answers
from the files themselves. An undo is a write like any other: its records name those that they took
back, so that the next undo goes one step further back, and undoing the undo's own step by its name
brings it back.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from factory_byok.core.droid_facts import Json
from factory_byok.core.errors import ByokError
from factory_byok.core.own_files import private_folder
from factory_byok.core.world import World
from factory_byok.droid.settings.edit.splice import same_length
from factory_byok.droid.settings.writing.disk import (
    discard,
    new_file,
    sync_folder,
    why,
)
from factory_byok.droid.settings.writing.record import (
    Made,
    Record,
    digest,
    is_record,
    load_record,
    record_text,
)
from factory_byok.droid.settings.writing.temporary import temporary_name, token

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
        records = (load_record(self.folder / name) for name in self._names())
        return tuple(record for record in records if record is not None)

    def chosen(self, step: str = "") -> tuple[Record, ...]:
        """The records of a step by its name, or of the last one that stands, the newest first.

        Raises ByokError when there is no such step, or when one of its records is damaged.
        """
        records = self.step(step) if step else self.last()
        if not records and step:
            raise ByokError(
                f"There is no step `{step}` to take back", "`byok undo --list` shows the steps"
            )
        if not records:
            raise ByokError("There is nothing to take back", "`byok list` shows what droid has")
        return records

    def last(self) -> tuple[Record, ...]:
        """The records of the newest step that is not taken back, the newest first; () if none.

        Raises ByokError when a record of that step, or of a later one, is damaged.
        """
        standing = self.standing()
        records = tuple(record for record in standing if record.step == standing[0].step)
        if records or self._names():
            self._refuse_damaged(records)
        return records

    def step(self, name: str) -> tuple[Record, ...]:
        """The records of the step of that name, an undo too, unless they are taken back."""
        everything = self._not_taken_back()
        return tuple(each for each in everything if each.step == name and each.verb != RESCUED)

    def standing(self) -> tuple[Record, ...]:
        """The records of what is not taken back, the newest first; undos are not in it."""
        everything = self._not_taken_back()
        return tuple(each for each in everything if not each.undoes and each.verb != RESCUED)

    def pending(self) -> tuple[tuple[Record, ...], ...]:
        """The groups of files whose writing was not finished, the oldest first, whole."""
        everything = self.all()[::-1]
        groups = dict.fromkeys(each.group for each in everything if each.pending)
        return tuple(tuple(each for each in everything if each.group == group) for group in groups)

    def _names(self) -> list[str]:
        """The files of records, the newest first."""
        try:
            names = [each.name for each in self.folder.iterdir()]
        except OSError:
            return []
        return sorted((name for name in names if is_record(name)), reverse=True)

    def _refuse_damaged(self, records: Sequence[Record]) -> None:
        """Raises ByokError for a record that cannot be read and is not older than these."""
        oldest = min((record.id for record in records), default="")
        for name in self._names():
            damaged = load_record(self.folder / name) is None
            if damaged and name.partition(".")[0] >= oldest:
                raise ByokError(
                    f"Nothing was changed: the record {self.folder / name} is damaged",
                    "Delete it to go on with the step before it",
                )

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
        prefix = same_length(old, new)
        suffix = same_length(old[prefix:][::-1], new[prefix:][::-1])
        name = self._next()
        record = replace(
            record,
            id=name,
            at=self._now().isoformat(timespec="seconds"),
            step=record.step or name,
            group=record.group or name,
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
        record = replace(record, group=name)
        self._store(record, data)

    def commit(self, record: Record) -> None:
        """Says that the record's file has been replaced; forgets the oldest records."""
        with suppress(OSError):
            Path(record.place).replace(self.folder / f"{record.id}.record")
        self._trim()

    def drop(self, record: Record) -> None:
        """Forgets a record whose write did not happen."""
        discard(Path(record.place))

    def note(self, verb: str, step: str, action: Mapping[str, Json], *undoes: str) -> Record:
        """Remembers an action that is no write of a file, with what takes it back."""
        name, at = self._next(), self._now().isoformat(timespec="seconds")
        place = str(self.folder / f"{name}.record")
        record = Record(name, at, verb, "", step, "", "", undoes=undoes, group=name, place=place)
        self.amend(record, action)
        self._trim()
        return replace(record, action=dict(action))

    def amend(self, record: Record, action: Mapping[str, Json]) -> None:
        """Stores the record of an action anew, with what is known of it by now."""
        self._store(replace(record, action=dict(action)), b"")

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
        """Forgets the oldest records beyond the bounds.

        Those that `byok remove` needs stay: the newest of each file for which byok made something.
        """
        room, seen = MOST_BYTES, set[str]()
        for count, record in enumerate(self.all(), 1):
            needed = record.pending or (record.path not in seen and record.made != Made())
            seen.add(record.path)
            with suppress(OSError):
                room -= Path(record.place).stat().st_size
            if (count > MOST_RECORDS or room < 0) and not needed and count > 1:
                discard(Path(record.place))
