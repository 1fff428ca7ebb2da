"""stream_broken: fires when a stream broke, silent when it was whole."""

import pytest

from factory_byok.core.facts import Exercise, Snapshot
from factory_byok.diagnosis.checks.stream_broken import check
from tests.builders import a_snapshot, an_entry


def _snap(status: str, fault: str = "") -> Snapshot:
    entry = an_entry()
    done = Exercise(entry.id, entry.model, "stream", status, "It stopped", {"fault": fault})  # type: ignore[arg-type]
    return a_snapshot(entries=(entry,), exercises=(done,))


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("abandoned", "memory"),
        ("broken_event", "proxy"),
        ("not_streamed", "proxy"),
        ("timeout_inside", "smaller model"),
        ("unauthorized", "key"),
    ],
)
def test_it_fires_with_a_next_step_for_each_break(fault: str, words: str) -> None:
    (finding,) = check(_snap("failed", fault))
    assert finding.level == "error"
    assert words in finding.remedy.text


def test_a_busy_server_is_a_warning() -> None:
    (finding,) = check(_snap("failed", "busy"))
    assert finding.level == "warning"


@pytest.mark.parametrize("status", ["passed", "skipped"])
def test_it_is_silent_otherwise(status: str) -> None:
    assert list(check(_snap(status))) == []
    assert list(check(a_snapshot())) == []
