"""The check entry_dropped."""

from typing import Any

from factory_byok.core.facts import Entry
from factory_byok.diagnosis.checks.entry_dropped import check
from tests.builders import CONFIG, a_file, a_snapshot, an_entry


def dropped(fault: str, **more: Any) -> Entry:
    """An entry that droid drops."""
    return an_entry(fate="dropped", fault=fault, reason="Because", **more)


def operations(entry: Entry) -> list[tuple[str, str, object]]:
    """The edits of the one finding about an entry."""
    (finding,) = check(a_snapshot(entries=(entry,)))
    assert finding.level == "error"
    return [(edit.op, edit.pointer, edit.value) for edit in finding.remedy.edits]


def test_misspelt_keys_are_renamed() -> None:
    entry = dropped("wrong_spelling", misspelt=(("baseUrl", "base_url"), ("apiKey", "api_key")))
    assert sorted(operations(entry)) == [
        ("rename", "/custom_models/0/apiKey", "api_key"),
        ("rename", "/custom_models/0/baseUrl", "base_url"),
    ]


def test_a_missing_field_is_named_but_not_invented() -> None:
    assert operations(dropped("missing_field", fault_field="base_url")) == []


def test_a_placeholder_becomes_any_word_only_for_a_local_server() -> None:
    assert operations(dropped("placeholder_key")) == [
        ("add", "/custom_models/0/api_key", "not-needed")
    ]
    assert operations(dropped("placeholder_key", base_url="https://api.example/v1")) == []


def test_a_limit_written_as_text_becomes_a_number() -> None:
    entry = dropped("wrong_type", fault_field="max_tokens", max_output=None, max_output_odd="4000")
    assert operations(entry) == [("add", "/custom_models/0/max_tokens", 4000)]


def test_a_list_under_a_wrong_name_is_one_finding() -> None:
    entries = [
        dropped(
            "wrong_spelling",
            index=index,
            pointer=f"/customModels/{index}",
            misspelt=(("baseUrl", "base_url"),),
        )
        for index in range(2)
    ]
    file = a_file(fault="models_misspelt", notes=("`customModels` means nothing here",))
    (finding,) = check(a_snapshot(files=(file,), entries=tuple(entries)))
    assert finding.subject == CONFIG
    assert [edit.pointer for edit in finding.remedy.edits] == [
        "/customModels/0/baseUrl",
        "/customModels/1/baseUrl",
        "/customModels",
    ]


def test_listed_entries_and_those_of_other_checks_are_silent() -> None:
    other = (dropped("provider_unknown"), dropped("file_discarded"), an_entry(fate="shadowed"))
    assert not list(check(a_snapshot(entries=(an_entry(), *other))))
