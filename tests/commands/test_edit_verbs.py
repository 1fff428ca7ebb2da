"""remove, set, undo and fix: what they change and what they leave alone."""

import json
import os
from pathlib import Path

import pytest

from tests.commands.conftest import Byok

pytestmark = pytest.mark.outside  # fix and remove may look for servers and programs

# ruff: noqa: E501 - one-line entries are what is tested
BASE = "http://127.0.0.1:9/v1"
CONFIG = f"""{{
  // the models of this house
  "custom_models": [
    {{"model_display_name": "One", "model": "one:32b", "base_url": "{BASE}", "api_key": "k", "provider": "generic-chat-completion-api", "max_tokens": 16000}}, // keep
    {{"model_display_name": "Two", "model": "two:32b", "base_url": "{BASE}", "api_key": "k", "provider": "generic-chat-completion-api", "max_tokens": 16000}}
  ]
}}
"""


@pytest.fixture
def config(factory: Path) -> Path:
    """A config.json with two entries and comments."""
    path = factory / "config.json"
    path.write_text(CONFIG)
    path.chmod(0o600)
    return path


def test_remove_takes_one_entry_and_keeps_the_rest(byok: Byok, config: Path) -> None:
    assert byok("remove", "Two").code == 0
    text = config.read_text()
    assert "two:32b" not in text
    assert "// the models of this house" in text
    assert "// keep" in text
    assert '"One"' in text


def test_remove_finds_an_entry_by_id_name_or_model(byok: Byok, config: Path) -> None:
    for word in ("custom:One-0", "One", "one:32b"):
        assert byok("remove", word, "--dry-run", "--json").data["id"] == "custom:One-0"


def test_an_ambiguous_or_unknown_word_lists_the_candidates(byok: Byok, config: Path) -> None:
    config.write_text(CONFIG.replace("two:32b", "one:32b"))
    ran = byok("remove", "one:32b")
    assert ran.code == 1
    assert "custom:One-0" in ran.err
    assert "custom:Two-0" in ran.err
    assert byok("remove", "nosuch").code == 1


def test_remove_takes_the_copy_that_droid_made_as_well(byok: Byok, config: Path) -> None:
    copy = {
        "model": "one:32b", "displayName": "One", "id": "custom:One-0", "index": 0,
        "baseUrl": BASE, "apiKey": "k", "provider": "generic-chat-completion-api",
        "maxOutputTokens": 16000, "noImageSupport": True,
    }  # fmt: skip
    settings = config.with_name("settings.json")
    settings.write_text(json.dumps({"customModels": [copy], "theme": "dark"}))
    assert byok("remove", "One").code == 0
    assert json.loads(settings.read_text()) == {"customModels": [], "theme": "dark"}
    assert "one:32b" not in config.read_text()


def test_set_changes_only_that_field(byok: Byok, config: Path) -> None:
    ran = byok("set", "One", "max_output=8000")
    assert ran.code == 0
    assert config.read_text() == CONFIG.replace(
        '"max_tokens": 16000}, //', '"max_tokens": 8000}, //'
    )


def test_set_takes_the_limit_and_the_default_along_with_a_new_name(
    byok: Byok, config: Path
) -> None:
    settings = config.with_name("settings.json")
    settings.write_text(
        '{"compactionTokenLimitPerModel": {"custom:One-0": 24000},'
        ' "sessionDefaultSettings": {"model": "custom:One-0"}}'
    )
    assert byok("set", "One", "name=Uno", "--json").data["id"] == "custom:Uno-0"
    assert json.loads(settings.read_text()) == {
        "compactionTokenLimitPerModel": {"custom:Uno-0": 24000},
        "sessionDefaultSettings": {"model": "custom:Uno-0"},
    }


@pytest.mark.parametrize(
    "word", ["max_output=lots", "nosuch=1", "max_output", "key=sk-secret", "dialect=ollama"]
)
def test_set_refuses_what_droid_would_not_take(byok: Byok, config: Path, word: str) -> None:
    ran = byok("set", "One", word)
    assert ran.code in (1, 2)
    assert "sk-secret" not in ran.err
    assert config.read_text() == CONFIG


@pytest.mark.parametrize("word", ["max_tokens", "maxOutputTokens", "max-output"])
def test_set_takes_droids_own_spellings(byok: Byok, config: Path, word: str) -> None:
    assert byok("set", "One", f"{word}=8000").code == 0
    assert '"max_tokens": 8000' in config.read_text()


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("max_out=8", "Unknown field `max_out`; did you mean `max_output`?"),
        ("colour=8", "Unknown field `colour`"),
        ("headers=8", "Unknown field `headers`"),
        ("apiKey=sk-secret", "A key is never an argument"),
        ("baseUrl=nowhere", "`base_url` must be an http or https URL"),
        ("provider=olama", "`provider` must be anthropic, openai, generic-chat-completion-api or"),
        ("model=", "`model` is missing"),
        ("max_tokens=0", "`max_tokens` must be at least 1"),
    ],
)
def test_set_says_what_is_wrong_in_byoks_words(
    byok: Byok, config: Path, word: str, said: str
) -> None:
    told = byok("set", "One", word).err
    assert said in told and "is not one of" not in told and "sk-secret" not in told
    assert config.read_text() == CONFIG


