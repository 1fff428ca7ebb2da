"""tools_as_text fires for a model whose tool calls come back as text on Ollama."""

import pytest

from factory_byok.core.facts import Known, Unknown
from factory_byok.diagnosis.checks.tools_as_text import check
from tests.builders import ENDPOINT, a_model, a_server, a_snapshot, an_entry


def served(name: str, **server: str) -> list[str]:
    """The levels of what is found for an entry of this model."""
    there = {ENDPOINT: Known(a_server(a_model(name=name), **server))}
    found = check(a_snapshot(entries=(an_entry(model=name),), servers=there))
    return [finding.level for finding in found]


@pytest.mark.parametrize(
    "name", ["qwen2.5-coder:32b", "qwen2.5-coder:7b-32k", "hf.co/x/Qwen2.5-Coder-7B-GGUF:Q4_K_M"]
)
def test_a_model_of_that_family_is_a_warning(name: str) -> None:
    assert served(name) == ["warning"]


@pytest.mark.parametrize("name", ["qwen3-coder:30b", "qwen3-coder:480b-cloud", "gpt-oss:20b"])
def test_another_model_is_silent(name: str) -> None:
    assert served(name) == []


def test_another_server_parses_them_itself() -> None:
    assert served("qwen2.5-coder:32b", provider="vllm") == []


def test_a_silent_server_is_not_judged() -> None:
    silent = {ENDPOINT: Unknown("The connection was refused", "refused")}
    entry = an_entry(model="qwen2.5-coder:32b")

    assert list(check(a_snapshot(entries=(entry,), servers=silent))) == []
