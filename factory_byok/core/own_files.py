"""Byok's own files and folders: private, the user's even when root makes them, never a pipe."""

import errno
import os
import stat
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO


def give_to_owner(path: Path) -> None:
    """Gives a new file or folder to the owner of the folder that it lies in, when we are root."""
    if os.name != "posix" or os.geteuid() != 0:
        return
    with suppress(OSError):
        folder = path.parent.stat()
        if folder.st_uid != 0:
            os.chown(path, folder.st_uid, folder.st_gid, follow_symlinks=False)


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
                give_to_owner(each)
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


def open_regular(place: Path) -> BinaryIO:
    """An ordinary file open for reading; a pipe or a device never blocks. Raises OSError."""
    flags = os.O_RDONLY
    for name in ("O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY", "O_NOFOLLOW"):
        flags |= getattr(os, name, 0)
    file = os.fdopen(os.open(place, flags), "rb")
    if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        return file
    file.close()
    raise OSError(errno.EINVAL, "it is no ordinary file")
