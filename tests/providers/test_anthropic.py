"""Anthropic's list: documented, not captured."""

from factory_byok.providers import anthropic
from tests.providers.lists import read, told


def test_the_list_tells_window_and_output_limit() -> None:
    model = read(anthropic, "anthropic").model("claude-sonnet-4-5-20250929")
    assert told(model) == (200_000, 64_000, None)


def test_every_question_names_the_version_and_the_key_has_its_own_header() -> None:
    assert anthropic.headers("") == {"anthropic-version": "2023-06-01"}
    assert anthropic.headers("k")["x-api-key"] == "k"
    assert not anthropic.BASE_URL.endswith("/v1")
