"""What a model did with its tool."""

import pytest

from factory_byok.exercises.conversation import Answer, Call
from factory_byok.exercises.tool_calls import WORDS, judge
from tests.exercises.bench import WEATHER


@pytest.mark.parametrize(
    ("arguments", "verdict"),
    [
        ('{"city": "Paris"}', "call"),
        ('{"city": "Par', "bad_arguments"),
        ("", "wrong_arguments"),
        ('{"town": "Paris"}', "wrong_arguments"),
        ('{"city": 3}', "wrong_arguments"),
        ('"Paris"', "wrong_arguments"),
        ("[]", "wrong_arguments"),
        ("null", "wrong_arguments"),
    ],
)
def test_a_call_is_held_against_the_schema(arguments: str, verdict: str) -> None:
    assert judge(Answer(calls=(Call("1", "get_weather", arguments),)), (WEATHER,)) == verdict


def test_a_tool_that_does_not_exist_is_a_wrong_name() -> None:
    assert judge(Answer(calls=(Call("1", "weather", "{}"),)), (WEATHER,)) == "wrong_name"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("It is sunny in Paris.", "prose"),
        ('{"name": "get_weather", "arguments": {"city": "Paris"}}', "json_text"),
        (
            'Sure:\n```json\n{"name": "get_weather", "parameters": {"city": "Paris"}}\n```',
            "json_text",
        ),
        ('[{"function": {"name": "get_weather"}}]', "json_text"),
        ('{"city": "Paris"}', "json_text"),
        ('{"weather": "sunny"}', "prose"),
        ('<tool_call>\n{"name": "get_weather"}\n</tool_call>', "tag_text"),
        ("[TOOL_CALLS] get_weather", "tag_text"),
        ("<function=get_weather><parameter=city>Paris</parameter></function>", "function_text"),
        ("", "nothing"),
    ],
)
def test_a_call_that_is_only_text_is_told_from_prose(text: str, verdict: str) -> None:
    assert judge(Answer(text=text, finish="stop"), (WEATHER,)) == verdict


def test_a_model_that_only_thought_until_its_tokens_were_used_up_was_cut_short() -> None:
    assert judge(Answer(reasoning="Let me see", finish="length"), (WEATHER,)) == "cut_short"


def test_every_verdict_has_words() -> None:
    assert all(words and not words.endswith(".") for words in WORDS.values())
