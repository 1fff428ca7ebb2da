"""The disk of the model store, wherever that is."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from factory_byok.core.facts import Disk, Known, Unknown
from factory_byok.hardware import disk
from tests.hardware.worlds import a_world


def test_the_store_lies_in_the_home_folder(tmp_path: Path) -> None:
    world = a_world(tmp_path)
    assert disk.model_store(world) == world.user_home / ".ollama/models"


def test_the_variable_decides_spaces_and_quotes_aside(tmp_path: Path) -> None:
    (tmp_path / disk.SERVICE_STORE).mkdir(parents=True)
    world = a_world(tmp_path, env={"OLLAMA_MODELS": ' "/big/models" '})
    assert disk.model_store(world) == Path("/big/models")


def test_the_service_has_its_own_store(tmp_path: Path) -> None:
    (tmp_path / disk.SERVICE_STORE).mkdir(parents=True)
    assert disk.model_store(a_world(tmp_path)) == tmp_path / disk.SERVICE_STORE


def test_a_service_store_that_is_closed_to_us_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = Path.stat

    def closed(self: Path, **words: Any) -> Any:
        if str(self).endswith(disk.SERVICE_STORE):
            raise PermissionError(13, "Permission denied")
        return usual(self, **words)

    monkeypatch.setattr(Path, "stat", closed)
    assert disk.model_store(a_world(tmp_path)) == tmp_path / disk.SERVICE_STORE


def test_the_service_store_is_linuxs_only(tmp_path: Path) -> None:
    (tmp_path / disk.SERVICE_STORE).mkdir(parents=True)
    world = a_world(tmp_path, system="darwin")
    assert disk.model_store(world) == world.user_home / ".ollama/models"


def test_a_store_that_is_not_made_yet_will_be_on_the_disk_above(tmp_path: Path) -> None:
    told = disk.probe(a_world(tmp_path, env={"OLLAMA_MODELS": str(tmp_path / "a/b/c")}))
    assert isinstance(told, Known)
    assert told.value.path == str(tmp_path / "a/b/c")
    assert told.value.total == shutil.disk_usage(tmp_path).total


def test_a_disk_that_cannot_be_read_is_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: Path) -> Disk:
        raise OSError("the network is down")

    monkeypatch.setattr(shutil, "disk_usage", fails)
    assert isinstance(disk.probe(a_world(tmp_path)), Unknown)
