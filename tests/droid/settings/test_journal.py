"""The undo store: whole records, bounded, readable after anything."""

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factory_byok.core.errors import ByokError
from factory_byok.core.world import World
from factory_byok.droid.settings.edit.splice import same_length
from factory_byok.droid.settings.writing import journal, transaction
from factory_byok.droid.settings.writing.journal import RESCUED, Journal
from factory_byok.droid.settings.writing.record import Made, Member, Record, digest, load_record
from factory_byok.droid.settings.writing.recovery import settle

PATH = Path("/home/u/.factory/config.json")
WORLD = World("linux", Path("/nowhere"), Path("/nowhere"), Path("/nowhere"), {})
TEMPORARY = ".{}.byok-1-0123456789ab.tmp"
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Journal:
    return Journal(World("linux", tmp_path, tmp_path, tmp_path, {}, now=lambda: NOON))


def write(store: Journal, before: bytes | None, after: bytes | None, **changes: object) -> Record:
    """One write that happened."""
    draft = replace(Record("", "", "add", str(PATH), "", "", ""), **changes)  # type: ignore[arg-type]
    record = store.keep(draft, before, after)
    store.commit(record)
    return record


def test_a_record_has_when_what_and_which_bytes(store: Journal) -> None:
    write(store, b"old", b"new", verb="set", step="s")
    [record] = store.all()
    assert (record.at, record.verb, record.path) == ("2026-01-02T12:00:00+00:00", "set", str(PATH))
    assert (record.before, record.after, record.step) == (digest(b"old"), digest(b"new"), "s")
    assert not record.pending


@given(st.binary(max_size=40), st.binary(max_size=40), st.binary(max_size=40))
@settings(max_examples=50, deadline=None)
def test_the_common_beginning_is_as_long_as_it_can_be(start: bytes, one: bytes, two: bytes) -> None:
    length = same_length(start + one, start + two)
    assert (start + one)[:length] == (start + two)[:length]
    assert (start + one)[length : length + 1] != (start + two)[length : length + 1] or one == two


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"abXcd", b"abYYcd"),
        (b"", b"x"),
        (None, b"\n{}\n"),
        (b"aaa", b"aa"),
        (b"aa", b"aaa"),
        (b"\xff\n", None),
        (b"x", b""),
    ],
)
def test_bytes_before_and_after_can_be_read(
    store: Journal, before: bytes | None, after: bytes | None
) -> None:
    record = write(store, before, after)
    [stored] = store.all()
    assert stored.bytes_before() == before
    assert stored.bytes_after() == after
    assert stored == replace(record, pending=False, place=stored.place)


def test_the_newest_comes_first_and_alone_makes_the_last_step(store: Journal) -> None:
    records = [write(store, bytes([at]), bytes([at + 1])) for at in range(12)]
    assert [each.id for each in store.all()] == [each.id for each in reversed(records)]
    assert [each.id for each in store.last()] == [records[-1].id]


def test_what_is_taken_back_no_longer_stands_until_that_is_taken_back(store: Journal) -> None:
    first = write(store, b"0", b"1")
    second = write(store, b"1", b"2")
    taken = write(store, b"2", b"1", verb="undo", undoes=(second.id,))
    assert [each.id for each in store.standing()] == [first.id]
    write(store, b"1", b"2", verb="undo", undoes=(taken.id,))
    assert [each.id for each in store.standing()] == [second.id, first.id]
    assert store.step(taken.step) == ()


def test_only_the_newest_records_are_kept(store: Journal) -> None:
    for at in range(journal.MOST_RECORDS + 5):
        write(store, b"%d" % at, b"%d" % (at + 1))
    assert len(store.all()) == journal.MOST_RECORDS
    assert store.all()[0].after == digest(b"%d" % (journal.MOST_RECORDS + 5))


def test_only_so_many_bytes_are_kept(store: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "MOST_BYTES", 5000)
    for at in range(20):
        write(store, bytes([at]) * 1000, b"")
    assert 1 <= len(store.all()) <= 4
    write(store, b"x" * 100_000, b"")
    assert [each.size for each in store.all()] == [100_000]


