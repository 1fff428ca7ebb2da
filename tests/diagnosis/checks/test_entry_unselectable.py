"""The check entry_unselectable."""

from factory_byok.diagnosis.checks.entry_unselectable import check
from tests.builders import a_snapshot, an_entry


def test_an_id_without_its_beginning_gets_it() -> None:
    entry = an_entry(id="mine", explicit_id=True, kind="settings", pointer="/customModels/0")
    (finding,) = check(a_snapshot(entries=(entry,)))
    (edit,) = finding.remedy.edits
    assert finding.level == "error"
    assert (edit.op, edit.pointer, edit.value) == ("replace", "/customModels/0/id", "custom:mine")


def test_a_good_id_is_silent() -> None:
    assert not list(check(a_snapshot(entries=(an_entry(id="custom:x", explicit_id=True),))))
