"""What servers say, and the cause that their words name; sentences from public threads."""

import json

import pytest

from factory_byok.exercises.causes import CAUSES, cause_of, number_of
from factory_byok.exercises.refusal import limit_a_minute, message, refused

SENTENCES = [
    ("Failed to call a function. See 'failed_generation' for more details", "call_not_parsed"),
    ("The API deployment for this resource does not exist", "model_unknown"),
    ("could not find real modelID for qwen", "model_unknown"),
    ('Post "https://ollama.com:443/v1": dial tcp: lookup ollama.com: refused', "unreached"),
    ("ollama cloud is disabled: remote model is unavailable", "cloud_off"),
    ("Repository Not Found for url: https://huggingface.co/api/models/x", "model_unknown"),
    ("this model requires a subscription, upgrade for access", "model_forbidden"),
    ("Your organization must be verified to use the model `o3`", "model_forbidden"),
    ("Budget has been exceeded! Current cost: 10.2, Max budget: 10.0", "credit"),
    ("API key not valid. Please pass a valid API key", "unauthorized"),
    (
        "No endpoints found that support tool use. To learn more visit openrouter.ai",
        "no_capability",
    ),
    ("registry.ollama.ai/library/gemma3:27b does not support tools", "no_capability"),
    ("`tool calling` is not supported with this model", "no_capability"),
    ("No endpoints found matching your data policy (Paid model training)", "data_policy"),
    ("This request requires more credits, or fewer max_tokens", "credit"),
    ("Insufficient Balance", "credit"),
    ("You exceeded your current quota, please check your plan and billing details.", "credit"),
    ("x-ai/grok-9 is not a valid model ID", "model_unknown"),
    ("The model `gpt-9` does not exist or you do not have access to it.", "model_unknown"),
    ("The requested model 'x' is not supported by any provider you have enabled.", "provider_off"),
    ('"llama3.1:8b" does not support thinking', "thinking"),
    ("Unsupported parameter: 'reasoning.effort' is not supported with this model.", "thinking"),
    ("Conversation roles must alternate user/assistant/user/assistant/...", "roles"),
    ("tools param requires --jinja flag", "needs_jinja"),
    (
        '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
        "needs_tool_parser",
    ),
    (
        "Rate limit reached for model `m` on tokens per minute (TPM): Limit 6000, Used 0",
        "tokens_a_minute",
    ),
    ("max_tokens must be less than or equal to `16384`", "output_limit"),
    ("max_tokens is too large: 128000. This model supports at most 16384", "output_limit"),
    ("`max_tokens` must be greater than `thinking.budget_tokens`", "budget"),
    ("No models loaded. Please load a model in the developer page", "not_loaded"),
    ("error parsing tool call: raw='{\"a\"', err=unexpected end of JSON input", "call_not_parsed"),
    ("model requires more system memory (20 GiB) than is available (9 GiB)", "memory"),
    ("llama runner process has terminated: exit status 2", "died"),
    ("Function call is missing a thought_signature in functionCall parts", "signature_missing"),
    ("you must be signed in to use cloud models: https://ollama.com/connect?name=h", "sign_in"),
    ("Unrecognized request argument supplied: stream_options", "field_refused"),
    ("failed to parse grammar", "schema_refused"),
]


@pytest.mark.parametrize(("said", "kind"), SENTENCES)
def test_a_known_sentence_names_its_cause(said: str, kind: str) -> None:
    cause = cause_of(said)
    assert cause is not None
    assert cause.kind == kind


@pytest.mark.parametrize("said", ["", "Internal Server Error", "upstream connect error", "boom"])
def test_other_words_name_none(said: str) -> None:
    assert cause_of(said) is None


@pytest.mark.parametrize(
    ("kind", "said", "number"),
    [
        ("output_limit", "max_tokens must be less than or equal to `16384`", 16_384),
        ("output_limit", "max_tokens too large: 32000. at most 8,192 completion tokens", 8_192),
        ("output_limit", "the valid range of max_tokens is [1, 8192]", 8_192),
        ("output_limit", "max_tokens is not allowed", 0),
        ("credit", "requested up to 32000 tokens, but can only afford 2666", 2_666),
        ("tokens_a_minute", "tokens per minute (TPM): Limit 8000, Requested 8848", 8_000),
    ],
)
def test_the_number_that_is_allowed_is_read(kind: str, said: str, number: int) -> None:
    assert number_of(kind, said) == number


def test_every_meaning_is_a_sentence_without_a_period() -> None:
    assert all(cause.meaning and cause.meaning[-1] != "." for cause in CAUSES)


def test_words_decide_before_the_status() -> None:
    body = json.dumps({"error": {"message": "No endpoints found matching your data policy"}})
    fault = refused(404, body, {})
    assert fault.kind == "data_policy"
    assert "(HTTP 404)" in fault.words
    assert refused(404, "{}", {}).kind == "not_found"


def test_an_error_in_an_array_is_read_like_its_object() -> None:
    body = json.dumps(
        [{"error": {"code": 400, "message": "Please use a valid role: user, model."}}]
    )
    assert message(body) == "Please use a valid role: user, model"


def test_a_limit_of_the_account_is_read_from_a_header() -> None:
    assert limit_a_minute({"x-ratelimit-limit-tokens": "6000"}) == 6_000
    assert limit_a_minute({}) == 0
