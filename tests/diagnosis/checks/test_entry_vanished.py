"""Entries that byok wrote and another program took away."""

from dataclasses import replace

from factory_byok.core.facts import WrittenEntry
from factory_byok.diagnosis.checks.entry_vanished import check
from tests.builders import CONFIG, a_file, a_snapshot, an_entry

DIALECT = "generic-chat-completion-api"
GONE = WrittenEntry(
    CONFIG, "config", "Mine", "m:7b", "http://localhost:11434/v1", DIALECT, 4000, "not-needed",
    "2026-11-20T10:00:00+00:00", "2026-11-25 09:30 UTC",
)  # fmt: skip
FILES = (a_file(),)


def test_an_entry_that_is_gone_is_told_and_can_be_put_back() -> None:
    (finding,) = check(a_snapshot(files=FILES, written=(GONE,)))
    assert (finding.level, finding.subject) == ("warning", "Mine")
    assert "on 2026-11-20" in finding.message and "2026-11-25 09:30" in finding.message
    (edit,) = finding.remedy.edits
    assert (edit.op, edit.pointer) == ("add", "/custom_models/-")
    assert edit.value == {
        "model_display_name": "Mine",
        "model": "m:7b",
        "base_url": "http://localhost:11434/v1",
        "api_key": "not-needed",
        "provider": DIALECT,
        "max_tokens": 4000,
    }


def test_a_literal_key_is_not_remembered_so_nothing_is_put_back() -> None:
    (finding,) = check(a_snapshot(files=FILES, written=(replace(GONE, key=""),)))
    assert finding.remedy.edits == () and "does not remember keys" in finding.remedy.text


def test_an_entry_that_is_there_is_none_wherever_droid_copied_it() -> None:
    there = an_entry(name="Mine", model="m:7b", file="/elsewhere")
    assert list(check(a_snapshot(files=FILES, entries=(there,), written=(GONE,)))) == []


def test_an_entry_that_the_user_changed_is_none() -> None:
    changed = an_entry(name="Mine", model="other", file=CONFIG)
    assert list(check(a_snapshot(files=FILES, entries=(changed,), written=(GONE,)))) == []


def test_a_file_that_droid_rejects_is_another_checks_matter() -> None:
    rejected = (replace(a_file(), fate="rejected"),)
    assert list(check(a_snapshot(files=rejected, written=(GONE,)))) == []
