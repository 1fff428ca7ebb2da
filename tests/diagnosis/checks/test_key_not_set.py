"""The check key_not_set."""

from factory_byok.core.facts import Entry, Key
from factory_byok.diagnosis.checks.key_not_set import check
from tests.builders import SETTINGS, a_snapshot, an_entry


def remote(key: Key, **changes: object) -> Entry:
    """An entry of settings.json for a hosted server."""
    where = {"file": SETTINGS, "kind": "settings", "base_url": "https://api.example/v1"}
    return an_entry(key=key, **{**where, **changes})


def test_an_unset_variable_is_an_error_with_the_line_to_type() -> None:
    (finding,) = check(a_snapshot(entries=(remote(Key("variable", ("A", "B"), ("B",))),)))
    assert finding.level == "error" and "`B` has no value" in finding.message
    assert "export B=" in finding.remedy.text and finding.remedy.edits == ()


def test_config_never_expands_even_what_is_set() -> None:
    entry = remote(Key("variable", ("A",)), kind="config")
    (finding,) = check(a_snapshot(entries=(entry,)))
    assert "does not expand `${A}`" in finding.message


def test_a_local_server_takes_any_word() -> None:
    (finding,) = check(a_snapshot(entries=(an_entry(key=Key("variable", ("A",), ("A",))),)))
    assert [edit.value for edit in finding.remedy.edits] == ["not-needed"]


def test_a_set_variable_is_silent() -> None:
    assert not list(check(a_snapshot(entries=(remote(Key("variable", ("A",))), an_entry()))))


def test_an_empty_key_is_an_error_for_the_older_droids_only() -> None:
    entries = (an_entry(key=Key("none")), remote(Key("none")))
    assert list(check(a_snapshot(entries=entries, droid_rules="0.215.0"))) == []
    here, there = check(a_snapshot(entries=entries, droid_rules="0.117.0"))
    assert "droid 0.117.0 asks no server without one" in here.message
    assert [edit.value for edit in here.remedy.edits] == ["not-needed"]
    assert there.remedy.edits == () and "${NAME}" in there.remedy.text
