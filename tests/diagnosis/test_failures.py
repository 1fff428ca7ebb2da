"""The table of failures."""

from factory_byok.diagnosis.checks import CODES
from tests.diagnosis.failures import FAILURES


def test_all_29_rows_of_the_catalogue_are_there() -> None:
    assert list(FAILURES) == list(range(1, 30))


def test_every_failure_is_seen_by_a_check_that_exists() -> None:
    for failure in FAILURES.values():
        assert failure.checks
        assert set(failure.checks) <= set(CODES)
