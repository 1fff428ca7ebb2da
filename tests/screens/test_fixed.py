"""The screen of `byok fix`: one repair for one cause, what follows from it folded under it."""

import pytest

from factory_byok.core.findings import Finding, Outcome, Report
from factory_byok.diagnosis.causes import causes
from factory_byok.screens.fixed import repair_lines
from factory_byok.screens.style import UNBOUNDED, Style
from factory_byok.workflows.fix import Repair
from tests.builders import a_snapshot

SMALL = "The context window of `m:7b` is 4,096 tokens"
LATE = "droid compacts its conversation at 250,000 tokens"


def repaired(*found: tuple[str, str, str]) -> Repair:
    """Repairs by check, subject and message."""
    told = tuple(Finding("error", who, text, check=code) for code, who, text in found)
    return Repair(causes=causes(a_snapshot(), Report((Outcome("", "", "error", told),))))


@pytest.mark.parametrize(("also", "paragraphs"), [("A", 1), ("B", 2)])
def test_what_follows_from_a_cause_is_told_with_it(also: str, paragraphs: int) -> None:
    plan = repaired(("compaction_above_window", also, LATE), ("window_too_small", "A", SMALL))
    told = list(repair_lines(plan, Style(color=False, width=UNBOUNDED)))
    assert sum("would repair" in line for line in told) == paragraphs
    assert ("    with it: compaction_above_window" in told) is (paragraphs == 1)


def test_entries_with_the_same_fault_are_one_repair() -> None:
    plan = repaired(*(("window_too_small", who, SMALL.replace("m:7b", who)) for who in "ABC"))
    told = "\n".join(repair_lines(plan, Style(color=False, width=UNBOUNDED)))
    assert told.count("would repair") == 1 and "affects: A, B, C" in told