def test_undo_takes_back_the_last_write_byte_for_byte(byok: Byok, config: Path) -> None:
    byok("remove", "Two")
    assert byok("undo").code == 0
    assert config.read_text() == CONFIG
    assert "takes back" in byok("undo").err or byok("undo").code == 1


def test_undo_refuses_when_somebody_else_wrote_since(byok: Byok, config: Path) -> None:
    byok("remove", "Two")
    config.write_text(config.read_text().replace("one:32b", "mine:32b"))
    now = config.read_text()
    ran = byok("undo")
    assert ran.code == 1
    assert "mine:32b" in ran.err
    assert config.read_text() == now


def test_undo_list_shows_the_steps(byok: Byok, config: Path) -> None:
    byok("remove", "Two")
    (step,) = byok("undo", "--list", "--json").data["steps"]
    assert (step["verb"], step["path"]) == ("remove", str(config))


BROKEN = """\ufeff{
  # mine
  "customModels": [
    {"model": "a:32b", "displayName": "A", "baseUrl": "http://127.0.0.1:9", "apiKey": "sk-secret-abcdef", "provider": "generic-chat-completion-api", "maxOutputTokens": 16000,},
  ],
}
"""


def test_fix_repairs_a_file_that_droid_ignores(byok: Byok, factory: Path) -> None:
    path = factory / "settings.json"
    path.write_text(BROKEN)
    path.chmod(0o644)
    ran = byok("fix", "--yes")
    text = path.read_text()
    assert "// mine" in text
    assert '"baseUrl": "http://127.0.0.1:9/v1"' in text
    assert "sk-secret-abcdef" in text
    assert "sk-secret-abcdef" not in ran.out + ran.err
    assert path.stat().st_mode & 0o077 == 0 or os.name == "nt"
    (row,) = byok("list", "--json").data["entries"]
    assert row["fate"] == "listed"


def test_fix_can_be_taken_back(byok: Byok, factory: Path) -> None:
    path = factory / "settings.json"
    path.write_text(BROKEN)
    byok("fix", "--yes")
    assert byok("undo").code == 0
    assert path.read_text() == BROKEN


def test_fix_without_a_terminal_needs_yes(byok: Byok, factory: Path) -> None:
    path = factory / "settings.json"
    path.write_text(BROKEN)
    ran = byok("fix")
    assert ran.code == 1
    assert "--yes" in ran.err
    assert path.read_text() == BROKEN


def test_fix_shows_without_writing(byok: Byok, factory: Path) -> None:
    path = factory / "settings.json"
    path.write_text(BROKEN)
    ran = byok("fix", "--dry-run", "--json")
    assert ran.data["written"] is False
    assert "+  // mine" in ran.data["diff"]
    assert path.read_text() == BROKEN


def test_fix_leaves_a_file_alone_that_is_too_broken(byok: Byok, factory: Path) -> None:
    path = factory / "settings.json"
    path.write_text('{"customModels": [{"model": "a')
    ran = byok("fix", "--yes")
    assert ran.code == 1
    assert "line 1" in ran.out
    assert path.read_text() == '{"customModels": [{"model": "a'


def test_fix_repairs_only_the_named_check(byok: Byok, factory: Path) -> None:
    path = factory / "settings.json"
    path.write_text(BROKEN)
    byok("fix", "file-rejected", "--yes")
    assert '"baseUrl": "http://127.0.0.1:9"' in path.read_text()


def test_fix_on_a_healthy_home_changes_nothing(byok: Byok, config: Path) -> None:
    byok("fix", "file-rejected", "base-url-wrong", "--yes")
    assert config.read_text() == CONFIG


def test_fix_knows_its_checks(byok: Byok) -> None:
    assert byok("fix", "nosuch", "--yes").code == 2


def test_removing_an_entry_keeps_the_ids_of_those_that_are_numbered_by_position(
    byok: Byok, factory: Path
) -> None:
    entries = [
        {"model": model, "baseUrl": BASE, "apiKey": "k", "provider": "openai"} for model in "abc"
    ]
    path = factory / "settings.json"
    path.write_text(json.dumps({"customModels": entries}))
    assert byok("remove", "custom:a-0", "--droid-version", "0.117.0").code == 0
    listed = byok("list", "--droid-version", "0.117.0", "--json").data["entries"]
    assert [row["id"] for row in listed] == ["custom:b-1", "custom:c-2"]
    assert byok("remove", "custom:c-2").code == 0
    assert "custom:c" not in path.read_text()
