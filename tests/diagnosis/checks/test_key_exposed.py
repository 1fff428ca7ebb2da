"""The check key_exposed."""

from pathlib import Path

from factory_byok.core.facts import Key
from factory_byok.diagnosis.checks.key_exposed import check
from factory_byok.droid.settings.locate import tracked
from tests.builders import CONFIG, a_file, a_snapshot, an_entry

SECRET = an_entry(key=Key("literal"))


def test_a_file_with_keys_that_others_may_read_is_made_private() -> None:
    (finding,) = check(a_snapshot(files=(a_file(mode=0o644),), entries=(SECRET, SECRET)))
    (edit,) = finding.remedy.edits
    assert (finding.level, finding.subject) == ("warning", CONFIG)
    assert "2 keys" in finding.message and "0644" in finding.message
    assert (edit.op, edit.value) == ("mode", 0o600)


def test_a_key_in_a_repository_is_a_warning_each() -> None:
    file = a_file(under_git=True, level="project")
    (finding,) = check(a_snapshot(files=(file,), entries=(SECRET, an_entry())))
    assert finding.subject == SECRET.label and finding.remedy.edits == ()


def test_a_key_that_git_has_is_to_be_revoked_and_its_mode_does_not_matter() -> None:
    file = a_file(under_git=True, tracked=True, level="project", mode=0o644)
    (finding,) = check(a_snapshot(files=(file,), entries=(SECRET,)))
    assert "history" in finding.message
    assert finding.remedy.text.startswith("Revoke the key")
    assert finding.remedy.edits == ()


def test_gits_index_tells_which_files_it_has(tmp_path: Path) -> None:
    (tmp_path / ".factory").mkdir()
    (tmp_path / ".git").mkdir()
    file = tmp_path / ".factory/config.json"
    assert not tracked(file)
    (tmp_path / ".git/index").write_bytes(b"DIRC\0\0\0\2...\0\x14.factory/config.json\0\0")
    assert tracked(file)
    assert not tracked(tmp_path / ".factory/settings.json")


def test_a_header_with_a_credential_counts_as_a_key() -> None:
    entry = an_entry(secret_headers=("Authorization",))
    assert list(check(a_snapshot(files=(a_file(mode=0o640),), entries=(entry,))))


def test_private_files_variables_and_harmless_words_are_silent() -> None:
    variable = an_entry(key=Key("variable", ("A",)))
    wide = a_snapshot(files=(a_file(mode=0o644),), entries=(an_entry(), variable))
    assert not list(check(wide))
    assert not list(check(a_snapshot(entries=(SECRET,))))
    assert not list(check(a_snapshot(files=(a_file(mode=None),), entries=(SECRET,))))
