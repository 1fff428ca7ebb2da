"""A machine with LM Studio and no Ollama: every hint knows the server that is there."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from factory_byok.core.facts import Known, OllamaInstall
from factory_byok.providers import PROVIDERS
from factory_byok.providers.ollama import install
from tests.commands.conftest import Byok
from tests.doubles.faults import closed_port
from tests.doubles.ollama import Ollama
from tests.doubles.openai_server import OpenAIServer
from tests.doubles.services import LISTS

pytestmark = pytest.mark.outside

MODEL = LISTS["lm-studio"].model


@pytest.fixture(autouse=True)
def studio(monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenAIServer]:
    """LM Studio at its usual place, and neither Ollama nor anybody else."""
    absent = Known(OllamaInstall())
    monkeypatch.setattr(install, "probe", lambda _: absent)
    monkeypatch.setenv("OLLAMA_HOST", f"127.0.0.1:{closed_port()}")
    for name in ("llama-cpp", "vllm"):
        nobody = replace(PROVIDERS[name], base_url=f"http://127.0.0.1:{closed_port()}/v1")
        monkeypatch.setitem(PROVIDERS, name, nobody)
    with OpenAIServer(LISTS["lm-studio"]) as double:
        here = replace(PROVIDERS["lm-studio"], base_url=f"{double.url}/v1")
        monkeypatch.setitem(PROVIDERS, "lm-studio", here)
        yield double


@pytest.mark.parametrize(
    "words",
    [
        ("doctor",),
        ("window",),
        ("add", "ollama"),
        ("add", "qwen3:8b"),
        ("pull", "qwen3:8b"),
        ("setup", "--yes", "--model", "qwen3:8b", "--wait", "0"),
        ("setup", "--yes"),
    ],
)
def test_nobody_is_sent_to_install_ollama(
    byok: Byok, studio: OpenAIServer, words: tuple[str, ...]
) -> None:
    ran = byok(*words)
    told = ran.out + ran.err
    assert f"LM Studio answers at {studio.url.replace('127.0.0.1', 'localhost')}" in told
    assert "byok add lm-studio" in told
    assert "nstall Ollama" not in told and "ollama.com/" not in told


def test_a_set_up_with_lm_studio_is_healthy(byok: Byok) -> None:
    assert byok("add", "lm-studio", MODEL, "--no-check").code == 0
    told = byok("doctor").out
    assert "No entry uses it: leave it as it is" in told
    assert "nstall Ollama" not in told


def test_where_ollama_answers_nobody_else_is_looked_for(
    byok: Byok, studio: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Ollama([]) as double:
        monkeypatch.setenv("OLLAMA_HOST", double.url.removeprefix("http://"))
        assert "LM Studio" not in byok("doctor").out
    assert studio.requests == []
