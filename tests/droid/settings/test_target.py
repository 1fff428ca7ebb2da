"""The secret door: what droid would send for an entry."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from factory_byok.core.errors import ByokError
from factory_byok.core.facts import Entry, Json
from factory_byok.core.world import World
from factory_byok.droid.settings.identity import identity
from factory_byok.droid.settings.target import expanded, target
from tests.builders import an_entry


def _entry(folder: Path, kind: str, item: dict[str, Json]) -> Entry:
    name, key = (
        ("config.json", "custom_models") if kind == "config" else ("settings.json", "customModels")
    )
    file = folder / name
    whole: Json = {key: [{"model": "other"}, {"model": "m", **item}]}
    file.write_text("// mine\n" + json.dumps(whole))
    seen = identity({"model": "m", **item})
    return an_entry(model="m", file=str(file), kind=kind, pointer=f"/{key}/1", seen=seen)


def _world(**env: str) -> World:
    return replace(World.real(), env=env)


def test_a_variable_in_settings_json_is_expanded_and_one_in_config_json_is_not(
    tmp_path: Path,
) -> None:
    world = _world(TEAM_KEY="sk-real")
    settings = _entry(tmp_path, "settings", {"apiKey": "pre-${TEAM_KEY}-post"})
    config = _entry(tmp_path, "config", {"api_key": "${TEAM_KEY}"})
    assert target(world, settings).key == "pre-sk-real-post"
    assert target(world, config).key == "${TEAM_KEY}"


@pytest.mark.parametrize(
    ("text", "result"),
    [("${GONE}", "${GONE}"), ("$KEY", "$KEY"), ("${KEY:-x}", "${KEY:-x}"), ("${KEY}${KEY}", "vv")],
)
def test_only_set_variables_in_braces_are_expanded(text: str, result: str) -> None:
    assert expanded(text, {"KEY": "v"}) == result


def test_both_spellings_are_read(tmp_path: Path) -> None:
    one = target(_world(), _entry(tmp_path, "settings", {
        "apiKey": "k", "extraHeaders": {"X-A": "1", "X-B": 2}, "extraArgs": {"top_k": 5},
        "reasoningEffort": "HIGH", "maxOutputTokens": 100, "authMode": "bearer",
        "enableThinking": True, "thinkingMaxTokens": 500,
    }))  # fmt: skip
    other = target(_world(), _entry(tmp_path, "config", {
        "api_key": "k", "extra_headers": {"X-A": "1"}, "extra_args": {"top_k": 5},
        "reasoning_effort": "wild", "max_tokens": 100,
    }))  # fmt: skip
    assert (one.headers, one.extra_args, one.max_output) == ({"X-A": "1"}, {"top_k": 5}, 100)
    assert (one.reasoning_effort, one.bearer, one.thinking) == ("high", True, 500)
    assert (other.headers, other.extra_args, other.max_output) == ({"X-A": "1"}, {"top_k": 5}, 100)
    assert other.reasoning_effort == ""


def test_a_target_shows_no_secret_when_it_is_printed(tmp_path: Path) -> None:
    entry = _entry(tmp_path, "settings", {"apiKey": "sk-secret-1", "extraHeaders": {"A": "tok-2"}})
    shown = repr(target(_world(), entry))
    assert "sk-secret-1" not in shown
    assert "tok-2" not in shown


def test_an_entry_that_moved_is_found_again(tmp_path: Path) -> None:
    entry = replace(_entry(tmp_path, "settings", {"apiKey": "k"}), pointer="/customModels/0")
    assert target(_world(), entry).key == "k"


def test_an_entry_that_changed_is_an_error(tmp_path: Path) -> None:
    entry = replace(_entry(tmp_path, "settings", {}), seen=1)
    with pytest.raises(ByokError, match="no longer what it was"):
        target(_world(), entry)


def test_a_file_that_no_longer_parses_is_an_error(tmp_path: Path) -> None:
    entry = _entry(tmp_path, "settings", {})
    Path(entry.file).write_text('{"customModels": [')
    with pytest.raises(ByokError):
        target(_world(), entry)


def test_a_model_without_an_entry_has_no_key() -> None:
    assert target(_world(), an_entry(file="", pointer="")).key == ""
