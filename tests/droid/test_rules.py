"""Which rules a version follows, and what they make of single files; the corpus holds many more."""

from pathlib import Path
from typing import Any

import pytest

from factory_byok.droid.rules import FAMILIES, MEASURED, NEWEST, Followed, is_version, rules_of
from factory_byok.droid.settings.effective import Effective, Source, effective
from factory_byok.version import MEASURED_DROID
from tests.droid.settings.test_effective import LEVELS, a_source, camel, ids, snake

OLDEST, POSITION, MERGELESS, TODAY = (family.versions[-1] for family in FAMILIES)


def made(version: str, *sources: Source) -> Effective:
    """What one version makes of some files."""
    return effective(list(sources), {}, Followed(rules_of(version), version, "pinned"))


def listed(version: str, settings: list[Any], config: list[Any] | None = None) -> list[str]:
    """The ids that one version lists of a settings.json and a config.json."""
    sources = [a_source("settings", {"customModels": settings})]
    if config is not None:
        sources.append(a_source("config", {"custom_models": config}))
    return ids(made(version, *sources))


def test_the_newest_measured_version_is_told_everywhere_alike() -> None:
    assert MEASURED[-1] == NEWEST.versions[-1] == MEASURED_DROID


@pytest.mark.parametrize(
    ("version", "family"),
    [
        ("0.105.1", POSITION),
        ("0.112.0", POSITION),
        ("0.150.9", POSITION),
        ("0.215.0", MERGELESS),
        ("0.225.2-beta.1", TODAY),
        ("0.100", OLDEST),
        ("0.1.0", OLDEST),
        ("99.0.0", TODAY),
        ("", TODAY),
        ("banana", TODAY),
    ],
)
def test_a_version_follows_the_newest_measured_one_before_it(version: str, family: str) -> None:
    assert rules_of(version).versions[-1] == family


@pytest.mark.parametrize("text", ["", "1", "v1.2", "1.2.x", "1..2", "\u0661.\u0662", "1.2 3"])
def test_what_is_no_version_is_told(text: str) -> None:
    assert not is_version(text)


@pytest.mark.parametrize(
    ("version", "numbers"),
    [(OLDEST, [0, 0, 1]), (POSITION, [0, 1, 2]), (MERGELESS, [0, 0, 1]), (TODAY, [0, 0, 1])],
)
def test_the_number_of_an_id_counts_names_or_positions(version: str, numbers: list[int]) -> None:
    key = {"apiKey": "k"}
    entries = [camel(model=model, **key) for model in ("a", "b", "a")]
    names = zip(("a", "b", "a"), numbers, strict=True)
    assert listed(version, entries) == [f"custom:{name}-{number}" for name, number in names]


def test_an_entry_without_key_is_dropped_by_the_older_and_says_why() -> None:
    for version in MEASURED:
        result = made(version, a_source("settings", {"customModels": [camel()]}))
        (entry,) = result.entries
        old = version not in (MERGELESS, TODAY)
        assert (entry.fate, entry.fault) == (
            ("dropped", "missing_field") if old else ("listed", "")
        )
        assert "apiKey" in entry.reason or not old


def test_the_same_model_in_both_files_hides_the_one_of_config_from_all_but_the_newest() -> None:
    settings = [camel(displayName="S", apiKey="k")]
    config = [snake(model_display_name="C", api_key="k"), snake(model="other", api_key="k")]
    for version in MEASURED:
        middle = ["custom:C-0"] if version == TODAY else []
        assert listed(version, settings, config) == ["custom:S-0", *middle, "custom:other-0"]
    sources = [
        a_source("settings", {"customModels": settings}),
        a_source("config", {"custom_models": config}),
    ]
    hidden = made(MERGELESS, *sources).entries[1]
    assert (hidden.fate, hidden.fault) == ("shadowed", "same_model")
    assert MERGELESS in hidden.reason and hidden.shadowed_by.endswith("settings.json")


def test_the_same_id_in_both_files_is_listed_twice_by_the_older() -> None:
    settings, config = (
        [camel(displayName="A", apiKey="k")],
        [snake(model="c", model_display_name="A", api_key="k")],
    )
    for version in MEASURED:
        times = 1 if version in (MERGELESS, TODAY) else 2
        assert listed(version, settings, config) == ["custom:A-0"] * times


def test_a_list_that_is_none_leaves_all_but_the_newest_without_any_model() -> None:
    config = a_source("config", {"custom_models": [snake(api_key="k")]})
    for version in MEASURED:
        nothing: tuple[Any, ...] = ({}, 5, "", False)
        for value in nothing:
            for level in LEVELS:
                broken = a_source("settings", {"customModels": value}, level)
                result = made(version, broken, config)
                assert ids(result) == (["custom:m-0"] if version == TODAY else [])
                assert version == TODAY or broken.place.path.name in result.entries[0].reason
        assert ids(made(version, a_source("settings", {"customModels": None}), config))


def test_an_unknown_dialect_is_listed_drops_the_entry_or_rejects_the_file() -> None:
    bad, good = {"provider": "ollama"}, {"model": "g"}
    settings = [camel(apiKey="k", **bad), camel(apiKey="k", **good)]
    config = [snake(api_key="k", **bad), snake(api_key="k", **good)]
    assert listed(OLDEST, settings) == ["custom:m-0", "custom:g-0"]
    assert listed(MERGELESS, settings) == listed(TODAY, settings) == []
    assert listed(OLDEST, [], config) == ["custom:m-0", "custom:g-0"]
    assert listed(MERGELESS, [], config) == []
    assert listed(TODAY, [], config) == ["custom:g-0"]


def test_the_organisations_file_is_read_by_the_newer_only() -> None:
    source = a_source("settings", {"customModels": [camel(apiKey="k")]}, "org")
    for version in MEASURED:
        result = made(version, source)
        assert ids(result) == (["custom:m-0"] if version in (MERGELESS, TODAY) else [])


@pytest.mark.parametrize(
    "more",
    [
        {"reasoningEffort": "High"},
        {"bedrock": {"awsRegion": ""}},
        {"bedrock": {"bedrockBaseUrl": "http://"}},
        {"provider": "bedrock-converse"},
        {"authMode": "bearer"},
        {"apiKeyHelperTtlMs": 0},
        {"baseUrl": ""},
    ],
)
def test_the_organisations_schema_refuses_the_file_for_one_value(more: dict[str, Any]) -> None:
    org = a_source("settings", {"customModels": [camel(model="o"), camel(**more)]}, "org")
    user = a_source("settings", {"customModels": [camel(model="u")]})
    result = made(TODAY, org, user)
    assert result.files[0].fate == "rejected"
    assert ids(result) == ["custom:u-0"]


def test_a_dialect_that_only_the_organisations_schema_knows_leaves_droid_without_any_model() -> (
    None
):
    org = a_source("settings", {"customModels": [camel(provider="google")]}, "org")
    user = a_source("settings", {"customModels": [camel(model="u")]})
    result = made(TODAY, org, user)
    assert ids(result) == []
    assert str(Path("/etc/factory/settings.json")) in result.entries[-1].reason


def test_whose_rules_are_followed_is_said_in_words() -> None:
    assert Followed(NEWEST).words.endswith("none is installed")
    assert Followed(NEWEST, TODAY, "installed").words == f"droid {TODAY}, which is installed"
    assert Followed(NEWEST, TODAY, "pinned").words == f"droid {TODAY}, which is pinned"
    assert "9.9.9, which is installed, was not measured" in (
        Followed(NEWEST, "9.9.9", "installed").words
    )
    assert "does not tell" in Followed(NEWEST, "", "untold").words
