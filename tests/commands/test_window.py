"""byok window against the double of Ollama."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from factory_byok.providers.ollama import calls
from tests.commands.conftest import Byok
from tests.doubles.faults import closed_port
from tests.doubles.ollama import Ollama, a_model

pytestmark = pytest.mark.outside

Make = Callable[..., Ollama]
NAME = "qwen2.5-coder:32b"
COPY = "qwen2.5-coder:32b-ctx32000"


@pytest.fixture
def server(ollama: Make, monkeypatch: pytest.MonkeyPatch) -> Ollama:
    """A double of Ollama that OLLAMA_HOST points to."""
    double = ollama([NAME, "qwen3-coder:30b", "smollm2-2k"])
    monkeypatch.setenv("OLLAMA_HOST", double.url.removeprefix("http://"))
    return double


def write(factory: Path, name: str, body: Any) -> Path:
    path = factory / name
    path.write_text(json.dumps(body, indent=2) + "\n", "utf-8")
    return path


def an_entry(server: Ollama, **changes: Any) -> dict[str, Any]:
    return {
        "model_display_name": "Mine",
        "model": NAME,
        "base_url": server.base_url,
        "api_key": "x",
        "provider": "generic-chat-completion-api",
        "max_tokens": 16000,
        **changes,
    }


def ids(byok: Byok) -> list[str]:
    listed: list[str] = [row["id"] for row in byok("list", "--json").data["entries"]]
    return listed


def test_a_models_window_comes_with_its_basis(byok: Byok, server: Ollama) -> None:
    (row,) = byok("window", "smollm2-2k", "--json").data["models"]
    assert (row["window"], row["basis"], row["longest_window"]) == (2048, "computed", 8192)
    assert "num_ctx" in row["decided_by"]


def test_without_entries_every_model_of_the_server_is_shown(byok: Byok, server: Ollama) -> None:
    rows = byok("window", "--json").data["models"]
    assert {row["model"] for row in rows} == {NAME, "qwen3-coder:30b", "smollm2-2k:latest"}


def test_with_entries_only_theirs_are(byok: Byok, server: Ollama, factory: Path) -> None:
    write(factory, "config.json", {"custom_models": [an_entry(server)]})
    ran = byok("window")
    assert NAME in ran.out and "smollm2" not in ran.out


def test_load_measures(byok: Byok, server: Ollama) -> None:
    server.state.automatic_window = 65_536
    (row,) = byok("window", "qwen3-coder:30b", "--load", "--json").data["models"]
    assert (row["window"], row["basis"]) == (65_536, "measured")
    assert server.state.loads == [("qwen3-coder:30b", 65_536)]


def test_a_server_that_unloads_at_once_is_measured_and_the_keep_alive_is_named(
    byok: Byok, ollama: Make
) -> None:
    double = ollama(["qwen3-coder:30b"], env={"OLLAMA_KEEP_ALIVE": "0"})
    double.state.automatic_window = 65_536
    ran = byok("window", "qwen3-coder:30b", "--load", "--json", "--endpoint", double.url)
    (row,) = ran.data["models"]
    assert (row["window"], row["basis"]) == (65_536, "measured")
    assert "keep-alive is too short" in row["why"]
    assert "OLLAMA_KEEP_ALIVE=1h" in row["advice"]
    assert not double.state.loaded()  # as the server itself would leave it


def test_a_keep_alive_of_seconds_is_named_by_what_the_loaded_model_tells(
    byok: Byok, ollama: Make
) -> None:
    double = ollama(["qwen3-coder:30b"], env={"OLLAMA_KEEP_ALIVE": "20s"})
    double.state.automatic_window = 65_536
    ran = byok("window", "qwen3-coder:30b", "--load", "--json", "--endpoint", double.url)
    (row,) = ran.data["models"]
    assert re.search(r"unloads the model \d+ s after each use", row["why"])
    assert "OLLAMA_KEEP_ALIVE=1h" in row["advice"]
    assert row["decided_by"] == "the server itself"


def test_where_the_entries_server_is_silent_that_is_said(byok: Byok, factory: Path) -> None:
    entry = {
        "model": "m", "displayName": "M", "apiKey": "x",
        "baseUrl": f"http://127.0.0.1:{closed_port()}/v1",
        "provider": "generic-chat-completion-api",
    }  # fmt: skip
    (factory / "settings.json").write_text(json.dumps({"customModels": [entry]}))
    ran = byok("window")
    assert ran.code == 1 and "No usable answer" in ran.err


def test_a_load_that_fails_is_told_in_the_row(byok: Byok, ollama: Make) -> None:
    broken = ollama([a_model("big:70b", 70.6)])
    broken.state.busy = True
    ran = byok("window", "big:70b", "--load", "--json", "--endpoint", broken.url)
    (row,) = ran.data["models"]
    assert "not loaded" in row["why"] and "server busy" in row["why"]
    assert row["load_failed"] and ran.code == 1


def test_set_makes_a_copy_switches_the_entry_and_keeps_its_id(
    byok: Byok, server: Ollama, factory: Path
) -> None:
    config = write(factory, "config.json", {"custom_models": [an_entry(server)]})
    before, now = config.read_text("utf-8"), ids(byok)
    ran = byok("window", NAME, "--set", "32000", "--json")
    assert ran.code == 0, ran.err
    assert (ran.data["model"], ran.data["worked"]) == (COPY, True)
    assert config.read_text("utf-8") == before.replace(NAME, COPY)
    assert ids(byok) == now
    assert COPY in server.state.models
    assert byok("undo").code == 0
    assert config.read_text("utf-8") == before


def test_an_id_made_of_the_models_name_is_kept(byok: Byok, server: Ollama, factory: Path) -> None:
    bare = {key: value for key, value in an_entry(server).items() if key != "model_display_name"}
    write(factory, "config.json", {"custom_models": [bare]})
    settings = {
        "customModels": [
            {
                "model": NAME,
                "baseUrl": f"{server.base_url}",
                "provider": "generic-chat-completion-api",
                "apiKey": "y",
                "maxOutputTokens": 4000,
            }
        ],
        "compactionTokenLimitPerModel": {f"custom:{NAME}-0": 24000},
    }
    path = write(factory, "settings.json", settings)
    now = ids(byok)
    ran = byok("window", NAME, "--set", "32768", "--json")
    assert ran.code == 0, ran.err
    assert ids(byok) == now
    body = json.loads(path.read_text("utf-8"))
    assert body["customModels"][0]["id"] == f"custom:{NAME}-0"
    assert body["compactionTokenLimitPerModel"] == {f"custom:{NAME}-0": 32_768 - 4000}


def test_an_entry_may_be_named_in_place_of_its_model(
    byok: Byok, server: Ollama, factory: Path
) -> None:
    write(factory, "config.json", {"custom_models": [an_entry(server)]})
    assert byok("window", "Mine", "--set", "32000", "--json").data["model"] == COPY


def test_set_twice_is_done_once(byok: Byok, server: Ollama) -> None:
    byok("window", NAME, "--set", "32000")
    created = len(server.asked("/api/create"))
    again = byok("window", NAME, "--set", "32000", "--json")
    assert again.data["worked"] is True
    assert len(server.asked("/api/create")) == created


def test_set_twice_says_already_so_and_names_the_entry(
    byok: Byok, server: Ollama, factory: Path
) -> None:
    write(factory, "config.json", {"custom_models": [an_entry(server)]})
    byok("window", NAME, "--set", "32000")
    (used,) = ids(byok)
    for word in (NAME, COPY, "Mine"):
        again = byok("window", word, "--set", "32000")
        assert again.code == 0
        assert "Already so" in again.out and used in again.out
        assert "byok add" not in again.out
        told = byok("window", word, "--set", "32000", "--json").data
        assert (told["already"], told["entries"], told["worked"]) == (True, [used], True)


def test_ctrl_c_while_the_copy_is_made_says_whether_it_was(
    byok: Byok, server: Ollama, factory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = write(factory, "config.json", {"custom_models": [an_entry(server)]})
    before, create = config.read_bytes(), calls.create

    def pressed(*words: Any, **more: Any) -> None:
        create(*words, **more)
        raise KeyboardInterrupt

    monkeypatch.setattr(calls, "create", pressed)
    ran = byok("window", NAME, "--set", "32000")
    assert ran.code == 130
    assert f"Made the copy `{COPY}`" in ran.err and "`byok undo` takes it back" in ran.err
    assert config.read_bytes() == before
    assert byok("undo").code == 0
    assert COPY not in server.state.models


def test_ctrl_c_before_the_copy_says_that_nothing_was_changed(
    byok: Byok, server: Ollama, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "create", _pressed)
    ran = byok("window", NAME, "--set", "32000")
    assert (ran.code, "Interrupted. Nothing was changed" in ran.err) == (130, True)


def test_ctrl_c_while_it_is_measured_says_what_is_written_and_how_it_goes_back(
    byok: Byok, server: Ollama, factory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = write(factory, "config.json", {"custom_models": [an_entry(server)]})
    before = config.read_bytes()
    monkeypatch.setattr(calls, "load", _pressed)
    ran = byok("window", NAME, "--set", "32000")
    assert ran.code == 130
    assert f"Made the copy `{COPY}`, wrote ~/.factory/config.json; `byok undo`" in ran.err
    assert byok("undo").code == 0
    assert config.read_bytes() == before


def _pressed(*_: Any, **__: Any) -> None:
    """Ctrl-c."""
    raise KeyboardInterrupt


def test_another_model_of_that_name_is_never_overwritten(byok: Byok, server: Ollama) -> None:
    foreign = a_model(COPY, 7.6)
    server.state.models[COPY] = foreign
    ran = byok("window", NAME, "--set", "32000")
    assert ran.code == 1
    assert "another model" in ran.err
    assert server.state.models[COPY] is foreign
    named = byok("window", NAME, "--set", "32000", "--name", "mine:1", "--json")
    assert named.data["model"] == "mine:1"


def test_a_copy_of_a_copy_has_one_window_in_its_name(byok: Byok, server: Ollama) -> None:
    byok("window", NAME, "--set", "32000")
    ran = byok("window", COPY, "--set", "16000", "--json")
    assert ran.data["model"] == "qwen2.5-coder:32b-ctx16000"
    assert ran.data["models"][0]["window"] == 16_000


def test_no_window_goes_beyond_the_models_own(byok: Byok, server: Ollama) -> None:
    ran = byok("window", NAME, "--set", "64000")
    assert ran.code == 1
    assert "ends at 32,768" in ran.err
    assert not server.asked("/api/create")


def test_a_dry_run_does_nothing(byok: Byok, server: Ollama, factory: Path) -> None:
    config = write(factory, "config.json", {"custom_models": [an_entry(server)]})
    before = config.read_bytes()
    ran = byok("window", NAME, "--set", "32000", "--dry-run")
    assert COPY in ran.out and "Nothing was changed" in ran.out
    assert config.read_bytes() == before
    assert not server.asked("/api/create") and not server.state.loads


def test_a_copy_that_cannot_be_loaded_is_a_failure(byok: Byok, server: Ollama) -> None:
    server.state.busy = True
    ran = byok("window", NAME, "--set", "32000", "--json")
    assert ran.code == 1
    assert ran.data["worked"] is False


def test_a_refused_create_leaves_the_entry_alone(byok: Byok, server: Ollama, factory: Path) -> None:
    from tests.doubles.ollama import Reply

    config = write(factory, "config.json", {"custom_models": [an_entry(server)]})
    before = config.read_bytes()
    line = b'{"error":"no space left on device"}\n'
    server.replies["/api/create"] = Reply(200, line, "application/x-ndjson")
    ran = byok("window", NAME, "--set", "32000")
    assert ran.code == 1
    assert "no space left" in ran.err
    assert config.read_bytes() == before


def test_the_servers_setting_is_printed_where_byok_cannot_change_it(
    byok: Byok, server: Ollama
) -> None:
    ran = byok("window", NAME, "--set", "32000", "--server")
    assert ran.code == 0
    assert "OLLAMA_CONTEXT_LENGTH=32000 ollama serve" in ran.out


def test_a_model_that_is_not_there_and_words_that_do_not_fit_are_refused(
    byok: Byok, server: Ollama
) -> None:
    assert byok("window", "gone:1b").code == 1
    assert byok("window", "--set", "32000").code == 2
    assert byok("window", "--server").code == 2
    assert byok("window", "not a name").code == 2
    cloud = byok("window", NAME, "--endpoint", "http://127.0.0.1:9")
    assert cloud.code == 1 and "No usable answer" in cloud.err


@pytest.fixture
def as_a_service(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The double counts as systemd's, and the steps are only noted."""
    from factory_byok.core.facts import Known, ServerSettings
    from factory_byok.providers.ollama import settings as ollama_settings
    from factory_byok.workflows import server_setting

    taken: list[str] = []
    started = Known(ServerSettings(Known({}), "`systemctl show ollama`", "service", 812))
    monkeypatch.setattr(ollama_settings, "look", lambda world, port: started)
    monkeypatch.setattr(server_setting, "_take", lambda world, step: taken.append(step.what))
    return taken


