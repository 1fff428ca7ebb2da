"""The real engine answers, calls a tool when taught to, and refuses what is too long."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.doubles.engine import Engine
from tests.doubles.ollama import Ollama

pytestmark = pytest.mark.outside

TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Get the current weather for a city",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string", "description": "City name"}},
            "required": ["city"],
        },
    },
}


def ask(url: str, text: str, **more: Any) -> httpx.Response:
    messages = [{"role": "user", "content": text}]
    body = {"model": "smollm2", "messages": messages, "max_tokens": 60, "temperature": 0, **more}
    return httpx.post(f"{url}/v1/chat/completions", json=body, timeout=180, trust_env=False)


def test_the_engine_answers_with_text_and_usage(engine: Engine) -> None:
    answer = ask(engine.url, "What is the capital of France?").json()
    assert answer["choices"][0]["message"]["content"].strip()
    assert answer["usage"]["prompt_tokens"] > 5


def test_the_models_own_template_ignores_tools(engine: Engine) -> None:
    choice = ask(engine.url, "What is the weather in Paris?", tools=[TOOL]).json()["choices"][0]
    assert not choice["message"].get("tool_calls")


def test_the_engine_refuses_a_prompt_longer_than_its_window(engine: Engine) -> None:
    answer = ask(engine.url, "word " * 3000)
    assert answer.status_code == 400
    assert answer.json()["error"]["n_ctx"] == engine.window


@pytest.mark.parametrize("city", ["Paris", "Tokyo"])
def test_the_few_shot_template_makes_the_model_call_the_tool(
    tools_engine: Engine, city: str
) -> None:
    choice = ask(tools_engine.url, f"Call get_weather for {city}.", tools=[TOOL]).json()
    message = choice["choices"][0]["message"]
    [call] = message["tool_calls"]
    assert call["function"]["name"] == "get_weather"
    assert json.loads(call["function"]["arguments"]) == {"city": city}


def test_a_tool_result_is_followed_by_text(tools_engine: Engine) -> None:
    function = {"name": "get_weather", "arguments": '{"city": "Paris"}'}
    messages = [
        {"role": "user", "content": "What is the weather in Paris?"},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "call_1", "type": "function", "function": function}],
        },
        {"role": "tool", "tool_call_id": "call_1", "content": "18 C, sunny"},
    ]
    choice = ask(tools_engine.url, "", tools=[TOOL], messages=messages).json()["choices"][0]
    assert choice["message"]["content"].strip() or choice["message"].get("tool_calls")


def test_the_double_hands_the_engines_stream_on(tools_engine: Engine) -> None:
    env = {"OLLAMA_CONTEXT_LENGTH": "4096"}
    with Ollama(["smollm2-tools", "smollm2"], env=env, engine=tools_engine.url) as double:
        more = {"stream": True, "stream_options": {"include_usage": True}}
        answer = ask(
            double.url, "Call get_weather for Oslo.", tools=[TOOL], model="smollm2-tools", **more
        )
        refused = ask(double.url, "hi", tools=[TOOL])
        missing = ask(double.url, "hi", model="nosuch:1b")
        loaded = httpx.get(f"{double.url}/api/ps", trust_env=False).json()["models"]
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text.rstrip().endswith("data: [DONE]")
    assert '"tool_calls"' in answer.text
    assert (refused.status_code, missing.status_code) == (400, 404)
    assert loaded[0]["context_length"] == 4096
