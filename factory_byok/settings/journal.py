"""The undo store: what each write of byok's replaced, kept whole before the file changes.

One record is one file in `<state>/undo`: a line of JSON, the replaced bytes, and the stretch of the
written bytes that differs. A record is pending until its file has been replaced, so that a process
killed in between leaves a question that `settle` answers from the file itself. An undo is a write
like any other: its records name those that they took back, so that the next undo goes one step
further back, and undoing the undo's own step by its name brings it back.
"""

import errno
import json
import os
import re
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

from factory_byok.errors import ByokError
from factory_byok.world import World

MOST_RECORDS: Final = 50
MOST_BYTES: Final = 50_000_000  # of all records together
LONGEST_WRITE: Final = 600.0  # seconds; a temporary file older than this has lost its writer
RESCUED: Final = "rescued"  # the verb of bytes that another program wrote while byok was writing

_TEMPORARY: Final = re.compile(r"\.(?P<name>.+)\.byok-(?P<pid>\d+)-[0-9a-f]{12}\.tmp")
_WHY: Final = {
    errno.ENOSPC: "there is no space left",
    errno.EDQUOT: "the disk quota is used up",
    errno.EROFS: "the file system is read-only",
    errno.EACCES: "there is no permission",
    errno.EPERM: "there is no permission",
    errno.ELOOP: "it is a link that leads back to itself",
    errno.ENOTDIR: "a part of its path is not a folder",
}


# --- the few calls to the disk that records and settings files share -----------------------------


def why(error: OSError) -> str:
    """The reason of a failed call to the disk, as the end of a sentence."""
    return _WHY.get(error.errno or 0) or (error.strerror or "the disk failed").lower()


def private_folder(folder: Path) -> tuple[str, ...]:
    """Makes the folder and its missing parents with mode 0700; returns those it made, outermost
    first. When one cannot be made, those made before it are gone again. Raises OSError.
    """
    missing: list[Path] = []
    while not folder.is_dir():
        missing.insert(0, folder)
        if folder == folder.parent:
            break
        folder = folder.parent
    made: list[str] = []
    try:
        for each in missing:
            with suppress(FileExistsError):  # another process was faster; a file is told below
                each.mkdir(0o700)
                made.append(str(each))
        if missing and not missing[-1].is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(missing[-1]))
    except BaseException:
        remove_folders(made)
        raise
    return tuple(made)


def remove_folders(folders: Sequence[str]) -> None:
    """Removes those of these folders that are empty, innermost first."""
    for folder in reversed(folders):
        with suppress(OSError):
            Path(folder).rmdir()


def new_file(path: Path, data: bytes, mode: int = 0o600, owner: tuple[int, int] = (-1, -1)) -> None:
    """Writes a file that must not exist yet and waits until it is on the disk.

    `owner` (user and group) is kept where the system lets us. On a failure no file is left.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    flags |= getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags, 0o600)
    try:
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
            if owner != (-1, -1) and hasattr(os, "fchown"):
                with suppress(PermissionError):
                    os.fchown(descriptor, *owner)
            if hasattr(os, "fchmod"):
                os.fchmod(descriptor, mode)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except BaseException:
        discard(path)
        raise


def discard(path: Path) -> None:
    """Removes a file of byok's own, if that can be done."""
    with suppress(OSError):
        path.unlink()


def sync_folder(folder: Path) -> None:
    """Makes renames in this folder durable, where the system knows how."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def token() -> str:
    """Twelve random letters and digits: the name of a step, or part of a file's name."""
    return os.urandom(6).hex()


def temporary_name(name: str) -> str:
    """A name for the temporary file of `name`; it tells a later run whose it is."""
    return f".{name}.byok-{os.getpid()}-{token()}.tmp"


def stray_names(folder: Path) -> set[str]:
    """The names of the files whose temporary files lie in this folder, finished or not."""
    try:
        found = [_TEMPORARY.fullmatch(each.name) for each in folder.iterdir()]
    except OSError:
        return set()
    return {match["name"] for match in found if match}


def strays(folder: Path, name: str, *, locked: bool = True) -> list[Path]:
    """The temporary files of `name` in this folder whose writer is gone.

    `locked` says that the caller holds the lock of `name`.
    """
    found: list[Path] = []
    with suppress(OSError):
        for each in folder.iterdir():
            match = _TEMPORARY.fullmatch(each.name)
            if match and match["name"] == name and _abandoned(each, int(match["pid"]), locked):
                found.append(each)
    return found


def _abandoned(path: Path, pid: int, locked: bool) -> bool:
    """Whether nobody will finish this temporary file.

    Process numbers are used again: age counts too, and our own number under our own lock can only
    have been an earlier process's.
    """
    with suppress(OSError):
        if time.time() - path.stat().st_mtime > LONGEST_WRITE:
            return True
    if pid == os.getpid():
        return locked
    if os.name != "posix":
        return False  # there os.kill would end the process instead of asking for it
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False


# --- records -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Made:
    """What byok itself made on the way to one state of a file: the file, folders, containers.

    `pointers` name objects and arrays that were not there before byok's first write.
    """

    file: bool = False
    folders: tuple[str, ...] = ()
    pointers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """One write: `before` and `after` are SHA-256 sums of the whole file, "" when there was none.

    `id` sorts by time; `step` joins the writes of one verb; `undoes` names the records that this
    one took back. `size` counts the replaced bytes; of the written ones the first `prefix` and the
    last `suffix` bytes are the same. `place` is the record's own file.
    """

    id: str
    at: str
    verb: str
    path: str
    step: str
    before: str
    after: str
    made: Made = Made()
    undoes: tuple[str, ...] = ()
    temporary: str = ""
    size: int = 0
    prefix: int = 0
    suffix: int = 0
    pending: bool = False
    place: str = ""

    def bytes_before(self) -> bytes | None:
        """The bytes that were replaced, None when there was no file. Raises ByokError."""
        return self._read()[0] if self.before else None

    def bytes_after(self) -> bytes | None:
        """The bytes that byok wrote, None when it deleted the file. Raises ByokError."""
        if not self.after:
            return None
        before, middle = self._read()
        return before[: self.prefix] + middle + before[len(before) - self.suffix :]

    def _read(self) -> tuple[bytes, bytes]:
        try:
            _, _, rest = Path(self.place).read_bytes().partition(b"\n")
        except OSError as error:
            raise ByokError(f"The record {self.place} could not be read: {why(error)}") from None
        return rest[: self.size], rest[self.size :]


def digest(data: bytes | None) -> str:
    """The SHA-256 sum of a file's bytes, "" for no file."""
    if data is None:
        return ""
    import hashlib  # 4 ms, and reading needs no sums

    return hashlib.sha256(data).hexdigest()


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
        records = (_load(self.folder / name) for name in names if name[0] != ".")
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
        header = {name: value for name, value in asdict(record).items() if name not in _NOT_KEPT}
        data = json.dumps(header).encode() + b"\n" + blob
        temporary = self.folder / temporary_name("record")
        try:
            private_folder(self.folder)
            new_file(temporary, data)
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


_NOT_KEPT: Final = ("pending", "place")  # both are told by the file's name


def _load(place: Path) -> Record | None:
    """Reads one record's first line; None for anything that is not a record."""
    try:
        with place.open("rb") as file:
            header = json.loads(file.readline(1_000_000))
        made = header.pop("made")
        header["undoes"] = tuple(header["undoes"])
        return Record(
            **header,
            made=Made(made["file"], tuple(made["folders"]), tuple(made["pointers"])),
            pending=place.suffix == ".pending",
            place=str(place),
        )
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


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
