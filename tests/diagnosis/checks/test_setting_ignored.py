"""setting_ignored: fires for a key that droid does not read, silent for those it does."""

import pytest

from factory_byok.core.facts import Snapshot
from factory_byok.diagnosis.checks.setting_ignored import check
from tests.builders import SETTINGS, a_snapshot, an_entry


def _snap(*unread: str, keys: tuple[str, ...] = ()) -> Snapshot:
    entry = an_entry(
        file=SETTINGS, kind="settings", pointer="/customModels/0", unread=unread,
        keys=(*unread, *keys),
    )  # fmt: skip
    return a_snapshot(entries=(entry,))


def test_the_key_that_was_meant_is_offered() -> None:
    (finding,) = check(_snap("maxTokens"))
    assert finding.level == "note"
    assert "`maxTokens`" in finding.message
    assert "`maxOutputTokens`" in finding.message
    (edit,) = finding.remedy.edits
    assert (edit.op, edit.pointer) == ("rename", "/customModels/0/maxTokens")
    assert edit.value == "maxOutputTokens"


def test_beside_the_right_key_the_wrong_one_goes() -> None:
    (finding,) = check(_snap("maxTokens", keys=("maxOutputTokens",)))
    assert finding.remedy.edits[0].op == "remove"


@pytest.mark.parametrize("key", ["supportsImages", "contextWindow", "maxContextLimit", "num_ctx"])
def test_a_key_without_a_counterpart_is_explained(key: str) -> None:
    (finding,) = check(_snap(key))
    assert ":" in finding.message
    assert finding.remedy.edits[0].op == "remove"


@pytest.mark.parametrize("key", ["comment", "_note", "x"])
def test_it_is_silent_about_keys_that_nobody_meant_for_droid(key: str) -> None:
    assert list(check(_snap(key))) == []
    assert list(check(a_snapshot())) == []
