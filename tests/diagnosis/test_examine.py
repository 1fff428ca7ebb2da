"""The doctor contains gaps and crashes, and computes the status."""

from collections.abc import Iterator
from types import ModuleType

from factory_byok.core.facts import NOT_READ, Snapshot
from factory_byok.core.findings import Finding, Outcome, Report
from factory_byok.diagnosis.examine import examine, outcome_of
from tests.builders import a_snapshot


def a_check(*, then: str) -> ModuleType:
    """A check that finds one thing and then ends, lacks a fact, or crashes."""
    module = ModuleType("factory_byok.diagnosis.checks.made_up")

    def check(snap: Snapshot) -> Iterator[Finding]:
        if then != "gap at once":
            yield Finding("warning", "x", "found")
        if then.startswith("gap"):
            _ = NOT_READ.value
        if then == "crash":
            raise ZeroDivisionError("by zero")

    module.TITLE, module.check = "Made up", check  # type: ignore[attr-defined]
    return module


def test_a_check_that_lacks_its_fact_is_skipped_with_the_reason() -> None:
    outcome = outcome_of(a_check(then="gap at once"), a_snapshot())
    assert (outcome.status, outcome.reason) == ("skipped", "it was not looked at")


def test_findings_before_a_gap_are_kept_and_called_partial() -> None:
    outcome = outcome_of(a_check(then="gap"), a_snapshot())
    assert (outcome.status, outcome.reason) == ("warning", "it was not looked at")
    assert len(outcome.findings) == 1


def test_a_crash_is_one_line_and_hides_nothing() -> None:
    outcome = outcome_of(a_check(then="crash"), a_snapshot())
    assert outcome.status == "crashed"
    assert outcome.reason == "ZeroDivisionError: by zero"
    assert len(outcome.findings) == 1


def test_a_healthy_machine_is_silent() -> None:
    report = examine(a_snapshot())
    assert report.findings == ()
    assert report.status == "ok"
    assert not [each for each in report.outcomes if each.status == "crashed"]


def test_a_crashed_check_is_never_ok() -> None:
    assert Report((Outcome("x", "X", "crashed"),)).status == "warning"


def test_only_the_named_checks_are_asked() -> None:
    assert [each.check for each in examine(a_snapshot(), ["droid_missing"]).outcomes] == [
        "droid_missing"
    ]
