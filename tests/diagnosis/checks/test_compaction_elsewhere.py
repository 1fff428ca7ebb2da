"""The check compaction_elsewhere."""

from factory_byok.core.facts import Defaults, FileLevel, Snapshot
from factory_byok.diagnosis.checks.compaction_elsewhere import check
from tests.builders import SETTINGS, a_file, a_snapshot


def told(model: str, level: FileLevel = "user") -> Snapshot:
    """A machine whose settings name that model for compaction."""
    file = a_file(path=SETTINGS, kind="settings", level=level)
    defaults = Defaults(compaction_model=model, compaction_model_file=SETTINGS)
    return a_snapshot(files=(file,), defaults=defaults)


def test_a_model_of_factory_is_named_and_the_setting_given_back() -> None:
    (finding,) = check(told("gpt-5.6-sol"))
    (edit,) = finding.remedy.edits
    assert finding.level == "warning" and "`gpt-5.6-sol`" in finding.message
    assert (edit.op, edit.file, edit.pointer) == ("replace", SETTINGS, "/compactionModel")
    assert edit.value == "current-model"


def test_an_organisations_file_is_not_edited() -> None:
    (finding,) = check(told("gpt-5.6-sol", "org"))
    assert not finding.remedy.edits and not finding.remedy.command


def test_another_entry_of_the_users_own_is_silent() -> None:
    assert not list(check(told("custom:Small-0")))


def test_the_models_own_compaction_is_silent() -> None:
    assert not list(check(a_snapshot()))


def test_without_entries_there_is_nothing_to_compact() -> None:
    snap = told("gpt-5.6-sol")
    assert not list(check(a_snapshot(files=snap.files, entries=(), defaults=snap.defaults)))
