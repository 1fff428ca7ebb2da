"""Reading and writing one file: bounded, followed through links, whole or not at all."""

import errno
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from factory_byok.core.actions import Edit
from factory_byok.core.errors import ByokError
from factory_byok.core.world import World
from factory_byok.droid.settings.document import Document, read
from factory_byok.droid.settings.edit import apply, prune
from factory_byok.droid.settings.writing import swap, transaction
from factory_byok.droid.settings.writing.journal import Journal
from factory_byok.droid.settings.writing.transaction import Broken, Changed, Touched, new_step
from tests.droid.settings.writes import transact, undo

ADD = [Edit("add", "f", "/custom_models/-", {"model": "m"})]
REMOVE = [Edit("remove", "f", "/custom_models/0")]


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A world whose state and home lie in the test's own folder."""
    return World("linux", tmp_path, tmp_path, tmp_path, {})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file of droid's in an existing folder; not there yet."""
    (tmp_path / ".factory").mkdir()
    return tmp_path / ".factory" / "config.json"


def to(text: str | None) -> Callable[[str | None], str | None]:
    return lambda _: text


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def test_an_absent_file_is_a_document_without_text(path: Path) -> None:
    assert read(path) == Document(path, path)


def test_text_keeps_line_ends_and_bytes_that_are_not_utf8(path: Path) -> None:
    path.write_bytes(b'{\r\n"\xff": 1}\r')
    text = read(path).text
    assert text is not None
    assert text.encode("utf-8", "surrogateescape") == b'{\r\n"\xff": 1}\r'


def test_a_folder_is_told_as_one(path: Path) -> None:
    path.mkdir()
    with pytest.raises(ByokError, match="is a folder"):
        read(path)


def test_a_pipe_does_not_block(path: Path) -> None:
    os.mkfifo(path)
    with pytest.raises(ByokError, match="is a pipe"):
        read(path)


def test_a_device_is_not_read() -> None:
    with pytest.raises(ByokError, match="device"):
        read(Path("/dev/zero"))


def test_a_file_beyond_the_bound_is_told_with_both_sizes(path: Path) -> None:
    path.write_bytes(b" " * 11)
    with pytest.raises(ByokError, match=r"11 bytes, and byok reads at most 10"):
        read(path, most_bytes=10)
    assert read(path, most_bytes=11).raw == b" " * 11


def test_a_link_to_nothing_is_told(path: Path) -> None:
    path.symlink_to("nowhere.json")
    with pytest.raises(ByokError, match=r"is a link to .*nowhere\.json, which does not exist"):
        read(path)


def test_a_link_to_itself_is_told(path: Path) -> None:
    path.symlink_to(path.name)
    with pytest.raises(ByokError, match="leads back to itself"):
        read(path)


def test_a_file_that_may_not_be_read_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_text("{}")
    monkeypatch.setattr(os, "open", _raising(errno.EACCES))
    with pytest.raises(ByokError, match="could not be read: there is no permission"):
        read(path)


def _raising(number: int) -> Callable[..., int]:
    def refuse(*_: object, **__: object) -> int:
        raise OSError(number, os.strerror(number))

    return refuse


def test_a_new_file_and_its_folder_are_private(tmp_path: Path, world: World) -> None:
    path = tmp_path / ".factory" / "config.json"
    transact(world, path, to("{}\n"), verb="add")
    assert path.read_bytes() == b"{}\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert names(path.parent) == ["config.json"]


def test_what_byok_remembers_is_private(world: World, path: Path) -> None:
    transact(world, path, to("{}\n"), verb="add")
    for each in [world.state, *world.state.rglob("*")]:
        assert stat.S_IMODE(each.stat().st_mode) == (0o700 if each.is_dir() else 0o600)


def test_mode_and_owner_stay(world: World, path: Path) -> None:
    path.write_text("{}")
    path.chmod(0o640)
    if os.getuid() == 0:
        os.chown(path, 1234, 4321)
    before = path.stat()
    transact(world, path, to('{"a": 1}'), verb="add")
    after = path.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (
        before.st_mode,
        before.st_uid,
        before.st_gid,
    )


