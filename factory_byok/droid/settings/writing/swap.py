"""Makes a finished temporary file visible under its name, in one step, if nobody was faster.

Where the system can exchange names (Linux, macOS), what was swapped out is compared again, so that
even a change between the last look and the swap is noticed and put back.
"""

import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from factory_byok.core.errors import ByokError
from factory_byok.droid.settings.document import Document, bytes_of, read
from factory_byok.droid.settings.writing.disk import discard

_NO_EXCHANGE: Final = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP)


class Changed(ByokError):
    """Another program changed the file while byok was writing; nothing of its work was replaced."""


def put(document: Document, data: bytes | None, temporary: Path) -> None:
    """Makes the change visible in one step, if the file is still as it was read.

    Raises Changed when it is not, and OSError; the target is then not byok's. A failure behind the
    swap leaves the temporary file, with what was swapped out, to the next run.
    """
    if read(document.path) != document:
        raise Changed(f"{document.path} has been changed meanwhile")
    target = document.target
    if document.raw is None:
        _put_new(temporary, target)
    elif data is None:
        target.rename(temporary)
        _check_displaced(document, temporary, _put_new)
    elif _exchange(temporary, target):
        _check_displaced(document, temporary, _exchange)
    else:
        temporary.replace(target)


def _check_displaced(
    document: Document, temporary: Path, put_back: Callable[[Path, Path], object]
) -> None:
    """Removes the old bytes; raises Changed when they are somebody else's and are put back."""
    try:
        held = bytes_of(temporary, temporary, sys.maxsize)[0]
        if held != document.raw:
            put_back(temporary, document.target)
    except OSError:
        return
    if held != document.raw:
        raise Changed(f"{document.path} has been changed meanwhile")
    discard(temporary)


def _put_new(temporary: Path, target: Path) -> None:
    """Gives a file its name only if nobody has made one of that name. Raises Changed."""
    try:
        target.hardlink_to(temporary)
    except FileExistsError:
        raise Changed(f"{target} has been made meanwhile") from None
    except OSError:  # a file system without hard links
        if target.exists():
            raise Changed(f"{target} has been made meanwhile") from None
        temporary.replace(target)
    else:
        discard(temporary)


def _exchange(one: Path, other: Path) -> bool:
    """Swaps two names in one step; False where the system or the file system cannot."""
    import ctypes  # 6 ms, and only writing needs it

    names = (os.fsencode(one), os.fsencode(other))
    if sys.platform == "linux":
        call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
        here = -100  # AT_FDCWD; both paths are absolute anyway
        arguments: tuple[bytes | int, ...] = (here, names[0], here, names[1], 2)  # RENAME_EXCHANGE
    elif sys.platform == "darwin":
        call = getattr(ctypes.CDLL(None, use_errno=True), "renamex_np", None)
        arguments = (*names, 2)  # RENAME_SWAP
    else:
        return False
    if call is None:
        return False
    if call(*arguments) == 0:
        return True
    number = ctypes.get_errno()
    if number in _NO_EXCHANGE:
        return False
    if number == errno.ENOENT:
        raise Changed(f"{other} has been removed meanwhile")
    raise OSError(number, os.strerror(number))
