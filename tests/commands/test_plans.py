"""One engine for all changes: the right entry, all files or none, one undo for everything."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from factory_byok.core.errors import ByokError
from factory_byok.droid.settings.writing import locking, transaction
from factory_byok.droid.settings.writing.journal import Journal
from factory_byok.providers.ollama import calls
from tests.commands.conftest import Byok
from tests.doubles.ollama import Ollama, a_model
from tests.doubles.ollama.library import Registry

pytestmark = pytest.mark.outside  # fix asks servers

Make = Callable[..., Ollama]
NAME = "qwen2.5-coder:32b"
COPY = "qwen2.5-coder:32b-ctx32000"
DEAD = "http://127.0.0.1:9/v1"


def camel(name: str, **changes: Any) -> dict[str, Any]:
    """An entry as settings.json has it."""
    plain = {"displayName": name, "model": f"{name.lower()}:32b", "baseUrl": DEAD}
    return {**plain, "apiKey": "k", "provider": "generic-chat-completion-api", **changes}


def snake(name: str, **changes: Any) -> dict[str, Any]:
    """The same entry as config.json has it."""
    plain = {"model_display_name": name, "model": f"{name.lower()}:32b", "base_url": DEAD}
    return {**plain, "api_key": "k", "provider": "generic-chat-completion-api", **changes}


def write(factory: Path, name: str, body: Any) -> Path:
    path = factory / name
    path.write_text(json.dumps(body, indent=2) + "\n", "utf-8")
    path.chmod(0o600)
    return path


def dying(*_: Any) -> None:
    """A kill."""
    raise SystemExit


def ids(byok: Byok) -> set[str]:
    rows = byok("list", "--json").data["entries"]
    return {row["id"] for row in rows if row["fate"] == "listed"}


@pytest.fixture
def server(ollama: Make, monkeypatch: pytest.MonkeyPatch) -> Ollama:
    """A double of Ollama that OLLAMA_HOST points to."""
    double = ollama([NAME, "qwen3-coder:30b"], registry=Registry([a_model("tiny:1b", 1.1)]))
    double.state.automatic_window = 4096
    monkeypatch.setenv("OLLAMA_HOST", double.url.removeprefix("http://"))
    return double


def of_server(server: Ollama, **changes: Any) -> dict[str, Any]:
    """An entry for the server's model, with nothing else wrong in it."""
    return snake("Mine", model=NAME, base_url=server.base_url, max_tokens=16_000, **changes)


# --- the right entry -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "order", ["ABC", "ACB", "CAB", "BCA"], ids=lambda order: f"config.json has {order}"
)
def test_fix_takes_only_the_shadowed_copies(byok: Byok, factory: Path, order: str) -> None:
    write(factory, "settings.json", {"customModels": [camel("A"), camel("B")]})
    write(factory, "config.json", {"custom_models": [snake(each) for each in order]})
    before = ids(byok)
    byok("fix", "entry-shadowed", "--yes")
    assert ids(byok) == before
    left = json.loads((factory / "config.json").read_text())["custom_models"]
    assert "C" in {each["model_display_name"] for each in left}


def test_fix_with_things_that_are_no_entries_loses_no_listed_one(byok: Byok, factory: Path) -> None:
    write(factory, "settings.json", {"customModels": [1, camel("A"), None, camel("B"), "x"]})
    write(factory, "config.json", {"custom_models": [[], snake("A"), 7, snake("C")]})
    before = ids(byok)
    byok("fix", "--yes")
    assert ids(byok) >= before


