"""Writes a new file, and never over one that is there."""

from pathlib import Path

from factory_byok.core.errors import ByokError


def write_new(path: Path, text: str) -> None:
    """Writes the text as UTF-8. Raises ByokError when the file exists or cannot be written."""
    try:
        with path.open("x", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise ByokError(f"{path} exists already", "Name a new file, or delete it first") from None
    except OSError as error:
        raise ByokError(f"{path} could not be written: {error.strerror}") from None
