"""OpenAI's list, which tells names alone: documented, not captured."""

from factory_byok.providers import openai
from tests.providers.lists import read, told


def test_the_list_tells_names_alone() -> None:
    assert told(read(openai, "openai").model("gpt-5-codex")) == (None, None, None)


def test_droid_asks_it_by_the_responses_api() -> None:
    assert openai.DIALECT == "openai"
