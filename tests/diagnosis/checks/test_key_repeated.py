"""key_repeated: fires for a top-level key that stands twice, silent for one that stands once."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from factory_byok.core.facts import SettingsFile, Snapshot
from factory_byok.diagnosis.checks.key_repeated import check
from factory_byok.droid.settings import jsonc
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


def _snap(text: str) -> Snapshot:
    found = repeated(text)
    file = SettingsFile(SETTINGS, "user", "settings", "read", repeated=found)
    return a_snapshot(files=(file,))


def _mended(text: str, snap: Snapshot) -> str:
    (finding,) = check(snap)
    for edit in finding.remedy.edits:
        assert edit.expected == text[edit.offset : edit.offset + edit.length]
        text = text[: edit.offset] + str(edit.value) + text[edit.offset + edit.length :]
    return text


def test_two_lists_are_joined_and_the_ids_of_the_last_stay() -> None:
    snap = _snap(TWICE)
    (finding,) = check(snap)
    assert finding.level == "warning"
    assert "in line 5: 2 in the first list have no effect" in finding.message
    mended = jsonc.load(_mended(TWICE, snap))
    assert isinstance(mended, dict)
    assert mended["customModels"] == [{"model": "b"}, {"model": "a"}, {"model": "c"}]
    assert mended["theme"] == "x"


def test_of_another_key_the_first_goes() -> None:
    text = '{"theme": 1, "a": 2, "theme": 3}'
    snap = _snap(text)
    assert json.loads(_mended(text, snap)) == {"a": 2, "theme": 3}
    assert _mended(text, snap).count("theme") == 1


@pytest.mark.parametrize("text", ['{"a": {"b": 1}, "c": "a"}', '{"a": "\\"a\\""}', "{}"])
def test_it_is_silent_where_every_key_stands_once(text: str) -> None:
    assert list(check(_snap(text))) == []
    assert list(check(replace(a_snapshot(), files=()))) == []


def test_byok_fix_joins_the_lists(tmp_path: Path) -> None:
    from factory_byok.droid.settings.effective import Source, effective
    from factory_byok.droid.settings.locate import Place

    place = Place(tmp_path / "settings.json", "user", "settings")
    read = effective([Source(place, TWICE)], {})
    assert [each.key for each in read.files[0].repeated] == ["customModels"]


def test_of_very_many_keys_the_first_speaks_and_one_edit_mends_all() -> None:
    pairs = [f'"k{at % 1_500}": {at}' for at in range(3_000)]
    text = f"{{{', '.join([*pairs, TWICE[1:-1]])}}}"
    snap = _snap(text)
    (finding,) = check(snap)
    assert "`k0` is there twice, and so are 1,500 other keys; droid reads only" in finding.message
    mended = jsonc.load(_mended(text, snap))
    assert isinstance(mended, dict)
    assert mended["customModels"] == [{"model": "b"}, {"model": "a"}, {"model": "c"}]
    assert (len(mended), mended["k0"], mended["k1499"]) == (1_502, 1_500, 2_999)
