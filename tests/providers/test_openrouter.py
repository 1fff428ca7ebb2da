"""OpenRouter's list: documented, not captured."""

from factory_byok.providers import openrouter
from tests.providers.lists import read, told


def test_the_list_tells_window_output_limit_and_tools() -> None:
    server = read(openrouter, "openrouter")
    assert told(server.model("openai/gpt-oss-20b")) == (131_072, 32_768, True)
    assert told(server.model("some/small-model-70b")) == (16_384, None, False)


def test_a_routing_word_behind_a_name_is_not_another_model() -> None:
    server = read(openrouter, "openrouter")
    assert server.model("openai/gpt-oss-20b:nitro") == server.model("openai/gpt-oss-20b")
    assert server.model("openai/gpt-oss-20b:nonsense") is None
