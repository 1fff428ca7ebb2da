"""Every call that a write makes to the disk fails, or is the last thing the process does."""

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import pytest

from factory_byok.core.errors import ByokError
from factory_byok.core.world import World
from factory_byok.droid.settings.document import read
from factory_byok.droid.settings.writing import swap, transaction
from factory_byok.droid.settings.writing.journal import Journal
from factory_byok.droid.settings.writing.recovery import recover
from tests.droid.settings.writes import transact, undo

CALLS: Final = (
    "open", "write", "fsync", "close", "replace", "rename", "link", "unlink", "mkdir", "rmdir",
    "fchmod", "fchown",
)  # fmt: skip
OLD: Final = '{"a": 1}'
NEW: Final = '{"a": 1, "b": 2}'
# What stands there before, and what the write makes of it; None is no file.
SCENARIOS: Final[dict[str, tuple[str | None, str | None]]] = {
    "new": (None, NEW),
    "replaced": (OLD, NEW),
    "deleted": (OLD, None),
}


class Disk:
    """Counts the calls that change something on the disk; `act` decides at the chosen one."""

    def __init__(self, chosen: int, act: Callable[[], object]) -> None:
        """`chosen` counts from 0; a negative number never comes."""
        self.count = 0
        self.chosen = chosen
        self.act = act

    def reached(self) -> bool:
        """Counts one call; says whether it is the chosen one."""
        self.count += 1
        return self.count - 1 == self.chosen

    def through(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """The same call behind the counter."""

        def counted(*arguments: Any, **named: Any) -> Any:
            if self.reached():
                self.act()
            return call(*arguments, **named)

        return counted

    def write(self, call: Callable[[int, Any], int]) -> Callable[[int, Any], int]:
        """`os.write` that has written half of the bytes when its turn to fail comes."""

        def counted(descriptor: int, data: Any) -> int:
            if self.reached():
                call(descriptor, data[: len(data) // 2])
                self.act()
            return call(descriptor, data)

        return counted


@contextmanager
def through(disk: Disk) -> Iterator[None]:
    """Lets this process reach the disk only through `disk`."""
    kept = {name: getattr(os, name) for name in CALLS}
    exchange = swap._exchange
    try:
        for name, call in kept.items():
            setattr(os, name, disk.write(call) if name == "write" else disk.through(call))
        swap._exchange = disk.through(exchange)
        yield
    finally:
        for name, call in kept.items():
            setattr(os, name, call)
        swap._exchange = exchange


def prepared(root: Path, before: str | None) -> tuple[World, Path]:
    """A fresh home with that file in it."""
    root.mkdir()
    path = root / ".factory" / "config.json"
    if before is not None:
        path.parent.mkdir()
        path.write_text(before)
    return World("linux", root, root, root, {}), path


def now(path: Path) -> str | None:
    return path.read_text() if path.exists() else None


def check_next_run(world: World, path: Path, now_there: str | None) -> None:
    """The next write works, leaves nothing lying about, and the journal leads all the way back."""
    transact(world, path, lambda _: '{"c": 3}', verb="set")
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    journal = Journal(world)
    assert not any(record.pending for record in journal.all())
    assert not [each.name for each in journal.folder.iterdir() if each.name.startswith(".")]
    undo(world)
    assert now(path) == now_there
    for record in journal.standing():
        undo(world)
        assert now(path) == (record.bytes_before() or b"").decode() or now(path) is None


def kill_everywhere(scenario: str, root: Path) -> int:
    """Kills one process at each call in turn, as forked children of this one; returns how many."""
    before, after = SCENARIOS[scenario]
    for chosen in range(1000):
        world, path = prepared(root / str(chosen), before)
        child = os.fork()
        if child == 0:
            disk = Disk(chosen, lambda: os.kill(os.getpid(), signal.SIGKILL))
            with through(disk):
                transact(world, path, lambda _: after, verb="add")
            os._exit(0)
        _, status = os.waitpid(child, 0)
        there = now(path)
        assert there in (before, after), f"call {chosen} left {there!r}"
        check_next_run(world, path, there)
        if os.WIFEXITED(status):
            assert there == after
            return chosen
    raise AssertionError("the write never ended")


@pytest.mark.outside
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_process_killed_at_any_call_leaves_the_old_or_the_new_file(
    scenario: str, tmp_path: Path
) -> None:
    command = [
        sys.executable,
        "-m",
        "tests.droid.settings.test_document_faults",
        scenario,
        str(tmp_path),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 10, "the calls were not counted"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_call_that_fails_is_one_sentence_and_changes_nothing(
    scenario: str, number: int, tmp_path: Path
) -> None:
    before, after = SCENARIOS[scenario]

    def fail() -> None:
        raise OSError(number, os.strerror(number))

    refused = 0
    for chosen in range(1000):
        world, path = prepared(tmp_path / str(chosen), before)
        disk = Disk(chosen, fail)
        try:
            with through(disk):
                transact(world, path, lambda _: after, verb="add")
        except ByokError as error:
            refused += 1
            assert "\n" not in error.message
            assert now(path) == before, f"call {chosen} left {now(path)!r}"
            assert Journal(world).standing() == ()
        else:
            assert now(path) == after
        with suppress(OSError):  # the folder may not be there
            left = {each.name for each in path.parent.iterdir()} - {path.name}
            assert len(left) <= 1
        check_next_run(world, path, now(path))
        if disk.count <= chosen:
            break
    assert refused > 5


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_an_interrupt_at_any_call_leaves_the_old_or_the_new_file(
    scenario: str, tmp_path: Path
) -> None:
    before, after = SCENARIOS[scenario]

    def interrupt() -> None:
        raise KeyboardInterrupt

    for chosen in range(1000):
        world, path = prepared(tmp_path / str(chosen), before)
        disk = Disk(chosen, interrupt)
        with through(disk), suppress(KeyboardInterrupt):
            transact(world, path, lambda _: after, verb="add")
        assert now(path) in (before, after)
        check_next_run(world, path, now(path))
        if disk.count <= chosen:
            break


def pair(root: Path) -> tuple[World, dict[Path, str | None], dict[Path, str | None]]:
    """Three files of one plan: one that is there, one that is not, one that goes."""
    root.mkdir()
    folder = root / ".factory"
    folder.mkdir()
    before: dict[Path, str | None] = {
        folder / "config.json": OLD,
        folder / "settings.json": None,
        folder / "settings.local.json": OLD,
    }
    after: dict[Path, str | None] = dict(zip(before, (NEW, NEW, None), strict=True))
    for path, text in before.items():
        if text is not None:
            path.write_text(text)
    return World("linux", root, root, root, {}), before, after


def there(paths: Iterable[Path]) -> dict[Path, str | None]:
    return {path: now(path) for path in paths}


def given(texts: dict[Path, str | None]) -> transaction.Change:
    return lambda _: texts


def kill_pairs_everywhere(root: Path) -> int:
    """Kills a write of several files at each call; the next byok finds all or nothing of it."""
    for chosen in range(1000):
        world, before, after = pair(root / str(chosen))
        child = os.fork()
        if child == 0:
            disk = Disk(chosen, lambda: os.kill(os.getpid(), signal.SIGKILL))
            with through(disk):
                transaction.transact(world, list(before), given(after), verb="apply")
            os._exit(0)
        _, status = os.waitpid(child, 0)
        half = there(before) not in (before, after)
        told = recover(world)
        assert there(before) in (before, after), f"call {chosen} left half of it: {told}"
        assert bool(told) == half, f"call {chosen} said {told}"
        folder = world.home / ".factory"
        assert not [each.name for each in folder.iterdir() if each.name.startswith(".")]
        if there(before) == after:
            undo(world)
            assert there(before) == before
        if os.WIFEXITED(status):
            return chosen
    raise AssertionError("the write never ended")


@pytest.mark.outside
def test_a_process_killed_at_any_call_leaves_no_half_plan_to_the_next_one(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "tests.droid.settings.test_document_faults",
        "all",
        str(tmp_path),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 30, "the calls were not counted"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EIO])
def test_a_failing_call_among_several_files_changes_none_of_them(
    number: int, tmp_path: Path
) -> None:
    def fail() -> None:
        raise OSError(number, os.strerror(number))

    for chosen in range(1000):
        world, before, after = pair(tmp_path / str(chosen))
        disk = Disk(chosen, fail)
        try:
            with through(disk):
                transaction.transact(world, list(before), given(after), verb="fix")
        except ByokError as error:
            assert there(before) == before, f"call {chosen}: {error.message}"
            assert "put back" not in error.message
        else:
            assert there(before) == after
        if disk.count <= chosen:
            break


@pytest.mark.skipif(sys.platform not in ("linux", "darwin"), reason="nothing is exchanged there")
def test_bytes_that_a_killed_write_displaced_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, path = prepared(tmp_path / "machine", OLD)
    exchange = swap._exchange

    def sneak_and_die(one: Path, other: Path) -> bool:
        other.write_text('{"theirs": 1}')
        exchange(one, other)
        raise SystemExit

    with monkeypatch.context() as patch, suppress(SystemExit):
        patch.setattr(swap, "_exchange", sneak_and_die)
        patch.setattr(transaction, "_give_up", lambda *_: None)  # a killed process
        transact(world, path, lambda _: NEW, verb="add")
    assert now(path) == NEW
    transact(world, path, lambda _: '{"c": 3}', verb="set")
    rescued = [record for record in Journal(world).all() if record.verb == "rescued"]
    assert [record.bytes_before() for record in rescued] == [b'{"theirs": 1}']
    assert read(path).text == '{"c": 3}'


if __name__ == "__main__":
    scenario, folder = sys.argv[1], Path(sys.argv[2])
    calls = (
        kill_pairs_everywhere(folder) if scenario == "all" else kill_everywhere(scenario, folder)
    )
    sys.stdout.write(str(calls))
