"""The desktop app's settings, read without touching them."""

import sqlite3
from contextlib import closing
from pathlib import Path

from factory_byok.core.facts import Known, Unknown
from factory_byok.core.world import World
from factory_byok.providers.ollama.app import app_variables, database
from tests.hardware.worlds import a_world


def a_mac(root: Path) -> World:
    return a_world(root, system="darwin")


def store(path: Path, *, window: int = 32_768, expose: int = 0) -> sqlite3.Connection:
    """The app's database, open as the running app has it."""
    path.parent.mkdir(parents=True)
    writer = sqlite3.connect(path)
    writer.execute("PRAGMA journal_mode=WAL")
    writer.execute("CREATE TABLE settings (id INTEGER, context_length INTEGER, expose BOOLEAN)")
    writer.execute("INSERT INTO settings VALUES (1, ?, ?)", (window, expose))
    writer.commit()
    return writer


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_slider_is_read_beside_the_running_app_and_no_file_changes(tmp_path: Path) -> None:
    world = a_mac(tmp_path)
    path = database(world)
    with closing(store(path, expose=1)):
        before = bytes_of(path.parent)
        found = app_variables(world)
        assert bytes_of(path.parent) == before
    assert found == Known({"OLLAMA_CONTEXT_LENGTH": "32768", "OLLAMA_HOST": "0.0.0.0"})


def test_a_slider_at_automatic_sets_nothing(tmp_path: Path) -> None:
    world = a_mac(tmp_path)
    store(database(world), window=0).close()
    assert app_variables(world) == Known({})


def test_an_absent_a_broken_and_an_older_database_are_unknown(tmp_path: Path) -> None:
    world = a_mac(tmp_path)
    path = database(world)
    assert isinstance(app_variables(world), Unknown)
    assert not path.parent.exists()
    path.parent.mkdir(parents=True)
    path.write_bytes(b"no database")
    assert isinstance(app_variables(world), Unknown)
    path.unlink()
    with closing(sqlite3.connect(path)) as writer:
        writer.execute("CREATE TABLE other (id INTEGER)")
        writer.commit()
    assert isinstance(app_variables(world), Unknown)


def test_every_system_has_its_own_place(tmp_path: Path) -> None:
    windows = a_world(tmp_path, system="windows", env={"LOCALAPPDATA": "/L"})
    assert database(windows) == Path("/L/Ollama/db.sqlite")
    assert database(a_world(tmp_path)).name == "db.sqlite"
