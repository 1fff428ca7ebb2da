"""The check key_claimed_by_ollama."""

from factory_byok.core.facts import Key
from factory_byok.diagnosis.checks.key_claimed_by_ollama import check
from tests.builders import a_snapshot, an_entry


def test_the_key_ollama_is_a_note_with_another_word() -> None:
    entry = an_entry(key=Key("literal", marker="ollama"))
    (finding,) = check(a_snapshot(entries=(entry,)))
    (edit,) = finding.remedy.edits
    assert finding.level == "note"
    assert (edit.pointer, edit.value, edit.expected) == (
        *("/custom_models/0/api_key", "not-needed"),
        "ollama",
    )


def test_other_words_are_silent() -> None:
    spelt = an_entry(key=Key("literal", marker="Ollama"))
    assert not list(check(a_snapshot(entries=(an_entry(), spelt))))
