"""OpenAI's Responses dialect: `/v1/responses`."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.doubles.ollama.native import call_id
from tests.doubles.ollama.openai import finish_or_refuse, plain
from tests.doubles.ollama.prompt import Counter
from tests.doubles.ollama.reply import EVENTS, Refusal, Reply, RunnerDiedError, event
from tests.doubles.ollama.state import State
from tests.doubles.ollama.turn import Asked, Turn, arguments_text, take_turn

NOTHING = (
    "previous_response_id",
    "reasoning",
    "max_tool_calls",
    "safety_identifier",
    "prompt_cache_key",
    "incomplete_details",
    "error",
)


def answer(state: State, count: Counter, body: Mapping[str, Any]) -> Reply:
    """Answer `/v1/responses`."""
    messages = _messages(body)
    if not messages:
        raise Refusal(400, "input is required")
    asked = Asked(
        model=str(body["model"]),
        messages=messages,
        tools=body.get("tools") or (),
        limit=body.get("max_output_tokens"),
    )
    turn = take_turn(state, count, asked)
    made = f"resp_{random.randrange(10**6)}"
    if body.get("stream"):
        return Reply(200, _stream(turn, body, made), EVENTS, {"Cache-Control": "no-cache"})
    finish_or_refuse(turn)
    return plain(_completed(turn, body, made, f"msg_{random.randrange(10**6)}"))


def _messages(body: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Turn the input, a text or a list of items, into Ollama's own messages."""
    given = body.get("input")
    items = [{"role": "user", "content": given}] if isinstance(given, str) else list(given or ())
    messages: list[Mapping[str, Any]] = []
    if body.get("instructions"):
        messages.append({"role": "system", "content": body["instructions"]})
    for item in items:
        if item.get("type") == "function_call_output":
            messages.append({"role": "tool", "content": item.get("output", "")})
        elif item.get("role"):
            messages.append(item)
    return messages


def _response(body: Mapping[str, Any], made: str, status: str) -> dict[str, Any]:
    now = int(time.time())
    return {
        **dict.fromkeys(NOTHING),
        "id": made,
        "object": "response",
        "created_at": now,
        "completed_at": now if status == "completed" else None,
        "status": status,
        "model": body["model"],
        "instructions": body.get("instructions"),
        "output": [],
        "tools": [{**tool, "strict": tool.get("strict")} for tool in body.get("tools") or ()],
        "tool_choice": "auto",
        "truncation": "disabled",
        "parallel_tool_calls": True,
        "text": {"format": {"type": "text"}},
        "top_p": body.get("top_p", 1),
        "presence_penalty": 0,
        "frequency_penalty": 0,
        "top_logprobs": 0,
        "temperature": body.get("temperature", 1),
        "usage": None,
        "max_output_tokens": body.get("max_output_tokens"),
        "store": False,
        "background": False,
        "service_tier": "default",
        "metadata": {},
    }


def _completed(turn: Turn, body: Mapping[str, Any], made: str, item: str) -> dict[str, Any]:
    read, wrote = turn.prompt_tokens, turn.said.tokens
    usage = {
        "input_tokens": read,
        "output_tokens": wrote,
        "total_tokens": read + wrote,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens_details": {"reasoning_tokens": 0},
    }
    output = [_item(turn, made, item, "completed")]
    return {**_response(body, made, "completed"), "output": output, "usage": usage}


def _item(turn: Turn, made: str, item: str, status: str) -> dict[str, Any]:
    if turn.said.tool:
        return {
            "id": f"fc_{made}_0",
            "type": "function_call",
            "status": status,
            "call_id": call_id(turn),
            "name": turn.said.tool,
            "arguments": arguments_text(turn.said),
        }
    content = [_part(turn.said.text)] if status == "completed" else []
    rest = {"status": status, "role": "assistant", "content": content}
    return {"id": item, "type": "message", **rest}


def _part(text: str) -> dict[str, Any]:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def _stream(turn: Turn, body: Mapping[str, Any], made: str) -> Iterator[bytes]:
    """Send the events, numbered; a runner that dies just ends them."""
    try:
        for number, (kind, fields) in enumerate(_events(turn, body, made)):
            name = f"response.{kind}"
            yield event({**fields, "sequence_number": number, "type": name}, name)
    except RunnerDiedError:
        return


def _events(turn: Turn, body: Mapping[str, Any], made: str) -> Iterator[tuple[str, dict[str, Any]]]:
    item = f"msg_{random.randrange(10**6)}"
    begun = _response(body, made, "in_progress")
    yield "created", {"response": begun}
    yield "in_progress", {"response": begun}
    added = _item(turn, made, item, "in_progress")
    yield "output_item.added", {"output_index": 0, "item": added}
    if turn.said.tool:
        where = {"output_index": 0, "item_id": added["id"]}
        yield "function_call_arguments.delta", {**where, "delta": added["arguments"]}
        yield "function_call_arguments.done", {**where, "arguments": added["arguments"]}
    else:
        where = {"output_index": 0, "content_index": 0, "item_id": item}
        yield "content_part.added", {**where, "part": _part("")}
        for _, text in turn.pieces():
            yield "output_text.delta", {**where, "delta": text, "logprobs": []}
        yield "output_text.done", {**where, "text": turn.said.text, "logprobs": []}
        yield "content_part.done", {**where, "part": _part(turn.said.text)}
    done = _completed(turn, body, made, item)
    yield "output_item.done", {"output_index": 0, "item": done["output"][0]}
    yield "completed", {"response": done}
