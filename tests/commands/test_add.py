"""byok add against the double of Ollama, the real engine and the real droid."""

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.commands.conftest import Byok
from tests.doubles.droid import Droid
from tests.doubles.engine import Engine
from tests.doubles.faults import closed_port, fault
from tests.doubles.ollama import Ollama
from tests.doubles.turn import take_turn

pytestmark = pytest.mark.outside

Make = Callable[..., Ollama]
PAGE = {
    "custom_models": [
        {
            "model_display_name": "Qwen 2.5 Coder 32B [Local]",
            "model": "qwen2.5-coder:32b",
            "base_url": "http://localhost:11434/v1",
            "api_key": "not-needed",
            "provider": "generic-chat-completion-api",
            "max_tokens": 16000,
        }
    ]
}


@pytest.fixture
def server(ollama: Make, monkeypatch: pytest.MonkeyPatch) -> Ollama:
    """A double of Ollama that OLLAMA_HOST points to."""
    double = ollama(["smollm2", "qwen2.5-coder:7b"], env={"OLLAMA_CONTEXT_LENGTH": "32000"})
    monkeypatch.setenv("OLLAMA_HOST", double.url.removeprefix("http://"))
    return double


def body(path: Path) -> dict[str, object]:
    """A settings file's JSON."""
    found: dict[str, object] = json.loads(path.read_text())
    return found


def test_on_an_empty_home_it_writes_exactly_the_page_s_entry(byok: Byok, empty_home: Path) -> None:
    ran = byok("add", "ollama", "qwen2.5-coder:32b", "--no-check")
    assert ran.code == 0
    assert body(empty_home / ".factory/config.json") == PAGE
    assert body(empty_home / ".factory/settings.json") == {
        "compactionTokenLimitPerModel": {"custom:Qwen-2.5-Coder-32B-[Local]-0": 24_000}
    }


def test_new_files_are_private(byok: Byok, empty_home: Path) -> None:
    byok("add", "ollama", "qwen2.5-coder:32b", "--no-check")
    folder = empty_home / ".factory"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "config.json").stat().st_mode) == 0o600


def test_doing_it_twice_changes_nothing_and_says_so(byok: Byok, empty_home: Path) -> None:
    byok("add", "ollama", "qwen2.5-coder:32b", "--no-check")
    before = (empty_home / ".factory/config.json").read_bytes()
    ran = byok("add", "ollama", "qwen2.5-coder:32b", "--no-check")
    assert ran.code == 0
    assert "nothing was changed" in ran.out
    assert (empty_home / ".factory/config.json").read_bytes() == before


def test_adding_and_removing_leaves_nothing_behind(byok: Byok, empty_home: Path) -> None:
    byok("add", "ollama", "qwen2.5-coder:32b", "--no-check")
    assert byok("remove", "qwen2.5-coder:32b").code == 0
    assert not (empty_home / ".factory").exists()


def test_the_server_is_asked_and_the_model_tried(
    byok: Byok, server: Ollama, empty_home: Path
) -> None:
    ran = byok("add", "ollama", "qwen2.5-coder:7b", "--json")
    assert ran.code == 0
    assert ran.data["entry"]["base_url"] == f"{server.url}/v1"
    assert ran.data["entry"]["max_output"] == 4000
    assert [each["status"] for each in ran.data["results"]] == ["passed", "passed", "passed"]
    paths = [seen.path for seen in server.requests]
    assert paths.count("/v1/chat/completions") == 4


def test_what_is_wrong_with_the_choice_is_said(byok: Byok, server: Ollama) -> None:
    ran = byok("add", "ollama", "smollm2", "--json")
    assert {"model_too_small", "tools_unsupported"} <= _codes(ran.json["findings"])
    assert (ran.code, ran.json["status"]) == (1, "error")


def _codes(findings: list[dict[str, str]]) -> set[str]:
    """The checks behind findings, told by their words."""
    words = {"cannot call tools": "tools_unsupported", "below 30B": "model_too_small"}
    return {
        code for finding in findings for word, code in words.items() if word in finding["message"]
    }


