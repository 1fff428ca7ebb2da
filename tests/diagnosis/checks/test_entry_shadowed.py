"""The check entry_shadowed."""

from factory_byok.diagnosis.checks.entry_shadowed import check
from tests.builders import CONFIG, SETTINGS, a_snapshot, an_entry

COPY = an_entry(file=SETTINGS, kind="settings", pointer="/customModels/0")
ORIGINAL = an_entry(fate="shadowed", shadowed_by=SETTINGS, reason="The other wins")


def test_the_original_of_droids_own_copy_is_removed() -> None:
    (finding,) = check(a_snapshot(entries=(COPY, ORIGINAL)))
    (edit,) = finding.remedy.edits
    assert finding.level == "warning"
    assert (edit.op, edit.file, edit.pointer) == ("remove", CONFIG, "/custom_models/0")


def test_no_removal_moves_the_id_of_an_entry_behind_it() -> None:
    behind = an_entry(id="custom:Qwen-3-Coder-30B-[Local]-1", index=1, pointer="/custom_models/1")
    (finding,) = check(a_snapshot(entries=(COPY, ORIGINAL, behind)))
    assert finding.remedy.edits == ()


def test_an_entry_that_only_a_project_shadows_is_kept() -> None:
    project = an_entry(file="/work/.factory/config.json", level="project")
    (finding,) = check(a_snapshot(entries=(project, ORIGINAL)))
    assert finding.remedy.edits == ()


def test_listed_entries_are_silent() -> None:
    assert not list(check(a_snapshot(entries=(COPY,))))
