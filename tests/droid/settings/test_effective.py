"""What droid makes of all files together, case by case; the corpus holds many more."""

import json
from pathlib import Path
from typing import Any

import pytest

from factory_byok.core.facts import Entry, FileKind, FileLevel
from factory_byok.droid.settings.effective import Effective, Source, effective
from factory_byok.droid.settings.entry import read_key, write_entry
from factory_byok.droid.settings.file_verdict import slug
from factory_byok.droid.settings.locate import FILE_NAMES, Place

USER = Path("/home/u/.factory")
PROJECT = Path("/work/.factory")
LEVELS: tuple[FileLevel, ...] = ("project", "user")


def a_source(kind: FileKind, content: Any, level: FileLevel = "user") -> Source:
    """One file with some content, a value or a text."""
    folder = {"user": USER, "project": PROJECT, "org": Path("/etc/factory")}[level]
    text = content if isinstance(content, str) else json.dumps(content)
    return Source(Place(folder / FILE_NAMES[kind], level, kind), text, "", 0o600)


def camel(**more: Any) -> dict[str, Any]:
    """A good entry for settings.json."""
    return {"model": "m", "provider": "openai", "baseUrl": "http://localhost:11434/v1", **more}


def snake(**more: Any) -> dict[str, Any]:
    """A good entry for config.json."""
    return {"model": "m", "provider": "openai", "base_url": "http://localhost:11434/v1", **more}


def settings(*entries: Any, **more: Any) -> Effective:
    """What comes of one settings.json."""
    return effective([a_source("settings", {"customModels": list(entries), **more})], {})


def config(*entries: Any) -> Effective:
    """What comes of one config.json."""
    return effective([a_source("config", {"custom_models": list(entries)})], {})


def ids(result: Effective) -> list[str]:
    """The ids of the listed entries, in order."""
    return [entry.id for entry in result.entries if entry.fate == "listed"]


def only(result: Effective) -> Entry:
    """The one entry of a result."""
    (entry,) = result.entries
    return entry


def test_an_entry_of_the_page_is_listed_under_its_slug() -> None:
    entry = only(config(snake(model_display_name=" Qwen 2.5  Coder [Local]", api_key="not-needed")))
    assert entry.id == "custom:Qwen-2.5-Coder-[Local]-0"
    assert (entry.fate, entry.endpoint) == ("listed", "http://localhost:11434")
    assert (entry.key.source, entry.key.marker) == ("literal", "not-needed")


def test_entries_of_one_slug_count_up_and_dropped_ones_do_not_count() -> None:
    assert ids(settings(camel(model=5), camel(), camel(id="custom:x"), camel())) == [
        "custom:m-0",
        "custom:x",
        "custom:m-2",
    ]


def test_an_unknown_dialect_in_config_still_takes_a_number() -> None:
    assert ids(config(snake(provider="ollama"), snake())) == ["custom:m-1"]


def test_one_unknown_dialect_discards_the_whole_settings_file() -> None:
    text = (
        '{"customModels": [\n'
        + json.dumps(camel(provider="ollama"))
        + ",\n"
        + json.dumps(camel())
        + "]}"
    )
    result = effective([a_source("settings", text)], {})
    file = result.files[0]
    assert (file.fate, file.fault, file.line) == ("rejected", "provider_unknown", 2)
    assert [entry.fault for entry in result.entries] == ["provider_unknown", "file_discarded"]
    assert [entry.id for entry in result.entries] == ["custom:m-0", "custom:m-1"]


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        (5, "not_an_object"),
        (camel(model=None), "wrong_type"),
        ({"model": "m", "provider": "openai"}, "missing_field"),
        (snake(), "wrong_spelling"),
        (camel(apiKey="YOUR_API_KEY"), "placeholder_key"),
        (camel(id=""), "empty_id"),
    ],
)
def test_a_dropped_entry_of_settings_says_why(entry: Any, fault: str) -> None:
    dropped = only(settings(entry))
    assert (dropped.fate, dropped.fault) == ("dropped", fault)
    assert dropped.reason and not dropped.reason.endswith(".")


@pytest.mark.parametrize(
    "more",
    [
        {"max_tokens": "4000"},
        {"max_tokens": None},
        {"api_key": 5},
        {"extra_headers": {"a": 1}},
        {"extra_args": []},
        {"supports_images": "yes"},
        {"bedrock": None},
    ],
)
def test_config_drops_an_entry_for_one_wrong_type(more: dict[str, Any]) -> None:
    assert only(config(snake(**more))).fault == "wrong_type"


def test_settings_ignores_the_wrong_type_of_an_optional_field() -> None:
    entry = only(settings(camel(maxOutputTokens="4000", apiKey=5, displayName=5)))
    assert (entry.fate, entry.max_output, entry.max_output_odd) == ("listed", None, "4000")
    assert entry.id == "custom:m-0"


@pytest.mark.parametrize(
    ("kind", "key"), [("settings", "custom_models"), ("config", "customModels")]
)
def test_a_list_under_the_other_files_name_is_seen_and_dropped(kind: FileKind, key: str) -> None:
    result = effective([a_source(kind, {key: [camel(), snake()]})], {})
    assert [entry.fault for entry in result.entries] == ["wrong_spelling"] * 2
    assert (result.files[0].fate, result.files[0].fault) == ("read", "models_misspelt")


def test_a_list_that_is_none_is_noted() -> None:
    result = effective([a_source("settings", {"customModels": {"a": 1}})], {})
    assert result.files[0].fault == "models_not_a_list" and result.entries == ()