def test_an_absent_model_writes_nothing_and_names_the_nearest(
    byok: Byok, server: Ollama, empty_home: Path
) -> None:
    ran = byok("add", "ollama", "qwen2.5-coder:32b")
    assert ran.code == 1
    for word in ("byok pull qwen2.5-coder:32b", "--no-check", "`qwen2.5-coder:7b`"):
        assert word in ran.err
    assert not (empty_home / ".factory").exists()


def test_a_silent_server_writes_nothing(byok: Byok, empty_home: Path) -> None:
    ran = byok("add", "ollama", "m:7b", "--endpoint", f"http://127.0.0.1:{closed_port()}")
    assert ran.code == 1
    assert "--no-check" in ran.err
    assert not (empty_home / ".factory").exists()


@pytest.mark.parametrize("name", ["html", "server_error", "redirect_302", "gzip_bomb", "hang"])
def test_a_server_that_lies_writes_nothing(byok: Byok, empty_home: Path, name: str) -> None:
    with fault(name) as url:
        ran = byok("add", "ollama", "m:7b", "--endpoint", url, "--timeout", "0.5")
    assert ran.code == 1
    assert ran.err.startswith("error: Nothing was written")
    assert not (empty_home / ".factory").exists()


def test_a_failed_try_keeps_the_entry_says_why_and_exits_1(
    byok: Byok, ollama: Make, empty_home: Path
) -> None:
    double = ollama(["smollm2"])
    with fault("server_error", only="/v1/chat", beyond=double.url) as url:
        ran = byok("add", "ollama", "smollm2", "--endpoint", url, "--json")
    assert ran.code == 1
    assert (empty_home / ".factory/config.json").exists()
    assert ran.data["results"][0]["status"] == "failed"
    assert "500" in ran.data["results"][0]["reason"]


def test_a_different_entry_of_that_name_needs_force(byok: Byok, empty_home: Path) -> None:
    byok("add", "ollama", "a:7b", "--no-check", "--name", "Mine")
    ran = byok("add", "ollama", "b:7b", "--no-check", "--name", "Mine")
    assert ran.code == 1
    assert "--force" in ran.err
    assert byok("add", "ollama", "b:7b", "--no-check", "--name", "Mine", "--force").code == 0
    entries = body(empty_home / ".factory/config.json")["custom_models"]
    assert [each["model"] for each in entries] == ["b:7b"]  # type: ignore[attr-defined]


def test_a_dry_run_shows_the_diff_and_writes_nothing(byok: Byok, empty_home: Path) -> None:
    ran = byok("add", "ollama", "a:7b", "--no-check", "--dry-run")
    assert ran.code == 0
    assert '+      "model": "a:7b",' in ran.out
    assert not (empty_home / ".factory").exists()


def test_settings_json_is_written_when_it_holds_the_array(byok: Byok, factory: Path) -> None:
    (factory / "settings.json").write_text('{\n  // mine\n  "customModels": []\n}\n')
    byok("add", "ollama", "a:7b", "--no-check", "--no-compaction-limit")
    text = (factory / "settings.json").read_text()
    assert "// mine" in text
    assert '"displayName": "A 7B [Local]"' in text
    assert not (factory / "config.json").exists()


def test_settings_local_json_is_written_when_it_replaces_the_others(
    byok: Byok, factory: Path
) -> None:
    (factory / "settings.local.json").write_text('{"customModels": []}')
    ran = byok("add", "ollama", "a:7b", "--no-check", "--json")
    assert ran.data["file"].endswith("settings.local.json")


