"""key_unusable: fires for what cannot be a key, silent for what may be one."""

from typing import Any

import pytest

from factory_byok.core.facts import Snapshot
from factory_byok.diagnosis.checks.key_unusable import check
from factory_byok.droid.settings.entry import read_key
from tests.builders import a_snapshot, an_entry


def _snap(key: str, base_url: str = "https://api.groq.com/openai/v1", **env: str) -> Snapshot:
    entry: Any = an_entry(base_url=base_url, key=read_key(key, env))
    return a_snapshot(entries=(entry,))


@pytest.mark.parametrize(
    "key",
    ["YOUR_GROQ_KEY", "<MINIMAX_API_KEY>", "your-openai-key", "your_api_key", "xxxx",
     "<your-coder-session-token>", "sk-...", "changeme"],
)  # fmt: skip
def test_a_placeholder_is_an_error_at_a_service_and_a_note_at_home(key: str) -> None:
    (finding,) = check(_snap(key))
    assert finding.level == "error"
    assert key in finding.message
    assert finding.command[-1] == "key_env=GROQ_API_KEY"
    (note,) = check(_snap(key, "http://localhost:20128/v1"))
    assert note.level == "note"
    assert note.remedy.edits == ()  # a gateway may have been set up with these words


@pytest.mark.parametrize("key", ["OLLAMA_API_KEY", "$OLLAMA_API_KEY"])
def test_a_variables_name_is_to_be_written_as_a_variable(key: str) -> None:
    (finding,) = check(_snap(key, "https://ollama.com/v1/"))
    assert "name of a variable" in finding.message
    assert finding.command[-1] == "key_env=OLLAMA_API_KEY"


def test_a_name_counts_when_such_a_variable_is_set() -> None:
    assert list(check(_snap("MY_SERVICE"))) == []
    assert len(list(check(_snap("MY_SERVICE", MY_SERVICE="sk-1")))) == 1


def test_the_word_bearer_before_a_key_is_named() -> None:
    (finding,) = check(_snap("Bearer sk-0123456789"))
    assert "Bearer" in finding.message and "sk-0" not in finding.message


@pytest.mark.parametrize("key", ["sk-é→", "a\nb"])
def test_what_http_cannot_carry_is_an_error_everywhere(key: str) -> None:
    for base in ("https://api.groq.com/openai/v1", "http://localhost:8000/v1"):
        (finding,) = check(_snap(key, base))
        assert finding.level == "error"
        assert key not in finding.message


def test_the_value_of_a_variable_is_looked_at_too() -> None:
    assert len(list(check(_snap("${K}", K="sk-\x07")))) == 1
    assert list(check(_snap("${K}", K="sk-right\n"))) == []


@pytest.mark.parametrize("key", ["sk-right-0123456789", "not-needed", "ollama", "", "gsk_A_KEY1x"])
def test_it_is_silent_for_what_may_be_a_key(key: str) -> None:
    assert list(check(_snap(key, "http://localhost:8000/v1"))) == []
