"""The windows that `byok list` shows without a network."""

from dataclasses import replace
from pathlib import Path

from factory_byok.core.facts import Known, Window
from factory_byok.core.units import Tokens
from factory_byok.core.world import World
from factory_byok.workflows.known_windows import last_measured, remember_all
from tests.builders import ENDPOINT, a_model, a_server, a_snapshot, an_entry


def world(home: Path) -> World:
    """A world with a cache of its own."""
    return replace(World.real(), user_home=home, env={}, system="linux")


def test_a_measured_window_is_remembered_for_its_entry(tmp_path: Path) -> None:
    measured = a_model(window=Known(Window(Tokens(65_536), "measured", "the loaded model")))
    entry = an_entry()
    snap = replace(a_snapshot(), servers={ENDPOINT: Known(a_server(measured))})
    remember_all(world(tmp_path), snap)
    assert last_measured(world(tmp_path), (entry,)) == {entry.id: 65_536}
    elsewhere = replace(entry, endpoint="http://gpu:11434")
    assert last_measured(world(tmp_path), (elsewhere,)) == {}


def test_an_assumed_window_is_not_remembered(tmp_path: Path) -> None:
    assumed = a_model(window=Known(Window(Tokens(4_096), "assumed", "Ollama's default")))
    snap = replace(a_snapshot(), servers={ENDPOINT: Known(a_server(assumed))})
    remember_all(world(tmp_path), snap)
    assert not world(tmp_path).cache.exists()


def test_a_broken_cache_is_no_harm(tmp_path: Path) -> None:
    folder = world(tmp_path).cache
    folder.mkdir(parents=True)
    (folder / "windows.json").write_text('{"x": "y", "a b": -1}')
    assert last_measured(world(tmp_path), (an_entry(),)) == {}
