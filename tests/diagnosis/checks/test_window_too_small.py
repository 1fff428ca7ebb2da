"""The check window_too_small."""

from typing import Any

import pytest

from factory_byok.core.facts import Known, Snapshot, Unknown, Window
from factory_byok.core.findings import Finding
from factory_byok.core.units import Tokens
from factory_byok.diagnosis.checks.window_too_small import check
from tests.builders import ENDPOINT, a_model, a_server, a_snapshot


def a_window(tokens: int, basis: Any = "measured", **changes: Any) -> Snapshot:
    window = Known(Window(Tokens(tokens), basis, "its basis"))
    return a_snapshot(servers={ENDPOINT: Known(a_server(a_model(window=window, **changes)))})


def only(snap: Snapshot) -> Finding:
    (finding,) = check(snap)
    return finding


@pytest.mark.parametrize(
    ("tokens", "basis", "level"),
    [
        (31_999, "measured", "error"),
        (31_999, "computed", "error"),
        (31_999, "assumed", "warning"),
        (32_000, "measured", "note"),
        (32_000, "assumed", "note"),
        (63_999, "computed", "note"),
    ],
)
def test_the_level_follows_the_size_and_how_it_is_known(
    tokens: int, basis: str, level: str
) -> None:
    finding = only(a_window(tokens, basis))
    assert finding.level == level
    assert basis in finding.message
    assert f"{tokens:,}" in finding.message


def test_a_window_of_64_000_is_silent() -> None:
    assert not list(check(a_window(64_000)))


def test_an_assumed_window_comes_with_a_way_to_measure_it() -> None:
    remedy = only(a_window(4_096, "assumed")).remedy
    assert "byok window qwen3-coder:30b --load" in remedy.text
    assert remedy.command == ("byok", "window", "qwen3-coder:30b", "--set", "32000")


def test_a_model_that_ends_below_the_floor_is_to_be_replaced_not_raised() -> None:
    finding = only(a_window(8_192, longest_window=Known(Tokens(8_192))))
    assert "itself ends at 8,192" in finding.remedy.text
    assert finding.remedy.command == ("byok", "fit")


def test_a_model_that_ends_at_32_768_is_not_told_to_go_to_64_000() -> None:
    finding = only(a_window(32_768, longest_window=Known(Tokens(32_768))))
    assert finding.level == "note"
    assert "itself ends at 32,768" in finding.remedy.text


def test_an_unknown_window_is_a_note_with_the_command_that_measures_it() -> None:
    model = a_model(window=Unknown("it depends on that machine"))
    finding = only(a_snapshot(servers={ENDPOINT: Known(a_server(model))}))
    assert finding.level == "note"
    assert finding.remedy.command[:4] == ("byok", "window", "qwen3-coder:30b", "--load")