@pytest.mark.parametrize("verb", ["remove", "set", "add"])
def test_an_entry_put_in_front_meanwhile_does_not_move_the_blow(
    byok: Byok, factory: Path, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    path = write(factory, "config.json", {"custom_models": [snake("P0"), snake("P1")]})
    lock = locking.locked

    def sneaking(world: Any) -> Any:
        body = json.loads(path.read_text())
        body["custom_models"].insert(0, snake("New"))
        path.write_text(json.dumps(body))
        monkeypatch.setattr(transaction, "locked", lock)
        return lock(world)

    monkeypatch.setattr(transaction, "locked", sneaking)
    commands = {
        "remove": ("remove", "P1"),
        "set": ("set", "P1", "max_output=5000"),
        "add": ("add", "ollama", "other:7b", "--name", "P1", "--no-check", "--force"),
    }
    assert byok(*commands[verb]).code == 0
    there = {
        each["model_display_name"]: each for each in json.loads(path.read_text())["custom_models"]
    }
    assert there["P0"] == snake("P0") and there["New"] == snake("New")
    if verb == "remove":
        assert "P1" not in there
    else:
        assert there["P1"] != snake("P1")


def test_an_entry_that_changed_after_the_question_is_left_alone(
    byok: Byok, factory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(factory, "config.json", {"custom_models": [snake("A", api_key="YOUR_API_KEY")]})
    lock = locking.locked

    def sneaking(world: Any) -> Any:
        path.write_text(path.read_text().replace("YOUR_API_KEY", "sk-mine-by-now"))
        return lock(world)

    monkeypatch.setattr(transaction, "locked", sneaking)
    ran = byok("fix", "entry-dropped", "--yes", "--json")
    assert ran.code == 1
    assert "no longer what it was" in ran.json["findings"][0]["message"]
    assert "sk-mine-by-now" in path.read_text()


# --- all files or none ---------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["remove", "set", "undo"])
def test_a_second_file_that_cannot_be_written_leaves_the_first_as_it_was(
    byok: Byok, factory: Path, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    byok("add", "ollama", "a:7b", "--name", "A", "--no-check")
    both = [factory / "config.json", factory / "settings.json"]
    before = [path.read_bytes() for path in both]
    swap = transaction._swap

    def failing(each: Any) -> None:
        if each.document.path.name == "config.json":
            raise OSError(28, "full")
        swap(each)

    monkeypatch.setattr(transaction, "_swap", failing)
    words = {"remove": ("remove", "A"), "set": ("set", "A", "name=B"), "undo": ("undo",)}[verb]
    ran = byok(*words)
    assert ran.code == 1 and "Nothing was changed" in ran.err
    assert [path.read_bytes() for path in both] == before


BOTH = ("fix", "key-claimed-by-ollama", "entry-shadowed", "--yes")


@pytest.mark.parametrize("words", [("remove", "A"), BOTH])
def test_what_cannot_be_put_back_is_half_written_and_never_nothing(
    byok: Byok, factory: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    first = write(factory, "settings.json", {"customModels": [camel("A", apiKey="ollama")]})
    second = write(factory, "config.json", {"custom_models": [snake("A", api_key="ollama")]})
    before, swap = [first.read_bytes(), second.read_bytes()], transaction._swap
    swapped: list[Path] = []

    def failing(each: Any) -> None:
        if swapped:
            raise OSError(5, "Input/output error")
        swap(each)
        swapped.append(each.document.path)

    def stuck(*_: Any) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(transaction, "_swap", failing)
        patch.setattr(transaction, "put_back", stuck)
        ran = byok(*words)
    assert ran.code == 1 and "not put back" in ran.out + ran.err
    assert "othing was changed" not in ran.out + ran.err and "undo" not in ran.out + ran.err
    byok("list")
    after = [first.read_bytes(), second.read_bytes()]
    assert after == before or all(one != other for one, other in zip(after, before, strict=True))


@pytest.mark.parametrize("words", [("remove", "A"), ("set", "A", "max_output=5000")])
@pytest.mark.parametrize("damage", ["syntax", "unreadable"])
def test_a_broken_file_that_may_hold_the_copy_stops_the_change(
    byok: Byok, factory: Path, words: tuple[str, ...], damage: str
) -> None:
    path = write(factory, "settings.json", {"customModels": [camel("A")]})
    other = factory / "config.json"
    if damage == "syntax":
        other.write_text('{"custom_models": [')
    else:
        other.mkdir()
    before = path.read_bytes()
    ran = byok(*words)
    assert ran.code == 1 and "config.json" in ran.err and "Nothing was changed" in ran.err
    assert path.read_bytes() == before


def test_a_killed_byok_is_settled_by_the_next_verb_whatever_it_is(
    byok: Byok, factory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    byok("add", "ollama", "a:7b", "--name", "A", "--no-check")
    swap = transaction._swap
    seen: list[Any] = []

    def dying(each: Any) -> None:
        if seen:
            raise SystemExit
        seen.append(each)
        swap(each)

    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(transaction, "_swap", dying)
        patch.setattr(transaction, "_give_up", lambda *_: None)
        byok("set", "A", "name=B")
    ran = byok("list", "--json")
    assert "An interrupted `byok set` was finished" in ran.err
    (entry,) = ran.data["entries"]
    limits = json.loads((factory / "settings.json").read_text())["compactionTokenLimitPerModel"]
    assert list(limits) == [entry["id"]] == ["custom:B-0"]
    assert byok("list").err == ""


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
def test_a_state_folder_that_others_can_write_is_not_trusted(
    byok: Byok, factory: Path, empty_home: Path
) -> None:
    state = empty_home / ".local/state/byok"
    state.mkdir(parents=True)
    state.chmod(0o777)
    ran = byok("add", "ollama", "a:7b", "--no-check")
    assert ran.code == 1 and "others can write there" in ran.err
    assert not (factory / "config.json").exists()


def test_a_projects_link_out_of_the_project_is_not_followed(
    byok: Byok, factory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = write(tmp_path, "theirs.json", {"customModels": [camel("A")]})
    project = tmp_path / "cloned"
    (project / ".factory").mkdir(parents=True)
    (project / ".git").mkdir()
    (project / ".factory/settings.json").symlink_to(target)
    monkeypatch.chdir(project)
    before = target.read_bytes()
    ran = byok("set", "A", "max_output=5000")
    assert ran.code == 1 and "leads out of its project" in ran.err
    assert target.read_bytes() == before


# --- what byok remembers -------------------------------------------------------------------------


def test_an_entry_that_another_program_took_away_comes_back(byok: Byok, factory: Path) -> None:
    byok("add", "ollama", "a:7b", "--name", "A", "--no-check")
    path = factory / "config.json"
    before = json.loads(path.read_text())
    path.write_text("{}")
    ran = byok("fix", "entry-vanished", "--yes", "--json")
    assert [each["subject"] for each in ran.data["repaired"]] == ["A"]
    assert json.loads(path.read_text()) == before


@pytest.mark.parametrize("away", [("remove", "A"), ("undo",)])
def test_an_entry_that_byok_took_away_itself_is_not_missed(
    byok: Byok, factory: Path, away: tuple[str, ...]
) -> None:
    byok("add", "ollama", "a:7b", "--name", "A", "--no-check")
    assert byok(*away).code == 0
    (outcome,) = (
        each
        for each in byok("doctor", "--json").data["outcomes"]
        if each["check"] == "entry_vanished"
    )
    assert outcome["status"] == "ok"


def test_an_entry_that_the_user_deleted_can_be_forgotten(byok: Byok, factory: Path) -> None:
    byok("add", "ollama", "a:7b", "--name", "A", "--no-check")
    (factory / "config.json").write_text("{}")
    assert "forgets it now" in byok("remove", "A").err
    assert byok("fix", "entry-vanished", "--yes", "--json").data["repaired"] == []


# --- what fix does beside edits ------------------------------------------------------------------


def test_fix_raises_a_window_and_undo_takes_the_copy_back(
    byok: Byok, server: Ollama, factory: Path
) -> None:
    path = write(factory, "config.json", {"custom_models": [of_server(server)]})
    byok("window", NAME, "--load")
    before = path.read_bytes()
    ran = byok("fix", "window-too-small", "--yes", "--json")
    assert ran.data["written"] is True
    assert json.loads(path.read_text())["custom_models"][0]["model"] == COPY
    assert COPY in server.state.models
    ran = byok("undo", "--json")
    assert path.read_bytes() == before
    assert ran.data["also"] == [f"Deleted the copy `{COPY}`"]
    assert COPY not in server.state.models and NAME in server.state.models


def test_a_copy_that_another_entry_uses_stays_at_an_undo(
    byok: Byok, server: Ollama, factory: Path
) -> None:
    write(factory, "config.json", {"custom_models": []})
    byok("window", NAME, "--set", "32000")
    body = {"custom_models": [of_server(server) | {"model": COPY}]}
    write(factory, "config.json", body)
    ran = byok("undo", "--json")
    assert ran.data["kept"] == [f"The copy `{COPY}` stays: droid's entry `Mine` uses it"]
    assert COPY in server.state.models


def test_fix_downloads_only_for_a_check_that_is_named(
    byok: Byok, server: Ollama, factory: Path
) -> None:
    missing = of_server(server) | {"model": "tiny:1b"}
    write(factory, "config.json", {"custom_models": [missing]})
    ran = byok("fix", "--yes", "--json")
    assert not server.asked("/api/pull")
    assert ["byok", "pull", "tiny:1b"] in ran.data["by_hand"]
    byok("fix", "model-missing", "--yes")
    assert server.asked("/api/pull")


def test_a_download_is_said_to_stay_at_an_undo(byok: Byok, server: Ollama) -> None:
    byok("pull", "tiny:1b")
    ran = byok("undo")
    assert ran.code == 0 and "`tiny:1b` stays downloaded" in ran.out
    assert "ollama rm tiny:1b" in ran.out


def full(*_: Any, **__: Any) -> None:
    """A disk without room for a record."""
    raise ByokError("The disk is full", "Nothing was changed")


def test_what_cannot_be_remembered_is_not_begun(
    byok: Byok, server: Ollama, factory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(factory, "config.json", {"custom_models": [of_server(server)]})
    before = path.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(Journal, "note", full)
        ran = byok("window", NAME, "--set", "32000")
    assert ran.code == 1 and "Nothing was changed" in ran.err
    assert COPY not in server.state.models and path.read_bytes() == before


def test_an_undo_that_cannot_be_remembered_is_told_and_never_called_nothing(
    byok: Byok, server: Ollama, factory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    byok("window", NAME, "--set", "32000")
    monkeypatch.setattr(Journal, "note", full)
    ran = byok("undo")
    assert ran.code == 0 and COPY not in server.state.models
    assert "othing was changed" not in ran.out and "cannot remember that" in ran.out


@pytest.mark.parametrize("name", [COPY, "mine:latest"])
def test_a_copy_that_byok_was_killed_over_goes_back_when_it_is_surely_byoks(
    byok: Byok, server: Ollama, factory: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(calls, "digest_of", dying)
        byok("window", NAME, "--set", "32000", "--name", name)
    assert name in server.state.models
    ran = byok("undo")
    assert (name in server.state.models) is (name != COPY)
    assert name == COPY or "did not see whether it is its own copy" in ran.out


def test_a_failure_of_the_second_look_says_what_was_done(
    byok: Byok, server: Ollama, factory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from factory_byok.workflows import windows

    def gone(*_: Any) -> None:
        raise ByokError("The server is gone")

    monkeypatch.setattr(windows, "measured", gone)
    ran = byok("window", NAME, "--set", "32000", "--json")
    assert ran.code == 1
    (finding,) = ran.json["findings"]
    told = f"Done before: Made the copy `{COPY}`; `byok undo` takes it back"
    assert finding["remedy"]["text"] == told


def test_a_disk_that_dies_after_the_download_makes_no_verb_say_that_nothing_was_changed(
    byok: Byok, server: Ollama, factory: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    missing = of_server(server) | {"model": "tiny:1b", "api_key": "ollama"}
    write(factory, "config.json", {"custom_models": [missing]})
    manifest = tmp_path / "byok.toml"
    manifest.write_text(
        '[[models]]\nname = "tiny:1b"\n[[entries]]\nname = "T"\nmodel = "tiny:1b"\n'
    )
    monkeypatch.setattr(Journal, "_store", full)
    for words in (
        ("fix", "model-missing", "key-claimed-by-ollama", "--yes"),
        ("apply", str(manifest)),
        ("add", "ollama", "tiny:1b", "--pull", "--no-test"),
        ("setup", "--model", "tiny:1b", "--yes", "--skip", "window,keep-alive"),
    ):
        server.state.models.pop("tiny:1b", None)
        if words[0] in ("setup", "add"):
            (factory / "config.json").unlink(missing_ok=True)
        ran = byok(*words)
        assert ran.code == 1 and "tiny:1b" in server.state.models, ran.out + ran.err
        assert "The disk is full" in ran.out + ran.err
        assert "othing was changed" not in ran.out + ran.err, ran.out + ran.err


def test_a_copy_that_fails_leaves_droids_files_alone(
    byok: Byok, server: Ollama, factory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(factory, "config.json", {"custom_models": [of_server(server)]})
    byok("window", NAME, "--load")
    before = path.read_bytes()

    def refuse(*_: Any, **__: Any) -> None:
        raise ByokError("the disk of the model store is full")

    monkeypatch.setattr(calls, "create", refuse)
    ran = byok("fix", "--yes")
    assert ran.code == 1 and "model store is full" in ran.out
    assert path.read_bytes() == before


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
def test_a_mode_that_fix_narrowed_comes_back(byok: Byok, factory: Path) -> None:
    secret = camel("A", apiKey="sk-not-for-others")
    path = write(factory, "settings.json", {"customModels": [secret]})
    path.chmod(0o644)
    assert byok("fix", "key-exposed", "--yes").code == 0
    assert path.stat().st_mode & 0o777 == 0o600
    byok("undo")
    assert path.stat().st_mode & 0o777 == 0o644


def test_undo_of_an_unknown_step_says_so(byok: Byok) -> None:
    ran = byok("undo", "nosuch")
    assert ran.code == 1 and "There is no step `nosuch`" in ran.err


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can")
def test_what_root_makes_in_a_users_home_is_the_users(byok: Byok, empty_home: Path) -> None:
    os.chown(empty_home, 1234, 4321)
    assert byok("add", "ollama", "a:7b", "--no-check").code == 0
    byok("doctor", "--timeout", "0.5")
    made = list(empty_home.rglob("*"))
    assert {each.name for each in made} >= {".factory", "config.json", "settings.json", "undo"}
    assert {str(each): each.stat().st_uid for each in made if each.stat().st_uid != 1234} == {}


def test_fix_counts_as_doctor_does_and_copies_no_model_that_cannot_act(
    byok: Byok, server: Ollama, factory: Path
) -> None:
    mute = a_model("mute:32b", capabilities=("completion",))
    server.state.models[mute.name] = mute
    many = [of_server(server) | {"model_display_name": name} for name in "ABC"]
    many[1]["max_tokens"] = 90_000
    many[2]["model"] = mute.name
    write(factory, "config.json", {"custom_models": many})

    told = byok("doctor", "--json").json["next"]["text"]
    ran = byok("fix", "--yes")

    number = told.partition("(repairs ")[2].split()[0]
    assert f"\n{number} repair" in ran.out
    assert "mute:32b-ctx32000" not in server.state.models
    assert "left alone" not in ran.out


def test_a_window_that_a_verb_measured_is_listed(byok: Byok, server: Ollama, factory: Path) -> None:
    write(factory, "config.json", {"custom_models": [of_server(server)]})
    assert byok("window", "Mine", "--set", "32000").code == 0
    assert "32,000" in byok("list").out


def test_of_very_many_faults_the_first_are_shown(byok: Byok, factory: Path) -> None:
    entry = {"model": "a:7b", "displayName": "A", "baseUrl": "http://localhost:1/v1", "apiKey": "k"}
    entry["provider"] = "generic-chat-completion-api"
    many = [{**entry, "id": f"x{number}", "model": f"m{number}:7b"} for number in range(250)]
    write(factory, "settings.json", {"customModels": many})
    assert "more here; `--verbose` shows all" in byok("doctor", "--timeout", "0.5").out
    ran = byok("fix", "entry_unselectable", "--yes", "--timeout", "0.5")
    assert "… and 50 more; `--json` has all" in ran.out
