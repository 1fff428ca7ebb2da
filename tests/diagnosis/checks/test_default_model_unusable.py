"""default_model_unusable: fires for a name that droid cannot select, silent for one it finds."""

import pytest

from factory_byok.core.facts import Defaults, NamedModel, Snapshot
from factory_byok.diagnosis.checks.default_model_unusable import check
from tests.builders import SETTINGS, a_snapshot, an_entry


def _snap(model: str, role: str = "default model", **entry: object) -> Snapshot:
    named = NamedModel(role, model, SETTINGS, "/sessionDefaultSettings/model")
    mine = an_entry(id="custom:New-Name-0", name="New Name", model="gpt-5", **entry)
    return a_snapshot(entries=(mine,), defaults=Defaults(named=(named,)))


def test_a_default_that_is_no_entry_is_an_error_and_the_nearest_id_is_offered() -> None:
    (finding,) = check(_snap("custom:Old-Name-0"))
    assert finding.level == "error"
    assert "without `-m` fails" in finding.message
    (edit,) = finding.remedy.edits
    assert (edit.op, edit.pointer) == ("replace", "/sessionDefaultSettings/model")
    assert (edit.value, edit.expected) == ("custom:New-Name-0", "custom:Old-Name-0")


def test_another_role_is_a_warning() -> None:
    (finding,) = check(_snap("custom:Old-Name-0", "model for compaction"))
    assert finding.level == "warning"
    assert "model for compaction" in finding.message


def test_without_any_entry_the_name_is_taken_out() -> None:
    named = NamedModel("default model", "custom:X-0", SETTINGS, "/model")
    (finding,) = check(a_snapshot(entries=(), defaults=Defaults(named=(named,))))
    assert [edit.op for edit in finding.remedy.edits] == ["remove"]


def test_an_entry_that_is_only_dropped_is_to_be_mended_first() -> None:
    (finding,) = check(_snap("custom:New-Name-0", fate="dropped", fault="provider_unknown"))
    assert "Mend the entry `New Name`" in finding.remedy.text
    assert finding.remedy.edits == ()


@pytest.mark.parametrize(
    "name", ["custom:New-Name-0", "custom:gpt-5", "custom:New-Name-7", "claude-opus-4-6", ""]
)
def test_it_is_silent_for_what_droid_finds(name: str) -> None:
    assert list(check(_snap(name))) == []
