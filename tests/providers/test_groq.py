"""Groq's list: documented, not captured."""

from factory_byok.providers import groq
from tests.providers.lists import read, told


def test_the_list_tells_window_and_output_limit() -> None:
    model = read(groq, "groq").model("moonshotai/kimi-k2-instruct-0905")
    assert told(model) == (262_144, 16_384, None)
