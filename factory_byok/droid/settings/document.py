"""One of droid's files as it is now: read bounded, links followed, never stuck on a pipe."""

import os
import stat
from pathlib import Path
from typing import Final, NamedTuple

from factory_byok.core.errors import ByokError

MOST_BYTES: Final = 10 * 1024 * 1024  # of one settings file; droid's own hold a few kilobytes
MOST_VALUES: Final = 300_000  # in it, by its commas; 10 MB of whole entries have 250,000
_READINGS: Final = 10  # attempts to read a file while somebody is writing into it


class Document(NamedTuple):
    """One file at one moment; equal documents are the same file with the same content and rights.

    `target` is `path` with its links followed. `raw`, `text` and `mode` are None when there is no
    file. `text` keeps line ends, and bytes that are not UTF-8 as surrogates.
    """

    path: Path
    target: Path
    raw: bytes | None = None
    text: str | None = None
    mode: int | None = None
    owner: tuple[int, int] = (-1, -1)


def read(path: Path, *, most_bytes: int = MOST_BYTES) -> Document:
    """Reads one file, following links; an absent file has `raw` None.

    Raises ByokError for a folder, a pipe, a device, a link to nothing, more than `most_bytes` or
    `MOST_VALUES`, and whatever the system refuses. Never blocks on a pipe.
    """
    path = path.absolute()
    target = Path(os.path.realpath(path))
    try:
        _refuse(path, target.stat(), most_bytes)
        raw, seen = bytes_of(path, target, most_bytes)
    except FileNotFoundError:
        if path.is_symlink():
            raise ByokError(f"{path} is a link to {target}, which does not exist") from None
        return Document(path, target)
    except OSError as error:
        from factory_byok.droid.settings.writing.disk import why

        raise ByokError(f"{path} could not be read: {why(error)}") from None
    values = raw.count(b",") if len(raw) > MOST_VALUES else 0
    if values > MOST_VALUES:
        raise ByokError(
            f"{path} holds too much: {values:,} values, and byok reads at most {MOST_VALUES:,}"
        )
    mode = stat.S_IMODE(seen.st_mode) if os.name == "posix" else None
    return Document(path, target, raw, decoded(raw), mode, (seen.st_uid, seen.st_gid))


def bytes_of(path: Path, target: Path, most_bytes: int) -> tuple[bytes, os.stat_result]:
    """A regular file's bytes; read again while somebody is writing into it."""
    flags = os.O_RDONLY
    for name in ("O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY"):
        flags |= getattr(os, name, 0)
    with os.fdopen(os.open(target, flags), "rb") as file:
        for _ in range(_READINGS):
            seen = os.fstat(file.fileno())
            _refuse(path, seen, most_bytes)
            file.seek(0)
            raw = file.read(min(seen.st_size, most_bytes) + 1)
            again = os.fstat(file.fileno())
            if (seen.st_size, seen.st_mtime_ns) == (again.st_size, again.st_mtime_ns):
                break
        _refuse(path, again, most_bytes)
    return raw[:most_bytes], again


def _refuse(path: Path, seen: os.stat_result, most_bytes: int) -> None:
    """Raises ByokError for what is no ordinary file or is too large."""
    if stat.S_ISDIR(seen.st_mode):
        raise ByokError(f"{path} is a folder, not a file")
    if not stat.S_ISREG(seen.st_mode):
        kind = "a pipe" if stat.S_ISFIFO(seen.st_mode) else "a device or a socket"
        raise ByokError(f"{path} is {kind}, not a file")
    if seen.st_size > most_bytes:
        raise ByokError(
            f"{path} is too large: {seen.st_size:,} bytes, and byok reads at most {most_bytes:,}"
        )


def decoded(raw: bytes | None) -> str | None:
    """A file's text; bytes that are not UTF-8 become surrogates. None is no file."""
    return None if raw is None else raw.decode("utf-8", "surrogateescape")