def test_a_link_stays_a_link_and_its_target_is_written(
    world: World, path: Path, tmp_path: Path
) -> None:
    target = tmp_path / "dotfiles" / "factory.json"
    target.parent.mkdir()
    target.write_text("{}")
    path.symlink_to(target)
    transact(world, path, to('{"a": 1}'), verb="add")
    assert path.is_symlink()
    assert target.read_text() == '{"a": 1}'
    assert names(target.parent) == ["factory.json"]
    transact(world, path, to(None), verb="remove")
    assert path.read_text() == "{}\n", "a link must not be left leading to nothing"


def test_the_same_text_is_not_written(world: World, path: Path) -> None:
    path.write_text("{}")
    before = path.stat()
    written = transact(world, path, to("{}"), verb="add")
    assert written.record == ""
    assert path.stat() == before
    assert Journal(world).all() == ()


@pytest.mark.parametrize("text", ["", "// only a comment", "{'a': 1}", '{"a": 1,}', "{} {}"])
def test_a_file_that_does_not_parse_is_never_written(world: World, path: Path, text: str) -> None:
    path.write_text(text)
    with pytest.raises(Broken, match="line 1, column"):
        transact(world, path, to("{}"), verb="add")
    assert path.read_text() == text


def test_only_a_repair_writes_a_file_that_does_not_parse(world: World, path: Path) -> None:
    path.write_text('{"a": 1,}')
    transact(world, path, to('{"a": 1}'), verb="fix", repair=True)
    assert path.read_text() == '{"a": 1}'
    with pytest.raises(Broken):
        transact(world, path, to('{"a": 1'), verb="fix", repair=True)
    undo(world)
    assert path.read_text() == '{"a": 1,}'


