"""The public services: each row of the table, and what each documented list tells."""

import pytest

from factory_byok.droid.field_names import DIALECTS
from factory_byok.providers import PROVIDERS
from factory_byok.providers.hosted import (
    RETIRED,
    SERVICES,
    anthropic_headers,
    google_headers,
    service_of,
)
from factory_byok.providers.provider import Provider, bearer
from tests.doubles.services import LISTS
from tests.providers.lists import read, told

GPT_OSS = "openai/gpt-oss-120b"  # at Hugging Face, which passes it on to several services

# Service, model, and what its list tells: window, output limit, tools (None: not told).
TOLD = [
    ("anthropic", "claude-sonnet-4-5-20250929", 200_000, 64_000, None),
    ("baseten", "Qwen/Qwen3-Coder-480B-A35B-Instruct", 262_144, 262_144, True),
    ("deepinfra", "zai-org/GLM-4.7", 202_752, 16_384, None),
    ("deepinfra", "some/model-70b", None, None, None),  # its metadata is null
    ("fireworks", "accounts/fireworks/models/glm-4p5", 131_072, None, True),
    ("google-gemini", "gemini-2.5-pro", 1_048_576, 65_536, None),
    ("groq", "moonshotai/kimi-k2-instruct-0905", 262_144, 16_384, None),
    ("huggingface", f"{GPT_OSS}:fireworks-ai", 131_072, None, True),
    ("huggingface", f"{GPT_OSS}:tiny", 8_192, None, False),
    ("huggingface", f"{GPT_OSS}:silent", None, None, None),
    ("huggingface", GPT_OSS, 8_192, None, None),  # the smallest: the router chooses
    ("huggingface", f"{GPT_OSS}:fastest", 8_192, None, None),  # a policy is no service
    ("ollama-cloud", "qwen3-coder:480b", None, None, None),
    ("openai", "gpt-5-codex", None, None, None),
    ("openrouter", "openai/gpt-oss-20b", 131_072, 32_768, True),
    ("openrouter", "openai/gpt-oss-20b:nitro", 131_072, 32_768, True),  # a routing word
    ("openrouter", "some/small-model-70b", 16_384, None, False),
]


@pytest.mark.parametrize(("service", "model", "window", "output", "tools"), TOLD)
def test_a_list_tells_window_output_limit_and_tools(
    service: str, model: str, window: int | None, output: int | None, tools: bool | None
) -> None:
    assert told(read(service).model(model)) == (window, output, tools)


@pytest.mark.parametrize(
    ("service", "model"),
    [
        ("huggingface", f"{GPT_OSS}:broken"),  # that service fails now
        ("openrouter", "openai/gpt-oss-20b:nonsense"),
        ("google-gemini", "text-embedding-004"),  # it cannot chat
    ],
)
def test_what_cannot_be_used_is_not_in_a_list(service: str, model: str) -> None:
    assert read(service).model(model) is None


def test_every_service_has_a_row_that_tells() -> None:
    assert {row[0] for row in TOLD} == {service.name for service in SERVICES}


@pytest.mark.parametrize("service", SERVICES, ids=lambda each: str(each.name))
def test_every_service_says_what_an_entry_needs(service: Provider) -> None:
    assert PROVIDERS[service.name] is service
    assert service.name in LISTS
    assert service.hosted
    assert not service.key
    assert service.fixed
    assert service.base_url.startswith("https://")
    assert service.dialect in DIALECTS
    assert service.examples
    assert all(model and output > 0 for model, output in service.examples)


def test_a_service_is_known_by_its_host_also_by_one_that_it_has_given_up() -> None:
    for service in SERVICES:
        assert service_of(service.base_url.split("/")[2]) is service
    for old, new in RETIRED.items():
        assert service_of(old) is service_of(new) is not None
    assert service_of("localhost") is None


def test_each_service_gets_its_key_in_its_own_header() -> None:
    assert google_headers("k") == {"x-goog-api-key": "k"}
    assert anthropic_headers("k") == {"anthropic-version": "2023-06-01", "x-api-key": "k"}
    assert "x-api-key" not in anthropic_headers("")
    own = {"google-gemini": google_headers, "anthropic": anthropic_headers}
    for service in SERVICES:
        assert service.listings[0].headers is own.get(service.name, bearer)
