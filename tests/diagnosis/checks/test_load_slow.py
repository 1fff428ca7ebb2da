"""load_slow: fires from thirty seconds on, silent below and for a model that was loaded."""

import pytest

from factory_byok.core.facts import Exercise, Snapshot
from factory_byok.diagnosis.checks.load_slow import SLOW, check
from tests.builders import a_snapshot, an_entry


def _snap(seconds: float, before: int = 0) -> Snapshot:
    entry = an_entry()
    evidence = {"load_seconds": seconds, "window_before": before}
    done = Exercise(entry.id, entry.model, "chat", "passed", "", evidence)
    return a_snapshot(entries=(entry,), exercises=(done,))


def test_it_fires_and_names_the_keep_alive_first() -> None:
    (finding,) = check(_snap(SLOW))
    assert finding.level == "warning"
    assert "30 s" in finding.message
    assert "OLLAMA_KEEP_ALIVE" in finding.remedy.text


@pytest.mark.parametrize(("seconds", "before"), [(SLOW - 0.1, 0), (90.0, 4096)])
def test_it_is_silent_for_a_quick_load_and_for_a_model_in_memory(
    seconds: float, before: int
) -> None:
    assert list(check(_snap(seconds, before))) == []


def test_it_is_silent_before_anything_was_tried() -> None:
    assert list(check(a_snapshot())) == []
