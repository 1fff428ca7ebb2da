"""The dialect `generic-chat-completion-api`: POST {base}/chat/completions."""

import json
from collections.abc import Mapping
from typing import Final

from factory_byok.core.facts import Json
from factory_byok.core.json_fields import as_object, count, text
from factory_byok.droid.settings.target import Target
from factory_byok.exercises.conversation import Answer, Ask, Call, Parts, Turn, rows
from factory_byok.exercises.thinking import EFFORT, output_limit, thinks

PATH: Final = "/chat/completions"
NAMED: Final[tuple[str, ...]] = ()


def headers(target: Target) -> dict[str, str]:
    """Bearer authentication; none at all without a key (droid 0.225.2)."""
    return {"Authorization": f"Bearer {target.key}"} if target.key else {}


def body(target: Target, ask: Ask) -> dict[str, Json]:
    """What droid 0.225.2 sends, measured: temperature 1, usage asked for when it streams."""
    messages: list[Json] = [{"role": "system", "content": ask.system}] if ask.system else []
    messages += [_message(turn) for turn in ask.turns]
    sent: dict[str, Json] = {"messages": messages, "model": target.model}
    if ask.tools:
        sent["tools"] = [
            {
                "type": "function",
                "function": {
                    "name": tool.name,
                    "description": tool.description,
                    "parameters": tool.schema,
                },
            }
            for tool in ask.tools
        ]
    if ask.stream:
        sent |= {"stream": True, "stream_options": {"include_usage": True}}
    sent |= {"max_tokens": output_limit(target, ask), "temperature": 1}
    if thinks(target):
        sent["reasoning_effort"] = EFFORT
    if target.thinking is not None:
        sent["thinking"] = {"type": "enabled", "budget_tokens": target.thinking}
    return sent


def _message(turn: Turn) -> dict[str, Json]:
    """One message as droid writes it."""
    if turn.role == "tool":
        return {"role": "tool", "content": turn.text, "tool_call_id": turn.call_id}
    content: Json = turn.text or None
    if turn.parts:
        content = [{"type": "text", "text": part} for part in turn.parts]
    message: dict[str, Json] = {"role": turn.role, "content": content}
    if turn.calls:
        message["tool_calls"] = [_call(call) for call in turn.calls]
    if turn.thoughts:
        message["reasoning_content"] = turn.thoughts
    return message


def _call(call: Call) -> dict[str, Json]:
    """A call on its way back."""
    function: Json = {"name": call.name, "arguments": call.arguments}
    sent: dict[str, Json] = {"id": call.id, "type": "function", "function": function}
    return sent if call.extra is None else {**sent, "extra_content": call.extra}


def parse(value: Json) -> Answer | None:
    """A whole chat completion, which is read as one event; None when it is none."""
    whole = as_object(value)
    choices = rows(whole, "choices")
    if not choices or not isinstance(choices[0].get("message"), dict):
        return None
    parts = Parts()
    feed(parts, {**whole, "choices": [{**choices[0], "delta": choices[0]["message"]}]})
    return parts.answer()


def feed(parts: Parts, event: Json) -> None:
    """One `chat.completion.chunk`, an error event, or the chunk that holds only the usage."""
    whole = as_object(event)
    parts.misshapen = _no_list(whole, "choices")
    usage = as_object(whole, "usage")
    if usage:
        parts.prompt_tokens = count(usage, "prompt_tokens")
        parts.completion_tokens = count(usage, "completion_tokens")
    parts.abandoned = False
    for choice in rows(whole, "choices")[:1]:
        delta = as_object(choice, "delta")
        said, thought = text(delta, "content"), _thought(delta)
        finish = text(choice, "finish_reason")
        calls = rows(delta, "tool_calls")
        parts.misshapen = parts.misshapen or _no_list(delta, "tool_calls")
        # Ollama's killed runner: an empty delta of a model without a name (recordings 30-*/12).
        parts.abandoned = not (said or thought or calls or finish) and whole.get("model") == ""
        parts.text += [said] if said else []
        parts.reasoning += [thought] if thought else []
        parts.finish = finish or parts.finish
        for number, call in enumerate(calls):
            _add_call(parts, number, call)


def _add_call(parts: Parts, number: int, call: Mapping[str, Json]) -> None:
    """A call, or the next piece of one that began in an earlier event."""
    place = call.get("index")
    function = as_object(call, "function")
    parts.misshapen = parts.misshapen or _no_text(call, "id") or _no_text(function, "name")
    where = str(place if isinstance(place, int) else number)
    if call.get("extra_content") is not None:
        parts.extras[where] = call["extra_content"]
    parts.call(
        where,
        identity=text(call, "id"),
        name=text(function, "name"),
        more=_arguments(function.get("arguments")),
    )


def _no_list(whole: Mapping[str, Json], key: str) -> str:
    """The key, when JavaScript cannot iterate over what stands there."""
    value = whole.get(key)
    return "" if value is None or isinstance(value, list | str) else key


def _no_text(whole: Mapping[str, Json], key: str) -> str:
    """The key, when something else than a text stands there."""
    value = whole.get(key)
    return "" if value is None or isinstance(value, str) else key


def _thought(message: Mapping[str, Json]) -> str:
    """The reasoning under either of its names (Ollama and OpenRouter, or DeepSeek and vLLM)."""
    return text(message, "reasoning") or text(message, "reasoning_content")


def _arguments(value: Json) -> str:
    """Arguments as text; some servers send the object itself."""
    if isinstance(value, str):
        return value
    return json.dumps(value) if isinstance(value, dict | list) else ""
