"""One record of the undo store: a line of JSON, the replaced bytes, and what was written instead.

Of the written bytes only the stretch that differs is kept.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from factory_byok.core.errors import ByokError
from factory_byok.droid.settings.writing.disk import why


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


_NOT_KEPT: Final = ("pending", "place")  # both are told by the file's name


def load_record(place: Path) -> Record | None:
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


def record_text(record: Record) -> bytes:
    """A record's first line, as `load_record` reads it."""
    header = {name: value for name, value in asdict(record).items() if name not in _NOT_KEPT}
    return json.dumps(header).encode() + b"\n"
