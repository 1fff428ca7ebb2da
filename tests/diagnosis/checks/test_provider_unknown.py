"""The check provider_unknown."""

import pytest

from factory_byok.diagnosis.checks.provider_unknown import check, nearest
from tests.builders import SETTINGS, a_snapshot, an_entry


def test_an_unknown_dialect_names_what_is_lost_and_the_one_meant() -> None:
    entry = an_entry(dialect="ollama", fate="dropped", fault="provider_unknown")
    (finding,) = check(a_snapshot(entries=(entry,)))
    assert finding.level == "error" and "drops this entry" in finding.message
    (edit,) = finding.remedy.edits
    assert (edit.pointer, edit.value) == (
        "/custom_models/0/provider",
        "generic-chat-completion-api",
    )
    assert edit.expected == "ollama"


def test_in_settings_the_whole_file_is_lost() -> None:
    entry = an_entry(
        dialect="zzz", fate="dropped", fault="provider_unknown", kind="settings", file=SETTINGS
    )
    (finding,) = check(a_snapshot(entries=(entry,)))
    assert f"discards everything in `{SETTINGS}`" in finding.message
    assert finding.remedy.edits == ()


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("Ollama", "generic-chat-completion-api"),
        (" openai ", "openai"),
        ("generic-chat-completions-api", "generic-chat-completion-api"),
        ("antropic", "anthropic"),
        ("claude", "anthropic"),
        ("xai", ""),
        ("", ""),
    ],
)
def test_the_dialect_meant_is_found_where_one_is_close(word: str, meant: str) -> None:
    assert nearest(word) == meant


def test_known_dialects_are_silent() -> None:
    assert not list(check(a_snapshot()))
