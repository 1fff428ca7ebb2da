"""Writes a report to a file, over one that is there only when that was asked, and opens it."""

from pathlib import Path

from factory_byok.core.errors import ByokError
from factory_byok.core.masking import mask_line
from factory_byok.droid.settings.writing.disk import why


def write_report(path: Path, text: str, *, force: bool = False) -> None:
    """Writes the text as UTF-8. Raises ByokError when it exists or cannot be written."""
    try:
        with path.open("w" if force else "x", encoding="utf-8", errors="backslashreplace",
                       newline="\n") as file:  # fmt: skip
            file.write(mask_line(text))
    except FileExistsError:
        raise taken(path) from None
    except OSError as error:
        raise ByokError(f"{path} could not be written: {why(error)}", "Name another file") from None


def taken(path: Path) -> ByokError:
    """That a file of that name is there."""
    return ByokError(f"{path} exists already", "`--force` writes over it")


def open_report(path: Path) -> str:
    """Opens a file with what this desktop uses for it; a sentence about what came of it."""
    import webbrowser

    try:
        opened = webbrowser.open(path.resolve().as_uri())
    except (webbrowser.Error, OSError):
        opened = False
    return f"Opened {path}" if opened else f"No browser could be started: open {path} yourself"