def test_a_write_protected_file_is_not_replaced(
    world: World, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.write_text("{}")
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(ByokError, match="write-protected"):
        transact(world, path, to('{"a": 1}'), verb="add")
    assert path.read_text() == "{}"


def test_a_change_between_reading_and_writing_is_not_lost(world: World, path: Path) -> None:
    path.write_text('{"a": 1}')
    seen: list[str | None] = []

    def change(text: str | None) -> str:
        if not seen:
            path.write_text('{"a": 1, "other": 2}')
        seen.append(text)
        return apply(text or "", [Edit("add", "f", "/mine", 3)])

    transact(world, path, change, verb="add")
    assert path.read_text() == '{"a": 1, "other": 2, "mine": 3}'
    assert len(Journal(world).all()) == 1


def test_a_change_between_the_last_look_and_the_swap_is_put_back(
    world: World, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.write_text('{"a": 1}')
    if not exchange_works(path):
        pytest.skip("this system cannot exchange two names")
    exchange = swap._exchange
    times: list[int] = []

    def sneak(one: Path, other: Path) -> bool:
        if not times:
            other.with_name("new").write_text('{"a": 1, "other": 2}')
            other.with_name("new").replace(other)
        times.append(1)
        return exchange(one, other)

    monkeypatch.setattr(swap, "_exchange", sneak)
    transact(
        world, path, lambda text: apply(text or "", [Edit("add", "f", "/mine", 3)]), verb="add"
    )
    assert path.read_text() == '{"a": 1, "other": 2, "mine": 3}'
    assert names(path.parent) == ["config.json"]


def exchange_works(path: Path) -> bool:
    one, other = path.with_name("one"), path.with_name("other")
    one.touch()
    other.touch()
    works = swap._exchange(one, other)
    one.unlink()
    other.unlink()
    return works


def test_a_file_made_meanwhile_is_not_replaced(
    world: World, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_new = swap._put_new

    def sneak(temporary: Path, target: Path) -> None:
        if not target.exists():
            target.write_text('{"other": 2}')
        put_new(temporary, target)

    monkeypatch.setattr(swap, "_put_new", sneak)
    transact(
        world, path, lambda text: apply(text or "", [Edit("add", "f", "/mine", 3)]), verb="add"
    )
    assert path.read_text() == '{"other": 2, "mine": 3}'


def test_a_file_changed_while_it_is_deleted_comes_back(
    world: World, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.write_text("{}")
    rename = Path.rename

    def sneak(self: Path, target: Path) -> Path:
        if self.read_text() == "{}":
            self.write_text('{"other": 2}')
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", sneak)
    transact(world, path, lambda text: None if text == "{}" else text, verb="remove")
    assert path.read_text() == '{"other": 2}'
    assert names(path.parent) == ["config.json"]


def test_it_gives_up_with_a_sentence_when_the_file_never_rests(world: World, path: Path) -> None:
    path.write_text("{}")
    count = iter(range(10**6))

    def change(_: str | None) -> str:
        path.write_text(f'{{"other": {next(count)}}}')
        return '{"mine": 1}'

    with pytest.raises(Changed, match="keeps being changed"):
        transact(world, path, change, verb="add")
    assert path.read_text().startswith('{"other"')
    assert Journal(world).all() == ()
    assert names(path.parent) == ["config.json"]


def test_without_exchange_it_still_replaces_whole(
    world: World, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(swap, "_exchange", lambda *_: False)
    path.write_text("{}")
    transact(world, path, to('{"a": 1}'), verb="add")
    assert path.read_text() == '{"a": 1}'
    assert names(path.parent) == ["config.json"]


def test_without_hard_links_a_new_file_still_comes(
    world: World, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "link", _raising(errno.EPERM))
    transact(world, path, to("{}"), verb="add")
    assert path.read_text() == "{}"
    assert names(path.parent) == ["config.json"]


def test_a_state_folder_that_cannot_be_made_is_one_sentence(world: World, path: Path) -> None:
    world.state.parent.mkdir(parents=True)
    world.state.write_text("a file stands here")
    with pytest.raises(ByokError, match="cannot keep its lock in"):
        transact(world, path, to("{}"), verb="add")
    assert not path.exists()


@pytest.mark.parametrize(
    "text",
    [
        None,
        "{}",
        "{ }\n",
        "{\n}",
        '{"custom_models": []}',
        '{\r\n\t"a": 1 // one\r\n}',
        '{\n  "custom_models": [\n  ]\n}',
        '// mine\n{\n  "custom_models": [\n    // none yet\n  ]\n}\n',
    ],
)
def test_what_an_addition_made_goes_with_its_removal(
    world: World, tmp_path: Path, text: str | None
) -> None:
    path = tmp_path / ".factory" / "config.json"
    if text is not None:
        path.parent.mkdir()
        path.write_bytes(text.encode())

    def add(before: str | None) -> str:
        return apply(before or "", ADD)

    def remove(before: str | None) -> str | None:
        made = Journal(world).made(path, (before or "").encode())
        return prune(apply(before or "", REMOVE), made.pointers, file=made.file)

    for _ in range(2):
        transact(world, path, add, verb="add")
        transact(world, path, add, verb="add")
        transact(world, path, remove, verb="remove")
        transact(world, path, remove, verb="remove")
        assert (path.read_bytes().decode() if path.exists() else None) == text
        assert path.parent.exists() == (text is not None)


def test_an_array_is_the_users_own_once_somebody_else_wrote_the_file(
    world: World, path: Path
) -> None:
    transact(world, path, lambda text: apply(text or "", ADD), verb="add")
    path.write_text(path.read_text().replace("{\n", '{\n  "mine": 1,\n', 1))
    raw = read(path).raw
    assert Journal(world).made(path, raw).pointers == ()


def test_undo_goes_back_step_by_step(world: World, path: Path) -> None:
    texts = ['{"a": 0}', '{"a": 1}', '{"a": 2}']
    path.write_text(texts[0])
    for text in texts[1:]:
        transact(world, path, to(text), verb="set")
    for text in reversed(texts[:-1]):
        undo(world)
        assert path.read_text() == text
    with pytest.raises(ByokError, match="nothing to take back"):
        undo(world)


def test_an_undo_can_be_undone_by_its_name(world: World, path: Path) -> None:
    path.write_text('{"a": 0}')
    transact(world, path, to('{"a": 1}'), verb="set")
    taken = undo(world)
    undo(world, taken[0].step)
    assert path.read_text() == '{"a": 1}'
    undo(world)
    assert path.read_text() == '{"a": 0}'


def test_the_writes_of_one_step_are_taken_back_together(world: World, path: Path) -> None:
    other = path.with_name("settings.json")
    other.write_text("{}")
    step = new_step()
    transact(world, path, to("{}"), verb="add", step=step)
    transact(world, other, to('{"a": 1}'), verb="add", step=step)
    transact(world, other, to('{"a": 1, "b": 2}'), verb="add", step=step)
    assert len(undo(world)) == 2
    assert not path.exists()
    assert other.read_text() == "{}"


def test_undo_refuses_when_somebody_else_wrote_since(world: World, path: Path) -> None:
    other = path.with_name("settings.json")
    other.write_text("{}")
    step = new_step()
    transact(world, path, to("{}"), verb="add", step=step)
    transact(world, other, to('{"a": 1}'), verb="add", step=step)
    path.write_text('{"theirs": 1}')
    with pytest.raises(Touched, match="changed since") as caught:
        undo(world)
    assert (caught.value.wrote, caught.value.now) == ("{}", '{"theirs": 1}')
    assert other.read_text() == '{"a": 1}', "one file of the step alone must not go back"


def test_undo_removes_the_folder_that_byok_made(world: World, tmp_path: Path) -> None:
    path = tmp_path / "project" / ".factory" / "settings.json"
    path.parent.parent.mkdir()
    transact(world, path, to("{}"), verb="add")
    undo(world)
    assert names(path.parent.parent) == []


def test_a_stray_of_a_dead_process_is_cleared_by_the_next_write(world: World, path: Path) -> None:
    dead = path.with_name(".config.json.byok-999999999-0123456789ab.tmp")
    of_another_file = path.with_name(".settings.json.byok-999999999-0123456789ab.tmp")
    alive = path.with_name(f".config.json.byok-{os.getppid()}-0123456789ab.tmp")
    theirs = path.with_name(".config.json.tmp")
    for each in (dead, of_another_file, alive, theirs):
        each.write_text("x")
    transact(world, path, to("{}"), verb="add")
    assert names(path.parent) == sorted([theirs.name, alive.name, "config.json"])


def test_a_stray_pipe_does_not_block_the_next_write(world: World, path: Path) -> None:
    os.mkfifo(path.with_name(".config.json.byok-999999999-0123456789ab.tmp"))
    transact(world, path, to("{}"), verb="add")
    assert path.read_text() == "{}"


ADD_ONE = """
import sys
from pathlib import Path
from factory_byok.core.actions import Edit
from factory_byok.droid.settings.edit import apply
from factory_byok.droid.settings.writing.transaction import transact
from factory_byok.core.world import World
root, number = Path(sys.argv[1]), int(sys.argv[2])
world = World("linux", root, root, root, {})
edits = [Edit("add", "f", "/custom_models/-", {"model": number})]
path = root / ".factory" / "config.json"
transact(world, [path], lambda texts: {path: apply(texts[path] or "", edits)}, verb="add")
"""


@pytest.mark.outside
def test_fifty_processes_at_once_lose_nothing(tmp_path: Path, world: World) -> None:
    started = [
        subprocess.Popen([sys.executable, "-c", ADD_ONE, str(tmp_path), str(number)])
        for number in range(50)
    ]
    assert [process.wait(120) for process in started] == [0] * 50
    path = tmp_path / ".factory" / "config.json"
    value = transaction._values(path, read(path).text)
    assert isinstance(value, dict)
    models = value["custom_models"]
    assert isinstance(models, list)
    assert sorted(each["model"] for each in models if isinstance(each, dict)) == list(range(50))  # type: ignore[type-var]
    assert names(path.parent) == ["config.json"]
    assert len(Journal(world).all()) == 50


@pytest.mark.outside
def test_a_really_full_disk_changes_nothing(tmp_path: Path, world: World) -> None:
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small file system cannot be mounted here")
    try:
        path = folder / "config.json"
        path.write_text("{}")
        with pytest.raises(ByokError, match="could not be written: there is no space left"):
            transact(world, path, to(f'{{"a": "{"x" * 100_000}"}}'), verb="add")
        assert path.read_text() == "{}"
        assert names(folder) == ["config.json"]
    finally:
        subprocess.run(["umount", str(folder)], check=True)
