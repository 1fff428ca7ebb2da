"""The check file_rejected."""

from dataclasses import replace

from factory_byok.core.facts import TextEdit
from factory_byok.diagnosis.checks.file_rejected import check
from tests.builders import CONFIG, a_file, a_snapshot

BROKEN = {
    "fate": "rejected",
    "fault": "hash_comment",
    "reason": "A comment",
    "line": 3,
    "column": 9,
}


def test_a_broken_file_is_an_error_with_its_place_and_the_repairs() -> None:
    file = a_file(**BROKEN, repairs=(TextEdit(40, "#", "//"), TextEdit(7, ",", "")))
    (finding,) = check(a_snapshot(files=(file,)))
    assert (finding.level, finding.subject) == ("error", CONFIG)
    assert finding.message == "droid ignores the whole file: a comment (line 3, column 9)"
    assert replace(finding, check="file_rejected").command == ("byok", "fix", "file_rejected")
    assert [(edit.op, edit.offset, edit.length, edit.value) for edit in finding.remedy.edits] == [
        ("text", 40, 1, "//"),
        ("text", 7, 1, ""),
    ]


def test_a_file_beyond_safe_repair_is_named_and_left_alone() -> None:
    (finding,) = check(a_snapshot(files=(a_file(**BROKEN),)))
    assert finding.remedy.edits == () and "line 3, column 9" in finding.remedy.text


def test_a_file_that_cannot_be_read_says_so() -> None:
    file = a_file(fate="rejected", fault="unreadable", reason="it is a folder")
    (finding,) = check(a_snapshot(files=(file,)))
    assert finding.message == "droid ignores the whole file: it is a folder"


def test_good_and_absent_files_are_silent() -> None:
    other = a_file(fate="rejected", fault="provider_unknown")  # has a check of its own
    assert not list(check(a_snapshot(files=(a_file(), a_file(fate="absent"), other))))