def test_a_service_is_never_restarted_without_a_terminal_or_yes(
    byok: Byok, server: Ollama, as_a_service: list[str]
) -> None:
    ran = byok("window", NAME, "--set", "32000", "--server")
    assert ran.code == 1
    assert "no terminal" in ran.err and "systemctl edit ollama.service" in ran.err
    assert not as_a_service


def test_yes_takes_the_steps_and_measures_whether_they_worked(
    byok: Byok, server: Ollama, as_a_service: list[str]
) -> None:
    vain = byok("window", NAME, "--set", "32000", "--server", "--yes", "--json")
    assert len(as_a_service) == 3
    assert vain.code == 1
    assert vain.data["worked"] is False
    server.state.env["OLLAMA_CONTEXT_LENGTH"] = "32000"
    good = byok("window", NAME, "--set", "32000", "--server", "--yes", "--json")
    assert good.code == 0
    assert good.data["models"][0]["window"] == 32_000


def test_a_dry_run_of_the_servers_setting_shows_the_commands(
    byok: Byok, server: Ollama, as_a_service: list[str]
) -> None:
    ran = byok("window", NAME, "--set", "32000", "--server", "--dry-run")
    assert "systemctl restart ollama" in ran.out and "Nothing was changed" in ran.out
    assert not as_a_service
