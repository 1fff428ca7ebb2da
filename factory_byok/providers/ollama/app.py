"""The desktop app's own settings: read from a copy of its database, so that it is never touched."""

import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Final

from factory_byok.core.facts import Known, Reading, Unknown
from factory_byok.core.world import World

MOST_BYTES: Final = 256 * 2**20  # it also holds the app's chats
# Columns of the table `settings` (app/store): the window (0 = automatic) and where it listens
QUESTION: Final = "SELECT * FROM settings LIMIT 1"


def database(world: World) -> Path:
    """Where the app keeps its settings on this system."""
    if world.system == "darwin":
        return world.user_home / "Library/Application Support/Ollama/db.sqlite"
    if world.system == "windows":
        local = world.env.get("LOCALAPPDATA", "")
        return Path(local or world.user_home / "AppData/Local") / "Ollama/db.sqlite"
    return world.user_home / ".ollama/db.sqlite"


def app_variables(world: World) -> Reading[dict[str, str]]:
    """The variables that the app gives its server because of its own settings.

    app/server/server.go: a slider that is not at 0 sets OLLAMA_CONTEXT_LENGTH, over the user's own.
    """
    source = database(world)
    try:
        row = _row(source)
    except (OSError, sqlite3.Error) as error:
        return Unknown(f"the Ollama app's settings could not be read: {error}")
    if row is None:
        return Unknown("the Ollama app has not stored settings")
    variables = {}
    window = row.get("context_length")
    if isinstance(window, int) and window > 0:
        variables["OLLAMA_CONTEXT_LENGTH"] = str(window)
    if row.get("expose"):
        variables["OLLAMA_HOST"] = "0.0.0.0"
    return Known(variables)


def _row(source: Path) -> dict[str, object] | None:
    """The row of settings; None when there is none. Raises OSError and sqlite3.Error.

    A database in WAL mode cannot be opened beside its writer without touching its files, and
    without them it may be behind: so a copy of both is read.
    """
    if source.stat().st_size > MOST_BYTES:
        raise OSError("the file is too large")
    with tempfile.TemporaryDirectory(prefix="byok-app-") as folder:
        copy = Path(folder) / "db.sqlite"
        shutil.copyfile(source, copy)
        log = source.with_name(f"{source.name}-wal")
        if log.exists():
            shutil.copyfile(log, copy.with_name("db.sqlite-wal"))
        with closing(sqlite3.connect(copy, timeout=0.2)) as connection:
            connection.row_factory = sqlite3.Row
            found = connection.execute(QUESTION).fetchone()
            return dict(found) if found is not None else None
