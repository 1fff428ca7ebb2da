"""The few calls to the disk that records and settings files share, and the words for failures."""

import errno
import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from factory_byok.core.own_files import give_to_owner

_WHY: Final = {
    errno.ENOSPC: "there is no space left",
    errno.EDQUOT: "the disk quota is used up",
    errno.EROFS: "the file system is read-only",
    errno.EACCES: "there is no permission",
    errno.EPERM: "there is no permission",
    errno.ELOOP: "it is a link that leads back to itself",
    errno.ENOTDIR: "a part of its path is not a folder",
    errno.ENOENT: "its folder does not exist",
    errno.EISDIR: "it is a folder",
}


def why(error: OSError) -> str:
    """The reason of a failed call to the disk, as the end of a sentence."""
    return _WHY.get(error.errno or 0) or (error.strerror or "the disk failed").lower()


def foreign(folder: Path, home: Path) -> str:
    """Why a folder of byok's own is not to be trusted, as the end of a sentence; "" when it is.

    It must belong to this user, to root, or to the owner of the home, and nobody else may write.
    """
    if os.name != "posix":
        return ""
    try:
        seen = folder.stat()
    except OSError:
        return ""
    owners = {0, os.geteuid()}
    with suppress(OSError):
        owners.add(home.stat().st_uid)
    if seen.st_uid not in owners:
        return "it belongs to another user"
    return "others can write there" if seen.st_mode & 0o022 else ""


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
            else:
                give_to_owner(path)
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
