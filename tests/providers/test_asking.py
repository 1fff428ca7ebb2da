"""Who is asked at an endpoint, and who is shown the key."""

from typing import Any

import pytest

from factory_byok.core.facts import Known, Unknown
from factory_byok.core.http import Deadline, Http, NoAnswer, Reply
from factory_byok.providers.asking import probe
from factory_byok.providers.hosted import service_at
from tests.doubles.engine import Engine
from tests.doubles.ollama.reply import Reply as DoublesReply
from tests.doubles.openai_server import OpenAIServer
from tests.doubles.services import LISTS


class Recorder(Http):
    """An HTTP door behind which nobody is; it keeps what it was to send."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, dict[str, str]]] = []

    def send(self, method: str, url: str, **more: Any) -> Reply:
        """Keeps URL and headers."""
        self.sent.append((url, dict(more.get("headers") or {})))
        raise NoAnswer("refused", "nobody")


def asked(endpoint: str, **more: Any) -> list[tuple[str, dict[str, str]]]:
    """What a probe of an endpoint sends."""
    door = Recorder()
    assert isinstance(probe(door, endpoint, Deadline(1), **more), Unknown)
    return door.sent


@pytest.mark.parametrize(
    ("provider", "endpoint", "url"),
    [
        ("openrouter", "https://openrouter.ai/api", "https://openrouter.ai/api/v1/models"),
        (
            "deepinfra",
            "https://api.deepinfra.com/v1/openai",
            "https://api.deepinfra.com/v1/openai/models",
        ),
        ("groq", "https://api.groq.com/openai", "https://api.groq.com/openai/v1/models"),
    ],
)
def test_the_key_goes_to_the_provider_s_own_host(provider: str, endpoint: str, url: str) -> None:
    sent = asked(endpoint, provider=provider, key="s")
    assert sent == [(url, {"Authorization": "Bearer s"})]


@pytest.mark.parametrize(
    ("provider", "endpoint"),
    [
        ("groq", "http://api.groq.com/openai"),
        ("groq", "https://api.groq.com:8443/openai"),
        ("groq", "https://api.groq.com.evil.example/openai"),
        ("groq", "https://evil.example/api.groq.com"),
        ("groq", "https://openrouter.ai/api"),
        ("groq", "http://127.0.0.1:9"),
        ("vllm", "https://gpu.example"),
        ("openai-compatible", "https://gpu.example"),
        ("ollama", "https://gpu.example"),
        ("", "https://api.groq.com/openai"),
    ],
)
def test_the_key_goes_nowhere_else(provider: str, endpoint: str) -> None:
    sent = asked(endpoint, provider=provider, key="very-secret")
    assert sent
    assert "very-secret" not in str(sent)


def test_a_wrong_path_of_a_service_is_not_asked() -> None:
    sent = asked("https://generativelanguage.googleapis.com/v1beta")
    assert [url.partition("?")[0] for url, _ in sent] == [
        "https://generativelanguage.googleapis.com/v1beta/models"
    ]


@pytest.mark.parametrize("endpoint", ["", "nonsense", "ftp://api.groq.com", "http://localhost"])
def test_what_is_no_public_service_is_none(endpoint: str) -> None:
    assert service_at(endpoint) == ""


@pytest.mark.outside
@pytest.mark.parametrize("name", ["lm-studio", "vllm"])
def test_a_server_is_recognised_without_its_name(name: str) -> None:
    rows = LISTS[name].body["data"]
    named = {"data": [{**row, "owned_by": OWNERS[name]} for row in rows]}
    odd = DoublesReply(200, b'{"error": "Unexpected endpoint or method. (GET)"}')
    with OpenAIServer(LISTS[name], more={"/v1/models": named}, unknown=odd) as double:
        reading = probe(Http(), double.url, Deadline(5), expected=False)
    assert isinstance(reading, Known)
    assert reading.value.provider == name


OWNERS = {"lm-studio": "organization_owner", "vllm": "vllm"}


@pytest.mark.outside
def test_the_real_engine_is_recognised_without_its_name(engine: Engine) -> None:
    reading = probe(Http(), engine.url, Deadline(10), expected=False)
    assert isinstance(reading, Known)
    assert reading.value.provider == "llama-cpp"
