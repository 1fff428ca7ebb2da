"""Temporary files: their names tell whose they are, so that a later run can clear them away."""

import os
import re
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

LONGEST_WRITE: Final = 600.0  # seconds; a temporary file older than this has lost its writer
_TEMPORARY: Final = re.compile(r"\..+\.byok-(?P<pid>\d+)-[0-9a-f]{12}\.tmp")


def token() -> str:
    """Twelve random letters and digits: the name of a step, or part of a file's name."""
    return os.urandom(6).hex()


def temporary_name(name: str) -> str:
    """A name for the temporary file of `name`; it tells a later run whose it is."""
    return f".{name}.byok-{os.getpid()}-{token()}.tmp"


def is_temporary(name: str) -> bool:
    """Whether a name is one of those that byok gives its temporary files."""
    return _TEMPORARY.fullmatch(name) is not None and "/" not in name and "\0" not in name


def strays(folder: Path) -> list[Path]:
    """The temporary files in this folder whose writer is gone; the caller holds byok's lock."""
    try:
        found = [(each, _TEMPORARY.fullmatch(each.name)) for each in folder.iterdir()]
    except OSError:
        return []
    return [path for path, match in found if match and _abandoned(path, int(match["pid"]))]


def _abandoned(path: Path, pid: int) -> bool:
    """Whether nobody will finish this temporary file.

    Process numbers are used again: age counts too, and our own number under our own lock can only
    have been an earlier process's.
    """
    with suppress(OSError):
        if time.time() - path.stat().st_mtime > LONGEST_WRITE:
            return True
    if pid == os.getpid():
        return True
    if os.name != "posix":
        return False  # there os.kill would end the process instead of asking for it
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False
