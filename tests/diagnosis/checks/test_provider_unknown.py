"""The check provider_unknown."""

import pytest

from factory_byok.core.facts import SettingsFile
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
    assert finding.remedy.edits[0].value == "generic-chat-completion-api"


@pytest.mark.parametrize(
    ("model", "base_url", "meant"),
    [
        ("gemini-3-flash-preview", "http://localhost:8317/v1", "generic-chat-completion-api"),
        ("claude-opus-4-6", "http://localhost:8317", "anthropic"),
        ("claude-opus-4-6", "http://localhost:8317/v1", "generic-chat-completion-api"),
        ("MiniMax-M2.7", "https://api.minimax.io/anthropic", "anthropic"),
    ],
)
def test_an_invented_dialect_always_has_one_proposal(model: str, base_url: str, meant: str) -> None:
    entry = an_entry(
        dialect="open-proxy", fate="dropped", fault="provider_unknown", model=model,
        base_url=base_url,
    )  # fmt: skip
    (finding,) = check(a_snapshot(entries=(entry,)))
    assert finding.remedy.edits[0].value == meant


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


def test_an_older_droid_lists_it_and_speaks_as_to_anthropic() -> None:
    entry = an_entry(dialect="ollama")
    (finding,) = check(a_snapshot(entries=(entry,), droid_rules="0.117.0"))
    assert finding.level == "error" and "as to Anthropic's" in finding.message
    assert finding.remedy.edits[0].value == "generic-chat-completion-api"


def test_a_config_that_is_rejected_for_it_is_lost_as_a_whole() -> None:
    entry = an_entry(dialect="ollama", fate="dropped", fault="provider_unknown")
    file = SettingsFile(entry.file, "user", "config", "rejected", fault="provider_unknown")
    (finding,) = check(a_snapshot(entries=(entry,), files=(file,)))
    assert f"discards everything in `{entry.file}`" in finding.message
