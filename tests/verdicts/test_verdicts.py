"""`byok test ENTRY` and `droid exec -m ID` come to the same verdict on every behaviour."""

from __future__ import annotations

import os

import pytest

from tests.doubles.droid import Droid
from tests.verdicts.catalogue import BEHAVIOURS
from tests.verdicts.record import recorded
from tests.verdicts.run import Verdicts, judged

NAMES = [each.name for each in BEHAVIOURS]
GROUPS = 6  # what one worker runs at a time; long waits are spread over all of them
SLOW = [name for name, row in recorded().items() if row.droid is None]
QUICK = [name for name in NAMES if name not in SLOW]


def _group(number: int) -> list[str]:
    return [*SLOW[number::GROUPS], *QUICK[number::GROUPS]]


@pytest.mark.outside
@pytest.mark.parametrize("number", range(GROUPS))
def test_both_verdicts_are_what_the_table_says(droid: Droid, number: int) -> None:
    assert droid
    known = recorded()
    assert {row.name: _told(row) for row in judged(_group(number))} == {
        name: _told(known[name]) for name in _group(number)
    }


def _told(row: Verdicts) -> tuple[bool, int, str]:
    """What must not change: whether droid works, byok's exit code and its cause."""
    return row.droid == 0, row.byok, row.cause


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda each: each.name)
def test_the_verdicts_agree_and_every_failure_has_a_cause(behaviour: object) -> None:
    known = recorded()
    for each in BEHAVIOURS:
        if each is behaviour:
            row = known[each.name]
            assert (row.droid == 0) == (row.byok == 0)
            assert row.droid == 0 or row.cause, "a failure without a cause"


def test_at_least_sixty_behaviours_are_known_by_different_names() -> None:
    assert len(set(NAMES)) == len(NAMES) >= 60
    assert os.cpu_count()
