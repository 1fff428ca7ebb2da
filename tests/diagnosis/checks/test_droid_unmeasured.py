"""droid_unmeasured fires for another version than the measured one."""

import pytest

from factory_byok.core.facts import Droid, Known, NotKnown, Unknown
from factory_byok.diagnosis.checks.droid_unmeasured import check
from tests.builders import a_snapshot


def test_another_version_is_a_note() -> None:
    (finding,) = check(a_snapshot(droid=Known(Droid("/usr/bin/droid", Known("9.9.9")))))
    assert finding.level == "note"
    assert "9.9.9" in finding.message


def test_the_measured_version_and_no_droid_are_silent() -> None:
    assert list(check(a_snapshot())) == []
    assert list(check(a_snapshot(droid=Unknown("none", "absent")))) == []


def test_a_version_that_droid_does_not_tell_skips_the_check() -> None:
    with pytest.raises(NotKnown):
        list(check(a_snapshot(droid=Known(Droid("/usr/bin/droid")))))
