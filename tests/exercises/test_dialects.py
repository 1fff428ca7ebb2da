"""How an entry becomes a request; held against what droid 0.225.2 was seen to send."""

import json

import pytest

from factory_byok.core.facts import Json
from factory_byok.exercises import chat_completions, messages, responses
from factory_byok.exercises.conversation import Ask, Call, Parts, Turn
from factory_byok.exercises.dialects import body_of, headers_of, sendable, url_of
from factory_byok.exercises.droid_request import TOOLS, small, whole
from tests.exercises.bench import DIALECTS, GENERIC, SECRET, an_aim


@pytest.mark.parametrize(
    ("base", "dialect", "url"),
    [
        ("http://h/v1", GENERIC, "http://h/v1/chat/completions"),
        ("http://h/v1/", GENERIC, "http://h/v1/chat/completions"),
        ("http://h/v1//", GENERIC, "http://h/v1//chat/completions"),
        ("http://h", GENERIC, "http://h/chat/completions"),
        ("http://h/v1/", "openai", "http://h/v1/responses"),
        ("http://h", "anthropic", "http://h/v1/messages"),
        ("http://h/v1", "anthropic", "http://h/v1/v1/messages"),
    ],
)
def test_one_trailing_slash_goes_and_the_path_of_the_dialect_comes(
    base: str, dialect: str, url: str
) -> None:
    assert url_of(an_aim("", base_url=base, dialect=dialect)) == url


def test_an_entry_without_a_key_sends_no_authorization() -> None:
    for dialect in ("openai", GENERIC):
        assert headers_of(an_aim("http://h", key="", dialect=dialect)) == {}


def test_anthropic_sends_the_key_in_its_own_header_unless_the_entry_says_bearer() -> None:
    aim = an_aim("http://h", dialect="anthropic")
    assert headers_of(aim)["X-Api-Key"] == SECRET
    bearer = headers_of(an_aim("http://h", dialect="anthropic", bearer=True))
    assert bearer["Authorization"] == f"Bearer {SECRET}"
    assert "X-Api-Key" not in bearer


def test_extra_headers_win_whatever_their_case() -> None:
    aim = an_aim("http://h", headers={"authorization": "Basic abc", "X-Team": "9"})
    assert headers_of(aim) == {"authorization": "Basic abc", "X-Team": "9"}


def test_a_key_is_trimmed_and_one_with_a_line_break_inside_is_refused() -> None:
    assert headers_of(an_aim("http://h", key="abc\n"))["Authorization"] == "Bearer abc"
    assert not sendable(headers_of(an_aim("http://h", key="a\nb")))
    assert not sendable(headers_of(an_aim("http://h", key="schlüssel→")))


def test_the_generic_body_is_droids() -> None:
    body = body_of(an_aim("http://h", reasoning_effort="high"), small("Hi"))
    assert list(body) == [
        "messages", "model", "stream", "stream_options", "max_tokens", "temperature",
        "reasoning_effort",
    ]  # fmt: skip
    assert body["temperature"] == 1
    assert body["stream_options"] == {"include_usage": True}
    sent = body["messages"]
    assert isinstance(sent, list)
    roles = [each["role"] for each in sent if isinstance(each, dict)]
    assert roles == ["system", "user", "user"]
    assert isinstance(sent[1], dict)
    assert isinstance(sent[1]["content"], list)


def test_extra_args_are_merged_last() -> None:
    aim = an_aim("http://h", extra_args={"temperature": 0, "num_ctx": 9})
    body = body_of(aim, small("Hi"))
    assert (body["temperature"], body["num_ctx"]) == (0, 9)


def test_a_thinking_budget_is_sent_as_droid_sends_it() -> None:
    body = body_of(an_aim("http://h", thinking=500), small("Hi"))
    assert body["thinking"] == {"type": "enabled", "budget_tokens": 500}
    assert body["reasoning_effort"] == "high"


@pytest.mark.parametrize(
    ("model", "given", "limit"),
    [
        ("qwen3-coder:30b", None, 32_000),
        ("qwen3-coder:30b", 4_000, 4_000),
        ("glm-4.7", None, 25_344),
        ("openai/gpt-5.2", None, 128_000),
        ("gpt-5.1(high)", None, 32_768),
        ("gpt-5.1(high)", 4_000, 4_000),
        ("gpt-oss:20b", None, 32_000),
    ],
)
def test_the_output_limit_is_the_entrys_own_else_that_of_a_name_droid_knows(
    model: str, given: int | None, limit: int
) -> None:
    aim = an_aim("http://h", model=model, max_output=given)
    assert body_of(aim, small("Hi"))["max_tokens"] == limit


@pytest.mark.parametrize(("effort", "sent"), [("", False), ("none", False), ("low", True)])
def test_any_effort_but_none_is_sent_as_high(effort: str, sent: bool) -> None:
    aim = an_aim("http://h", reasoning_effort=effort)
    assert body_of(aim, small("Hi")).get("reasoning_effort") == ("high" if sent else None)


def test_a_call_goes_back_with_null_content_and_with_what_gemini_gave() -> None:
    extra: Json = {"google": {"thought_signature": "abc"}}
    turn = Turn("assistant", calls=(Call("call_1", "LS", "{}", extra),))
    sent = body_of(an_aim("http://h"), Ask((Turn("user", "Go"), turn)))["messages"]
    assert isinstance(sent, list)
    assert isinstance(sent[-1], dict)
    assert sent[-1]["content"] is None
    assert '"extra_content": {"google": {"thought_signature": "abc"}}' in json.dumps(sent[-1])


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_whole_first_request_has_droids_size(dialect: str) -> None:
    body = json.dumps(body_of(an_aim("http://h", dialect=dialect), whole("Say hello.")))
    assert 34_000 < len(body) < 35_500


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_tools_result_is_the_last_message(dialect: str) -> None:
    call = Call("call_1", "LS", '{"directory_path": "/srv"}')
    turns = (
        Turn("user", "Go"),
        Turn("assistant", calls=(call,)),
        Turn("tool", "18 C", call_id="call_1"),
    )
    body = body_of(an_aim("http://h", dialect=dialect), Ask(turns, "Be brief.", TOOLS))
    sent = body.get("messages") or body["input"]
    assert isinstance(sent, list)
    assert "18 C" in str(sent[-1])
    assert "call_1" in str(sent[-1])


@pytest.mark.parametrize(
    "value",
    [None, [], {}, 3, "x", {"choices": [None]}, {"output": [3]}, {"content": [[]]}, {"choices": {}},
     {"choices": [{"delta": 3}]}, {"type": 3, "delta": []}, {"choices": [{"message": {}}]}],
)  # fmt: skip
def test_a_reply_of_any_shape_is_read_without_a_crash(value: Json) -> None:
    for each in (chat_completions, responses, messages):
        each.parse(value)
        each.feed(Parts(), value)


def test_anthropics_last_usage_counts_and_cached_tokens_belong_to_the_prompt() -> None:
    parts = Parts()
    start: Json = {"usage": {"input_tokens": 2, "output_tokens": 0}}
    messages.feed(parts, {"type": "message_start", "message": start})
    usage: Json = {"input_tokens": 12, "cache_read_input_tokens": 100, "output_tokens": 8}
    messages.feed(parts, {"type": "message_delta", "delta": {}, "usage": usage})
    assert (parts.prompt_tokens, parts.completion_tokens) == (112, 8)