def test_a_key_from_a_variable_goes_to_settings_json(
    byok: Byok, empty_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_KEY", "sk-very-secret")
    ran = byok("add", "ollama", "a:7b", "--no-check", "--key-env", "MY_KEY")
    text = (empty_home / ".factory/settings.json").read_text()
    assert '"apiKey": "${MY_KEY}"' in text
    assert "sk-very-secret" not in text + ran.out + ran.err


@pytest.mark.parametrize("text", ["{ # no\n}", '{"customModels": [1,]}', "\ufeff{}", "{", ""])
def test_a_file_that_does_not_parse_is_never_written(byok: Byok, factory: Path, text: str) -> None:
    path = factory / "settings.json"
    path.write_text(text)
    ran = byok("add", "ollama", "a:7b", "--no-check")
    assert ran.code == 1
    assert "line" in ran.err
    assert "fix" in ran.err
    assert path.read_text() == text
    assert not (factory / "config.json").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("add", "nosuch", "m"),
        ("add", "ollama", "not a name"),
        ("add", "ollama", "m", "--endpoint", "not a url"),
        ("add", "ollama", "m", "--max-output", "0"),
        ("add",),
        ("add", "olama"),
        ("add", "ollama", "m", "--key-env", "NOT-A-NAME"),
    ],
)
def test_words_that_do_not_fit_are_exit_code_2_in_text_and_json(
    byok: Byok, words: tuple[str, ...], empty_home: Path
) -> None:
    ran = byok(*words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error: ")
    told = byok(*words, "--json")
    assert told.code == 2
    assert told.json["data"] is None
    assert [each["level"] for each in told.json["findings"]] == ["error"]
    assert not (empty_home / ".factory").exists()


def test_the_real_droid_lists_what_add_wrote_and_answers_through_it(
    byok: Byok, droid: Droid, empty_home: Path
) -> None:
    byok("add", "ollama", "qwen2.5-coder:32b", "--no-check")
    byok("add", "ollama", "qwen3-coder:480b-cloud", "--no-check")
    listed = [entry["id"] for entry in byok("list", "--json").data["entries"]]
    assert [id_ for id_, _ in droid.models(empty_home)] == listed
    assert listed[0] == "custom:Qwen-2.5-Coder-32B-[Local]-0"


@pytest.mark.usefixtures("droid", "engine")
def test_a_turn_of_the_real_droid_is_answered_by_the_real_engine_through_the_entry(
    byok: Byok, empty_home: Path
) -> None:
    byok("add", "ollama", "smollm2-tools", "--no-check", "--max-output", "400")
    (entry,) = byok("list", "--json").data["entries"]
    turn = take_turn(empty_home, entry["id"], "Say hello.", engine="own")
    assert turn.rc == 0
    assert turn.result.strip()
    assert {one["path"] for one in turn.requests} == {"/v1/chat/completions"}


def test_the_real_engine_answers_through_the_entry(
    byok: Byok, engine: Engine, ollama: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    double = ollama(["smollm2"], engine=engine.url)
    ran = byok("add", "ollama", "smollm2", "--endpoint", double.url, "--json")
    assert [each["status"] for each in ran.data["results"]] == ["passed", "passed", "failed"]
    assert ran.code == 1  # its window is too small, and it cannot call tools


def test_an_openai_compatible_server_is_added_by_its_endpoint(
    byok: Byok, engine: Engine, empty_home: Path
) -> None:
    models = byok("test", "smollm2", "--endpoint", engine.url, "--only", "chat", "--json")
    assert models.code in (0, 1)
    ran = byok("add", "openai-compatible", _served(engine), "--endpoint", engine.url, "--json")
    assert [each["status"] for each in ran.data["results"]] == ["passed", "passed", "warning"]
    assert ran.code == 1  # its window is too small, and it cannot call tools
    assert ran.data["entry"]["base_url"] == f"{engine.url}/v1"


def _served(engine: Engine) -> str:
    """The name under which the engine lists its model."""
    import urllib.request

    with urllib.request.urlopen(f"{engine.url}/v1/models") as reply:
        name: str = json.load(reply)["data"][0]["id"]
    return name


def test_a_model_s_name_alone_is_one_of_ollama(byok: Byok, server: Ollama) -> None:
    ran = byok("add", "qwen2.5-coder:7b", "--json")
    assert ran.data["entry"]["base_url"] == f"{server.url}/v1"
    assert ran.json["next"]["command"]
    assert byok("add", "olama").code == 2


def test_nothing_at_all_asks_on_a_terminal_alone(byok: Byok) -> None:
    ran = byok("add")
    assert ran.code == 2
    assert "a terminal asks" in ran.err
