"""The check entry_duplicate."""

from dataclasses import replace

from factory_byok.core.facts import Entry, Key
from factory_byok.diagnosis.checks.entry_duplicate import check
from tests.builders import SETTINGS, a_snapshot, an_entry


def numbered(number: int, **changes: object) -> Entry:
    """One of several entries of one name in settings.json."""
    entry = an_entry(
        id=f"custom:x-{number}", index=number, pointer=f"/customModels/{number}", file=SETTINGS
    )
    return replace(entry, kind="settings", **changes)  # type: ignore[arg-type]


def test_the_later_of_two_is_removed_and_the_one_behind_keeps_its_id() -> None:
    other = numbered(2, model="other")
    (finding,) = check(a_snapshot(entries=(numbered(0), numbered(1), other)))
    assert finding.level == "warning"
    assert [(edit.op, edit.pointer, edit.value) for edit in finding.remedy.edits] == [
        ("add", "/customModels/2/id", "custom:x-2"),
        ("remove", "/customModels/1", None),
    ]


def test_entries_whose_secrets_may_differ_are_left_to_the_user() -> None:
    secret = Key("literal")
    (finding,) = check(a_snapshot(entries=(numbered(0, key=secret), numbered(1, key=secret))))
    assert finding.remedy.edits == ()


def test_one_id_twice_is_taken_from_the_second() -> None:
    entries = (
        numbered(0, id="custom:me", explicit_id=True),
        numbered(1, id="custom:me", explicit_id=True, model="other"),
    )
    (finding,) = check(a_snapshot(entries=entries))
    assert [edit.pointer for edit in finding.remedy.edits] == ["/customModels/1/id"]


def test_two_names_for_one_model_are_silent() -> None:
    assert not list(check(a_snapshot(entries=(numbered(0), numbered(1, name="Other")))))
