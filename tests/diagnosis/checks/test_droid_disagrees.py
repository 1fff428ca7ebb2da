"""droid_disagrees compares droid's own list with byok's, when droid was asked."""

from pathlib import Path

import pytest

from factory_byok.core.facts import Known, NotKnown, Unknown
from factory_byok.core.world import World
from factory_byok.diagnosis.checks.droid_disagrees import check
from factory_byok.droid.program import lists, parse_listing
from tests.builders import a_snapshot, an_entry
from tests.doubles.droid import find_droid


def test_another_list_is_an_error_that_names_the_difference() -> None:
    (finding,) = check(a_snapshot(droid_lists=Known(("custom:Other-0",))))
    assert finding.level == "error"
    assert "lacks `custom:Qwen-3-Coder-30B-[Local]-0`" in finding.message
    assert "has `custom:Other-0` besides" in finding.message


def test_another_order_is_an_error() -> None:
    second = an_entry(id="custom:B-0", index=1)
    snap = a_snapshot(
        entries=(an_entry(), second), droid_lists=Known(("custom:B-0", an_entry().id))
    )
    (finding,) = check(snap)
    assert "another order" in finding.message


def test_the_same_list_is_silent_and_so_is_a_droid_that_was_not_asked() -> None:
    assert list(check(a_snapshot(droid_lists=Known((an_entry().id,))))) == []
    assert list(check(a_snapshot())) == []


def test_a_droid_that_failed_to_answer_skips_the_check() -> None:
    with pytest.raises(NotKnown):
        list(check(a_snapshot(droid_lists=Unknown("it broke", "failed"))))


def test_a_listing_without_the_block_is_empty() -> None:
    assert parse_listing("Usage: droid exec\n\nModels:\n  None\n") == ()


@pytest.mark.outside
@pytest.mark.usefixtures("droid")
def test_the_real_droid_is_asked_without_touching_the_home(empty_home: Path) -> None:
    folder = empty_home / ".factory"
    folder.mkdir()
    text = (
        '{"customModels": [{"model": "m", "displayName": "My Model", "baseUrl": "http://h/v1",'
        ' "provider": "openai"}]}'
    )
    (folder / "settings.json").write_text(text)
    assert lists(World.real(), str(find_droid())) == Known(("custom:My-Model-0",))
    assert [path.name for path in folder.iterdir()] == ["settings.json"]
    assert (folder / "settings.json").read_text() == text
