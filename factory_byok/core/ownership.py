"""What root makes in a user's folder belongs to the user (`sudo byok`)."""

import os
from contextlib import suppress
from pathlib import Path


def give_to_owner(path: Path) -> None:
    """Gives a new file or folder to the owner of the folder that it lies in, when we are root."""
    if os.name != "posix" or os.geteuid() != 0:
        return
    with suppress(OSError):
        folder = path.parent.stat()
        if folder.st_uid != 0:
            os.chown(path, folder.st_uid, folder.st_gid, follow_symlinks=False)
