"""One record of the undo store: a line of JSON, the replaced bytes, and what was written instead.

Of the written bytes only the stretch that differs is kept.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Final

from factory_byok.core.droid_facts import Json
from factory_byok.core.errors import ByokError
from factory_byok.core.own_files import open_regular
from factory_byok.droid.settings.writing.disk import why
from factory_byok.droid.settings.writing.temporary import is_temporary


@dataclass(frozen=True, slots=True)
class Made:
    """What byok itself made on the way to one state of a file: the file, folders, containers.

    `pointers` name objects and arrays that were not there before byok's first write.
    """

    file: bool = False
    folders: tuple[str, ...] = ()
    pointers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """One of the files that were written together, with the sums of its bytes before and after."""

    path: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Record:
    """One write of a file, or one other action that can be taken back.

    `before` and `after` are SHA-256 sums of the whole file, "" when there was none; `mode` are the
    permission bits before, when they changed. `id` sorts by time; `step` joins all that one verb
    did, and `group` the files that were written together, all of which each of them knows as its
    `members`; `undoes` names the records that this one took back. `size` counts the replaced bytes;
    of the written ones the first `prefix` and the last `suffix` bytes are the same. `action` holds
    what is needed to take back something that is no file. `place` is the record's own file.
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
    mode: int | None = None
    group: str = ""
    members: tuple[Member, ...] = ()
    action: Mapping[str, Json] = field(default_factory=dict)
    pending: bool = False
    place: str = ""

    def bytes_before(self) -> bytes | None:
        """The bytes that were replaced, None when there was no file. Raises ByokError."""
        return self._checked(self._read()[0], self.before) if self.before else None

    def bytes_after(self) -> bytes | None:
        """The bytes that byok wrote, None when it deleted the file. Raises ByokError."""
        if not self.after:
            return None
        before, middle = self._read()
        whole = before[: self.prefix] + middle + before[len(before) - self.suffix :]
        return self._checked(whole, self.after)

    def _checked(self, data: bytes, wanted: str) -> bytes:
        """The bytes, when they are still those that were kept."""
        if digest(data) != wanted:
            raise ByokError(f"The record {self.place} is damaged", "Nothing was changed")
        return data

    def _read(self) -> tuple[bytes, bytes]:
        try:
            with open_regular(Path(self.place)) as file:
                data = file.read()
        except OSError as error:
            raise ByokError(f"The record {self.place} could not be read: {why(error)}") from None
        _, _, rest = data.partition(b"\n")
        return rest[: self.size], rest[self.size :]


def digest(data: bytes | None) -> str:
    """The SHA-256 sum of a file's bytes, "" for no file."""
    if data is None:
        return ""
    import hashlib  # 4 ms, and reading needs no sums

    return hashlib.sha256(data).hexdigest()


_NOT_KEPT: Final = ("pending", "place")  # both are told by the file's name
_SUM: Final = "sum"  # of the rest of the line: what was damaged or forged is seen
_LONGEST_HEADER: Final = 1_000_000  # bytes
_NAME: Final = re.compile(r"\d{8}-[0-9a-f]{12}\.(record|pending)")


def is_record(name: str) -> bool:
    """Whether a file of that name is a record of byok's."""
    return _NAME.fullmatch(name) is not None


def load_record(place: Path) -> Record | None:
    """Reads one record's first line; None for anything that is not a whole record."""
    from factory_byok.core.serialization import from_json

    try:
        with open_regular(place) as file:
            header = json.loads(file.readline(_LONGEST_HEADER))
        said = header.pop(_SUM, None)
        record = from_json(Record, header)
    except (OSError, ValueError, RecursionError, AttributeError, TypeError, ByokError):
        return None
    if said is not None and said != digest(json.dumps(header).encode()):
        return None
    whole = f"{record.id}.{'pending' if place.suffix == '.pending' else 'record'}" == place.name
    sane = 0 <= record.prefix <= record.size and 0 <= record.suffix <= record.size
    named = "\0" not in record.path and (not record.temporary or is_temporary(record.temporary))
    if not (whole and sane and named):
        return None
    return replace(record, pending=place.suffix == ".pending", place=str(place))


def record_text(record: Record) -> bytes:
    """A record's first line, as `load_record` reads it."""
    header = {name: value for name, value in asdict(record).items() if name not in _NOT_KEPT}
    header[_SUM] = digest(json.dumps(header).encode())
    return json.dumps(header).encode() + b"\n"
