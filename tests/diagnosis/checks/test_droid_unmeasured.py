"""droid_unmeasured names how an unmeasured droid lists otherwise, and is silent when it agrees."""

from dataclasses import replace

from factory_byok.core.facts import Droid, Known, Reading, Snapshot, Unknown
from factory_byok.diagnosis.checks.droid_unmeasured import check
from factory_byok.droid.rules import MEASURED
from tests.builders import a_snapshot, an_entry


def with_droid(version: Reading[str], lists: Reading[tuple[str, ...]]) -> Snapshot:
    """A healthy machine with a droid of some version, and what it lists."""
    droid = Known(Droid("/usr/bin/droid", version))
    return replace(a_snapshot(droid=droid), droid_lists=lists)


def test_an_unmeasured_version_with_another_list_is_a_note_that_names_the_difference() -> None:
    (finding,) = check(with_droid(Known("9.9.9"), Known(("custom:Other-0",))))
    assert finding.level == "note"
    assert "droid 9.9.9" in finding.message
    assert f"lacks `{an_entry().id}`" in finding.message
    assert "has `custom:Other-0` besides" in finding.message


def test_an_unmeasured_version_with_the_same_list_is_silent() -> None:
    assert list(check(with_droid(Known("9.9.9"), Known((an_entry().id,))))) == []


def test_an_unmeasured_version_that_could_not_be_asked_is_a_note_with_the_reason() -> None:
    (finding,) = check(with_droid(Known("9.9.9"), Unknown("it ended with code 3", "failed")))
    assert "not known: it ended with code 3" in finding.message


def test_a_droid_that_tells_no_version_is_judged_by_its_list_too() -> None:
    silent = with_droid(Unknown("`droid --version` failed"), Known((an_entry().id,)))
    assert list(check(silent)) == []
    (finding,) = check(replace(silent, droid_lists=Known(())))
    assert "tells no version" in finding.message


def test_every_measured_version_and_no_droid_are_silent() -> None:
    for version in MEASURED:
        assert list(check(with_droid(Known(version), Unknown("not asked")))) == []
    assert list(check(a_snapshot(droid=Unknown("none", "absent")))) == []
