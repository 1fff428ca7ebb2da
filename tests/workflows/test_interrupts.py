"""Ctrl-c while a plan is carried out: what is done is told, and nothing else."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from factory_byok.core.actions import Edit, EditSettings
from factory_byok.core.errors import Interrupted
from factory_byok.core.world import World
from factory_byok.droid.settings import change
from factory_byok.droid.settings.writing import transaction
from factory_byok.droid.settings.writing.journal import Journal
from factory_byok.droid.settings.writing.record import Record
from factory_byok.workflows.actions.running import unbroken
from factory_byok.workflows.interrupts import NOTHING, so_far
from factory_byok.workflows.plan import Plan, do_all
from factory_byok.workflows.undo import undo

pytestmark = pytest.mark.outside


@pytest.fixture(autouse=True)
def pythons_own() -> Iterator[None]:
    """Python's own handler, whatever the shell left."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def press() -> None:
    """Ctrl-c."""
    os.kill(os.getpid(), signal.SIGINT)


def test_files_are_written_whole_and_then_it_is_said(
    empty_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, write = empty_home / ".factory/settings.json", change.write
    path.parent.mkdir()

    def pressed(*words: object, **more: object) -> object:
        press()
        return write(*words, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(change, "write", pressed)
    action = EditSettings(((Edit("add", str(path), "/model", "x"),),))
    begin = time.time()
    with pytest.raises(Interrupted):
        do_all(World.real(), Plan("set", (action,)))
    assert path.exists()
    assert "settings.json; `byok undo` takes it back" in so_far(World.real(), "set", begin)
    assert so_far(World.real(), "set", time.time() + 1) == NOTHING


def test_an_interrupted_undo_says_what_it_took_back(
    empty_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, undone = empty_home / ".factory/settings.json", transaction.undo
    path.parent.mkdir()
    action = EditSettings(((Edit("add", str(path), "/model", "x"),),))
    do_all(World.real(), Plan("set", (action,)))

    def pressed(*words: object) -> object:
        press()
        return undone(*words)  # type: ignore[arg-type]

    monkeypatch.setattr(transaction, "undo", pressed)
    begin = time.time()
    with pytest.raises(KeyboardInterrupt):
        undo(World.real())
    assert not path.exists()
    told = so_far(World.real(), "undo", begin)
    assert told.startswith("Took back") and "settings.json; `byok undo " in told


def test_an_outer_piece_of_work_waits_for_its_own_end() -> None:
    reached = []
    with pytest.raises(KeyboardInterrupt), unbroken():
        with unbroken():
            press()
        reached.append("the end")
    assert reached == ["the end"]


def test_a_record_that_another_byok_forgot_meanwhile_is_passed_over(
    empty_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, read = empty_home / ".factory/settings.json", Journal.all
    path.parent.mkdir()
    do_all(World.real(), Plan("set", (EditSettings(((Edit("add", str(path), "/model", "x"),),)),)))

    def forgotten(journal: Journal) -> tuple[Record, ...]:
        records = read(journal)
        for each in records:
            Path(each.place).unlink()
        return records

    monkeypatch.setattr(Journal, "all", forgotten)
    assert so_far(World.real(), "set", 1.0) == NOTHING
