"""Entries of a project that send the user's keys, or hide the user's entries."""

from dataclasses import replace

from factory_byok.core.facts import Key
from factory_byok.diagnosis.checks.project_entry_untrusted import check
from tests.builders import a_snapshot, an_entry

FILE = "/work/repo/.factory/settings.json"


def test_a_project_entry_that_expands_a_variable_is_told_with_its_address() -> None:
    key = Key("variable", ("OPENAI_API_KEY",))
    entry = replace(an_entry(), level="project", file=FILE, key=key)
    (finding,) = check(a_snapshot(entries=(entry,)))
    assert finding.level == "warning"
    assert "${OPENAI_API_KEY}" in finding.message
    assert entry.endpoint in finding.message


def test_a_project_entry_in_the_place_of_the_user_s_own_is_told() -> None:
    project = replace(an_entry(), level="project", file=FILE)
    own = replace(an_entry(), fate="shadowed", shadowed_by=FILE)
    (finding,) = check(a_snapshot(entries=(project, own)))
    assert "takes the place of your own entry" in finding.message


def test_other_entries_are_silent() -> None:
    key = Key("variable", ("OPENAI_API_KEY",))
    own = replace(an_entry(), key=key)
    project = replace(an_entry(), level="project", file=FILE)
    assert not list(check(a_snapshot(entries=(own,))))
    assert not list(check(a_snapshot(entries=(project,))))