def test_the_local_file_replaces_the_list_even_with_null() -> None:
    sources = [a_source("settings", {"customModels": [camel()]})]
    contents: list[Any] = [{"customModels": None}, {"customModels": []}]
    for content in contents:
        entry = only(effective([*sources, a_source("local", content)], {}))
        assert (entry.fate, entry.fault) == ("shadowed", "replaced")
    assert ids(effective([*sources, a_source("local", "{} #")], {})) == ["custom:m-0"]


def test_settings_beats_config_and_a_project_beats_the_user() -> None:
    result = effective(
        [
            a_source("config", {"custom_models": [snake()]}, "project"),
            a_source("settings", {"customModels": [camel()]}),
            a_source("config", {"custom_models": [snake(), snake(model="n")]}),
        ],
        {},
    )
    assert ids(result) == ["custom:m-0", "custom:n-0"]
    shadowed = [entry.shadowed_by for entry in result.entries if entry.fate == "shadowed"]
    assert shadowed == [str(PROJECT / "config.json"), str(USER / "settings.json")]


def test_an_organisations_file_is_read_strictly() -> None:
    for wrong in (camel(provider="OPENAI"), camel(maxOutputTokens="5"), snake()):
        content = {"customModels": [camel(model="n"), wrong]}
        result = effective([a_source("settings", content, "org")], {})
        assert result.files[0].fate == "rejected" and ids(result) == []


@pytest.mark.parametrize("text", ["[]", "5", "null", '"x"', "", "{", "\ufeff{}"])
def test_a_file_that_is_no_object_is_rejected_with_its_place(text: str) -> None:
    file = effective([a_source("settings", text)], {}).files[0]
    assert file.fate == "rejected" and file.reason
    assert (file.line, file.column) >= (1, 1)


def test_an_absent_file_differs_from_one_that_cannot_be_read() -> None:
    place = Place(USER / "settings.json", "user", "settings")
    result = effective([Source(place, None), Source(place, None, "it is a folder")], {})
    assert [file.fate for file in result.files] == ["absent", "rejected"]
    assert (result.files[1].fault, result.files[1].reason) == ("unreadable", "it is a folder")


def test_white_space_is_what_javascript_calls_so() -> None:
    assert slug("\ufeff a\u00a0\u2028b\u0085c\u180ed\x1ce ") == "a-b\u0085c\u180ed\x1ce"


def test_bytes_that_are_no_text_become_what_droid_shows() -> None:
    raw = (
        b'{"customModels": [{"model": "\xf0\x9f\x98|\xff", "provider": "openai", "baseUrl": "u"}]}'
    )
    text = raw.decode("utf-8", "surrogateescape")
    assert only(effective([a_source("settings", text)], {})).id == "custom:\ufffd|\ufffd-0"


def test_the_nearest_default_model_wins_and_limits_merge_key_by_key() -> None:
    project = {"model": "custom:p", "compactionTokenLimitPerModel": {"a": 1}}
    user: dict[str, Any] = {
        "sessionDefaultSettings": {"model": "custom:u"},
        "compactionTokenLimit": 9,
        "compactionTokenLimitPerModel": {"a": 2, "b": 3, "c": "x"},
    }
    both = [a_source("settings", project, "project"), a_source("settings", user)]
    defaults = effective(both, {}).defaults
    assert (defaults.model, defaults.compaction) == ("custom:p", 9)
    assert defaults.compaction_for == {"a": 1, "b": 3}


@pytest.mark.parametrize(("value", "model"), [("x", "x"), ("current-model", ""), (None, "")])
def test_who_compacts_is_told_by_the_nearest_file_and_its_local_one(value: Any, model: str) -> None:
    local = a_source("local", {"compactionModel": value}, "project")
    rest = [a_source("settings", {"compactionModel": "y"}, level) for level in LEVELS]
    defaults = effective([rest[0], local, rest[1]], {}).defaults
    assert defaults.compaction_model == model
    assert defaults.compaction_model_file == (str(PROJECT / "settings.local.json") if model else "")


def test_a_secret_never_reaches_the_facts() -> None:
    result = settings(
        camel(apiKey="sk-very-secret", extraHeaders={"Authorization": "Bearer sk-very-secret"}),
        camel(apiKey="pre-${KNOWN}-sk-very-secret-${OTHER}"),
        {"model": 5, "apiKey": "sk-very-secret"},
    )
    assert "very-secret" not in repr(result)
    assert result.entries[0].secret_headers == ("Authorization",)


def test_variables_are_told_from_literals_and_the_unset_ones_named() -> None:
    key = read_key("${A}${B}${A}$C${D:-x}", {"A": ""})
    assert (key.source, key.variables, key.unset) == ("variable", ("A", "B"), ("B",))
    assert read_key("", {}).source == read_key(None, {}).source == "none"


def test_an_entry_is_written_as_the_page_writes_it() -> None:
    fields: dict[str, Any] = {
        "model": "m",
        "name": "N",
        "key": "k",
        "base_url": "u",
        "dialect": "openai",
        "max_output": 5,
    }
    assert list(write_entry(fields, "config")) == [
        *("model_display_name", "model", "base_url", "api_key", "provider", "max_tokens")
    ]
    assert list(write_entry(fields, "settings")) == [
        *("displayName", "model", "baseUrl", "apiKey", "provider", "maxOutputTokens")
    ]
    with pytest.raises(KeyError):
        write_entry({"id": "custom:x"}, "config")


def test_ten_thousand_entries_keep_their_order() -> None:
    result = settings(*(camel(model=f"m{index}") for index in range(10_000)))
    assert ids(result) == [f"custom:m{index}-0" for index in range(10_000)]
