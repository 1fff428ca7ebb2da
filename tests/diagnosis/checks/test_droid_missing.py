"""droid_missing fires without a droid on PATH and is skipped when nobody looked."""

import pytest

from factory_byok.core.facts import NotKnown, Unknown
from factory_byok.diagnosis.checks.droid_missing import check
from tests.builders import a_snapshot


def test_no_droid_on_path_is_a_note() -> None:
    (finding,) = check(a_snapshot(droid=Unknown("no `droid` is on PATH", "absent")))
    assert finding.level == "note"


def test_an_installed_droid_is_silent() -> None:
    assert list(check(a_snapshot())) == []


def test_a_droid_that_could_not_be_looked_for_is_not_called_missing() -> None:
    with pytest.raises(NotKnown):
        list(check(a_snapshot(droid=Unknown("it was not looked at"))))