def test_what_byok_made_outlives_the_bound(store: Journal) -> None:
    made = Made(True, ("/home/u/.factory",), ("/custom_models",))
    write(store, None, b"left", made=made)
    for at in range(journal.MOST_RECORDS + 5):
        write(store, b"%d" % at, b"%d" % (at + 1), path="/another")
    assert store.made(PATH, b"left") == made


def test_what_byok_made_is_known_only_of_the_bytes_that_it_left(store: Journal) -> None:
    made = Made(pointers=("/custom_models",))
    write(store, b"{}", b"left", made=made)
    assert store.made(PATH, b"left") == made
    assert store.made(PATH, b"changed") == Made()
    assert store.made(Path("/elsewhere"), b"left") == Made()


def pending(store: Journal, path: Path = PATH, **changes: object) -> Record:
    """One write that a killed process left open."""
    draft = Record("", "", "add", str(path), "", "", "", temporary=TEMPORARY.format(path.name))
    return store.keep(replace(draft, **changes), b"old", b"new")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("now", "left", "stays"),
    [
        (b"old", None, False),
        (b"new", None, True),
        (b"theirs", None, True),
        (b"theirs", b"new", False),
        (b"theirs", b"old", True),
    ],
    ids=["never written", "written", "written over", "never swapped in", "swapped, then replaced"],
)
def test_an_open_record_is_decided_by_the_file(
    store: Journal, tmp_path: Path, now: bytes, left: bytes | None, stays: bool
) -> None:
    path = tmp_path / "config.json"
    record = pending(store, path)
    path.write_bytes(now)
    if left is not None:
        path.with_name(record.temporary).write_bytes(left)
    assert settle(store) == ()
    assert [each.id for each in store.all()] == ([record.id] if stays else [])
    assert not any(each.pending for each in store.all())
    assert path.read_bytes() == now
    assert not path.with_name(record.temporary).exists()


def members(*paths: Path, before: bytes = b"old", after: bytes = b"new") -> tuple[Member, ...]:
    """Files that were written together."""
    return tuple(Member(str(path), digest(before), digest(after)) for path in paths)


def two_open(store: Journal, tmp_path: Path) -> tuple[Path, Path]:
    """Two files of one group, the first of them written when the process was killed."""
    done, waiting = tmp_path / "settings.json", tmp_path / "config.json"
    for path in (done, waiting):
        pending(store, path, group="g", step="s", members=members(done, waiting))
    done.write_bytes(b"new")
    waiting.write_bytes(b"old")
    return done, waiting


def test_half_a_group_is_finished_from_its_temporary_files(store: Journal, tmp_path: Path) -> None:
    done, waiting = two_open(store, tmp_path)
    waiting.with_name(TEMPORARY.format("config.json")).write_bytes(b"new")
    (told,) = settle(store)
    assert told.startswith("An interrupted `byok add` was finished: ")
    assert (done.read_bytes(), waiting.read_bytes()) == (b"new", b"new")
    assert [each.step for each in store.standing()] == ["s", "s"]


def test_half_a_group_that_cannot_be_finished_is_taken_back(store: Journal, tmp_path: Path) -> None:
    done, waiting = two_open(store, tmp_path)
    (told,) = settle(store)
    assert told.endswith("was taken back")
    assert (done.read_bytes(), waiting.read_bytes()) == (b"old", b"old")
    assert store.standing() == ()


