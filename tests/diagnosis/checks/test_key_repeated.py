"""key_repeated: fires for a top-level key that stands twice, silent for one that stands once."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from factory_byok.core.facts import SettingsFile, Snapshot
from factory_byok.diagnosis.checks.key_repeated import check
from factory_byok.droid.settings.repeated_keys import repeated
from tests.builders import SETTINGS, a_snapshot

TWICE = """{
"customModels": [{"model": "a"}, // the first
  {"model": "c"}],
"theme": "x",
"customModels": [
  {"model": "b"} // the last
]
}"""


def _snap(text: str, values: str) -> Snapshot:
    found = repeated(text, json.loads(values))
    file = SettingsFile(SETTINGS, "user", "settings", "read", repeated=found)
    return a_snapshot(files=(file,))


def _mended(text: str, snap: Snapshot) -> str:
    (finding,) = check(snap)
    for edit in finding.remedy.edits:
        assert edit.expected == text[edit.offset : edit.offset + edit.length]
        text = text[: edit.offset] + str(edit.value) + text[edit.offset + edit.length :]
    return text


def test_two_lists_are_joined_and_the_ids_of_the_last_stay() -> None:
    snap = _snap(TWICE, '{"customModels": [], "theme": "x"}')
    (finding,) = check(snap)
    assert finding.level == "warning"
    assert "in line 5: 2 in the first list have no effect" in finding.message
    from factory_byok.droid.settings import jsonc

    mended = jsonc.load(_mended(TWICE, snap))
    assert isinstance(mended, dict)
    assert mended["customModels"] == [{"model": "b"}, {"model": "a"}, {"model": "c"}]
    assert mended["theme"] == "x"


def test_of_another_key_the_first_goes() -> None:
    text = '{"theme": 1, "a": 2, "theme": 3}'
    snap = _snap(text, '{"theme": 3, "a": 2}')
    assert json.loads(_mended(text, snap)) == {"a": 2, "theme": 3}
    assert _mended(text, snap).count("theme") == 1


@pytest.mark.parametrize("text", ['{"a": {"b": 1}, "c": "a"}', '{"a": "\\"a\\""}', "{}"])
def test_it_is_silent_where_every_key_stands_once(text: str) -> None:
    assert list(check(_snap(text, text))) == []
    assert list(check(replace(a_snapshot(), files=()))) == []


def test_byok_fix_joins_the_lists(tmp_path: Path) -> None:
    from factory_byok.droid.settings.effective import Source, effective
    from factory_byok.droid.settings.locate import Place

    place = Place(tmp_path / "settings.json", "user", "settings")
    read = effective([Source(place, TWICE)], {})
    assert [each.key for each in read.files[0].repeated] == ["customModels"]
