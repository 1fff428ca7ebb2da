"""too_slow: fires beyond its two thresholds, silent on both of them."""

import pytest

from factory_byok.core.facts import Exercise, Json, Snapshot
from factory_byok.diagnosis.checks.too_slow import FIRST_REQUEST, TOKENS_PER_SECOND, check
from tests.builders import a_snapshot, an_entry


def _snap(reading: float, writing: float, **more: Json) -> Snapshot:
    entry = an_entry()
    evidence: dict[str, Json] = {
        "first_request_seconds": reading, "first_request_tokens": 11_500,
        "tokens_per_second": writing, "basis": "computed", **more,
    }  # fmt: skip
    done = Exercise(entry.id, entry.model, "speed", "passed", "", evidence)
    return a_snapshot(entries=(entry,), exercises=(done,))


def test_it_fires_for_slow_reading_with_the_basis() -> None:
    (finding,) = check(_snap(FIRST_REQUEST + 1, 50.0))
    assert finding.level == "warning"
    assert "11,500 tokens" in finding.message
    assert "computed" in finding.message
    assert finding.remedy.command


def test_it_fires_once_when_both_are_slow() -> None:
    (finding,) = check(_snap(FIRST_REQUEST * 2, TOKENS_PER_SECOND / 2))
    assert "2.5 tokens/s" in finding.message


def test_it_is_silent_on_the_thresholds() -> None:
    assert list(check(_snap(FIRST_REQUEST, TOKENS_PER_SECOND))) == []


@pytest.mark.parametrize(
    ("reading", "writing", "count"), [(30.0, 50.0, 1), (10.0, 15.0, 1), (10.0, 50.0, 0)]
)
def test_thresholds_that_were_set_win(reading: float, writing: float, count: int) -> None:
    snap = _snap(reading, writing, slow_first_request=20.0, slow_tokens_per_second=20.0)
    assert len(list(check(snap))) == count


def test_it_is_silent_before_anything_was_tried() -> None:
    assert list(check(a_snapshot())) == []
