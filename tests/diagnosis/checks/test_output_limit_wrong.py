"""The check output_limit_wrong."""

from typing import Any

import pytest

from factory_byok.core.facts import Known, Snapshot, Window
from factory_byok.core.units import Tokens
from factory_byok.diagnosis.checks.output_limit_wrong import check
from tests.builders import ENDPOINT, a_model, a_server, a_snapshot, an_entry


def with_window(tokens: int, **entry: Any) -> Snapshot:
    """One entry whose model has a window of that many tokens."""
    model = a_model(window=Known(Window(Tokens(tokens), "measured")))
    return a_snapshot(entries=(an_entry(**entry),), servers={ENDPOINT: Known(a_server(model))})


@pytest.mark.parametrize(
    ("entry", "better"),
    [
        ({"max_output": 0}, 16_000),
        ({"max_output": -5}, 16_000),
        ({"max_output": None, "max_output_odd": "12.5"}, 16_000),
        ({"max_output": None, "max_output_odd": "4000"}, 4_000),
        ({"max_output": None, "max_output_odd": "null", "model": "qwen3:8b"}, 4_000),
    ],
)
def test_what_is_no_positive_whole_number_is_an_error(entry: dict[str, Any], better: int) -> None:
    (finding,) = check(a_snapshot(entries=(an_entry(**entry),)))
    (edit,) = finding.remedy.edits
    assert (finding.level, edit.value) == ("error", better)


def test_more_than_half_of_the_window_is_a_warning_from_one_token_on() -> None:
    assert not list(check(with_window(40_000, max_output=20_000)))
    (finding,) = check(with_window(40_000, max_output=20_001))
    assert (finding.level, finding.remedy.edits[0].value) == ("warning", 16_000)


def test_no_limit_means_droids_own() -> None:
    assert not list(check(with_window(64_000, max_output=None)))
    (finding,) = check(with_window(63_999, max_output=None))
    assert "32,000 tokens" in finding.message


def test_a_window_under_the_floor_is_raised_and_not_fitted() -> None:
    assert not list(check(with_window(4_096, max_output=16_000)))


def test_a_limit_under_the_other_files_key_is_renamed() -> None:
    entry = an_entry(max_output=None, misspelt=(("maxOutputTokens", "max_tokens"),))
    (finding,) = check(a_snapshot(entries=(entry,)))
    assert [(edit.op, edit.value) for edit in finding.remedy.edits] == [("rename", "max_tokens")]


def test_a_limit_above_every_models_is_a_warning() -> None:
    assert not list(check(a_snapshot(entries=(an_entry(model="x", max_output=300_000),))))
    (finding,) = check(a_snapshot(entries=(an_entry(model="x", max_output=1_280_000),)))
    assert finding.level == "warning"
    assert "1,280,000" in finding.message


@pytest.mark.parametrize(("provider", "level"), [("vllm", "error"), ("ollama", "warning")])
def test_a_limit_that_fills_the_window_is_an_error_where_both_are_added_up(
    provider: str, level: str
) -> None:
    model = a_model(window=Known(Window(Tokens(32_768), "computed")))
    server = Known(a_server(model, provider=provider))
    snap = a_snapshot(entries=(an_entry(max_output=None),), servers={ENDPOINT: server})
    (finding,) = check(snap)
    assert finding.level == level


def test_a_name_that_droid_knows_has_its_own_limit() -> None:
    model = a_model(name="glm-4.7", window=Known(Window(Tokens(50_000), "measured")))
    entry = an_entry(model="glm-4.7", max_output=None)
    snap = a_snapshot(entries=(entry,), servers={ENDPOINT: Known(a_server(model))})
    assert "25,344" in next(iter(check(snap))).message


def test_the_pages_limits_are_silent() -> None:
    assert not list(check(a_snapshot()))
    cloud = an_entry(model="qwen3-coder:480b-cloud", max_output=128_000)
    assert not list(check(a_snapshot(entries=(cloud,))))
