"""chat_fails: fires when a chat failed, silent when it passed or was never tried."""

import pytest

from factory_byok.core.facts import Exercise, Snapshot
from factory_byok.diagnosis.checks.chat_fails import check
from tests.builders import a_snapshot, an_entry


def _snap(status: str = "failed", **evidence: str) -> Snapshot:
    entry = an_entry()
    done = Exercise(entry.id, entry.model, "chat", status, "The server failed", evidence)  # type: ignore[arg-type]
    return a_snapshot(entries=(entry,), exercises=(done,))


def test_it_fires_with_the_reason_and_a_next_step() -> None:
    (finding,) = check(_snap(fault="server_error"))
    assert finding.level == "error"
    assert finding.subject == an_entry().label
    assert "the server failed" in finding.message
    assert finding.remedy.text


@pytest.mark.parametrize("fault", ["busy", "rate_limited", "loading"])
def test_a_server_that_only_wants_time_is_a_warning(fault: str) -> None:
    (finding,) = check(_snap(fault=fault))
    assert finding.level == "warning"
    assert finding.remedy.text.startswith("Wait")


@pytest.mark.parametrize(
    ("fault", "level"),
    [("empty_answer", "error"), ("cut", "error"), ("refused_length", "error"),
     ("bad_request", "warning"), ("rate_limited", "warning")],
)  # fmt: skip
def test_what_droid_survives_but_its_user_does_not_is_an_error(fault: str, level: str) -> None:
    (finding,) = check(_snap("warning", fault=fault))
    assert finding.level == level


def test_a_server_that_runs_is_not_to_be_started() -> None:
    (finding,) = check(_snap(fault="timeout"))
    assert "more" in finding.remedy.text
    assert "Start" not in finding.remedy.text


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("unauthorized", "key"),
        ("not_found", "base URL"),
        ("html", "web page"),
        ("refused", "ollama serve"),
        ("load_timeout", "more time"),
        ("no_usage", "Update"),
        ("bad_request", "message"),
    ],
)
def test_each_fault_has_its_own_next_step(fault: str, words: str) -> None:
    (finding,) = check(_snap(fault=fault))
    assert words in f"{finding.remedy.text} {' '.join(finding.remedy.command)}"


@pytest.mark.parametrize("status", ["passed", "skipped"])
def test_it_is_silent_when_the_chat_did_not_fail(status: str) -> None:
    assert list(check(_snap(status))) == []


def test_it_is_silent_before_anything_was_tried() -> None:
    assert list(check(a_snapshot())) == []