def test_displaced_bytes_of_others_are_rescued_once(store: Journal, tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    for _ in range(2):
        record = pending(store, path)
        path.write_bytes(b"new")
        path.with_name(record.temporary).write_bytes(b"theirs")
        settle(store)
    rescued = [each for each in store.all() if each.verb == RESCUED]
    assert [each.bytes_before() for each in rescued] == [b"theirs"]
    assert RESCUED not in {each.verb for each in store.standing()}


@pytest.mark.parametrize("name", ["settings.json", "../../x", "/etc/x", ".x.byok-1-0.tmp"])
def test_an_open_record_never_leads_to_a_file_that_is_no_temporary_one(
    store: Journal, tmp_path: Path, name: str
) -> None:
    path, other = tmp_path / "config.json", tmp_path / "settings.json"
    path.write_bytes(b"old")
    other.write_bytes(b"mine")
    record = pending(store, path)
    place = Path(record.place)
    place.write_bytes(place.read_bytes().replace(record.temporary.encode(), name.encode()))
    assert load_record(place) is None
    settle(store)
    assert (path.read_bytes(), other.read_bytes()) == (b"old", b"mine")


FORGED = {
    "truncated": lambda text: text[:40],
    "another group": lambda text: text.replace(b'"group": "g"', b'"group": "x"'),
    "another path": lambda text: text.replace(b".json", b".jsom"),
}


@pytest.mark.parametrize("damage", FORGED)
@pytest.mark.parametrize("which", ["done", "waiting"])
@pytest.mark.parametrize("finishes", [True, False])
def test_half_a_group_with_a_lost_record_is_whole_or_left_alone(
    store: Journal, tmp_path: Path, damage: str, which: str, finishes: bool
) -> None:
    done, waiting = two_open(store, tmp_path)
    if finishes:
        waiting.with_name(TEMPORARY.format("config.json")).write_bytes(b"new")
    place = next(
        Path(each.place) for each in store.all() if (str(done) in each.path) is (which == "done")
    )
    place.write_bytes(FORGED[damage](place.read_bytes()))
    (told,) = settle(store)
    now = (done.read_bytes(), waiting.read_bytes())
    if which == "waiting":  # it is as it was before, so the other one goes back
        assert now == (b"old", b"old") and told.endswith("was taken back")
    elif finishes:
        assert now == (b"new", b"new") and "was finished" in told
    else:
        assert now == (b"new", b"old") and "is still open: one of its records is damaged" in told


def test_a_lost_record_of_a_file_that_somebody_wrote_since_leaves_all_alone(
    store: Journal, tmp_path: Path
) -> None:
    done, waiting = two_open(store, tmp_path)
    store.drop(next(each for each in store.all() if each.path == str(waiting)))
    waiting.write_bytes(b"theirs")
    for _ in range(2):
        (told,) = settle(store)
        assert "is still open: one of its records is damaged" in told
    assert (done.read_bytes(), waiting.read_bytes()) == (b"new", b"theirs")


@pytest.mark.parametrize("damage", ["truncated", "missing", "wrong type", "a pipe"])
def test_a_step_with_a_damaged_record_is_not_taken_back(store: Journal, damage: str) -> None:
    both = members(PATH, Path("/another"), before=b"0", after=b"1")
    write(store, b"0", b"1", step="s", group="g", members=both)
    write(store, b"0", b"1", step="s", group="g", members=both, path="/another")
    place = Path(store.all()[0].place)
    text = place.read_bytes()
    place.unlink()
    if damage == "truncated":
        place.write_bytes(text[:40])
    elif damage == "wrong type":
        place.write_bytes(text.replace(b'"size": 1', b'"size": "1"'))
    elif damage == "a pipe":
        os.mkfifo(place)
    with pytest.raises(ByokError, match="damaged"):
        transaction.undo(WORLD, store.chosen())


def test_kept_bytes_whose_sum_differs_are_not_given_back(store: Journal) -> None:
    record = write(store, b"old", b"new")
    place = store.folder / f"{record.id}.record"
    place.write_bytes(place.read_bytes().replace(b"\noldnew", b"\nOLDnew"))
    with pytest.raises(ByokError, match="is damaged"):
        store.all()[0].bytes_before()


def test_junk_among_the_records_is_passed_over(store: Journal) -> None:
    write(store, b"old", b"new")
    for name, content in [("a.record", b""), ("b.record", b"{}\n"), ("c.record", b"\xff[1]\n")]:
        (store.folder / name).write_bytes(content)
    (store.folder / "folder.record").mkdir()
    assert [each.verb for each in store.all()] == ["add"]
    write(store, b"new", b"newer")
    assert len(store.all()) == 2


def test_a_vanished_record_is_one_sentence(store: Journal) -> None:
    record = write(store, b"old", b"new")
    with pytest.raises(ByokError, match="could not be read"):
        record.bytes_before()


def test_no_folder_means_no_records(store: Journal) -> None:
    assert (store.all(), store.last(), store.standing()) == ((), (), ())
    assert not store.folder.exists()


def test_a_store_that_cannot_be_made_is_one_sentence(store: Journal) -> None:
    store.folder.parent.mkdir(parents=True)
    store.folder.write_text("")
    with pytest.raises(ByokError, match="earlier content cannot be kept in"):
        pending(store)
