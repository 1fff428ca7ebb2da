"""The Anthropic dialect: `/v1/messages`."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.doubles.ollama.native import call_id
from tests.doubles.ollama.openai import finish_or_refuse, plain
from tests.doubles.ollama.prompt import Counter
from tests.doubles.ollama.reply import (
    EVENTS,
    KINDS,
    PLAIN_JSON,
    Refusal,
    Reply,
    RunnerDiedError,
    event,
    go_json,
)
from tests.doubles.ollama.script import content_text
from tests.doubles.ollama.state import State
from tests.doubles.ollama.turn import Asked, Turn, take_turn


def error(refusal: Refusal) -> Reply:
    """An error in this dialect."""
    inner = {"type": KINDS.get(refusal.status, "api_error"), "message": refusal.message}
    body = {"type": "error", "error": inner, "request_id": f"req_{secrets.token_hex(12)}"}
    return Reply(refusal.status, go_json(body, end="\n"), PLAIN_JSON)


def answer(state: State, count: Counter, body: Mapping[str, Any]) -> Reply:
    """Answer `/v1/messages`."""
    if not body.get("messages"):
        raise Refusal(400, "messages is required")
    if not body.get("max_tokens") or body["max_tokens"] < 1:
        raise Refusal(400, "max_tokens is required and must be positive")
    asked = Asked(
        model=str(body["model"]),
        messages=_messages(body),
        tools=body.get("tools") or (),
        limit=body["max_tokens"],
    )
    turn = take_turn(state, count, asked)
    if body.get("stream"):
        return Reply(200, _stream(turn, str(body["model"])), EVENTS, {"Cache-Control": "no-cache"})
    finish_or_refuse(turn)
    usage = {"input_tokens": turn.prompt_tokens, "output_tokens": turn.said.tokens}
    rest = {"content": _content(turn), "stop_reason": _stopped(turn), "usage": usage}
    return plain({**_head(str(body["model"])), **rest})


def _head(name: str) -> dict[str, Any]:
    made = f"msg_{secrets.token_hex(12)}"
    return {"id": made, "type": "message", "role": "assistant", "model": name}


def _messages(body: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Turn system text and tool results into Ollama's own messages."""
    messages: list[Mapping[str, Any]] = []
    if body.get("system"):
        messages.append({"role": "system", "content": body["system"]})
    for message in body["messages"]:
        content = message.get("content")
        parts = content if isinstance(content, list) else []
        results = [part for part in parts if part.get("type") == "tool_result"]
        if results:
            messages.append({"role": "tool", "content": content_text(results[0])})
        else:
            messages.append(message)
    return messages


def _content(turn: Turn) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = []
    if turn.said.thinking:
        parts.append({"type": "thinking", "thinking": turn.said.thought})
    if turn.said.pieces:
        parts.append({"type": "text", "text": turn.said.text})
    if turn.said.tool:
        parts.append({"type": "tool_use", **_call(turn), "input": turn.said.arguments})
    return parts


def _call(turn: Turn) -> dict[str, Any]:
    return {"id": call_id(turn), "name": turn.said.tool}


def _stopped(turn: Turn) -> str:
    if turn.said.tool:
        return "tool_use"
    return "max_tokens" if turn.said.stopped == "length" else "end_turn"


def _stream(turn: Turn, name: str) -> Iterator[bytes]:
    def send(kind: str, **fields: Any) -> bytes:
        return event({"type": kind, **fields}, kind)

    # The real server guesses the input tokens here and corrects them at the end.
    usage = {"input_tokens": max(1, turn.prompt_tokens // 5), "output_tokens": 0}
    yield send("message_start", message={**_head(name), "content": [], "usage": usage})
    block = {"type": "tool_use", **_call(turn), "input": {}} if turn.said.tool else _TEXT
    yield send("content_block_start", index=0, content_block=block)
    try:
        for _, text in turn.pieces():
            delta = {"type": "text_delta", "text": text}
            yield send("content_block_delta", index=0, delta=delta)
    except RunnerDiedError:
        return
    if turn.said.tool:
        change = {"type": "input_json_delta", "partial_json": go_json(turn.said.arguments).decode()}
        yield send("content_block_delta", index=0, delta=change)
    yield send("content_block_stop", index=0)
    counts = {"input_tokens": turn.prompt_tokens, "output_tokens": turn.said.tokens}
    yield send("message_delta", delta={"stop_reason": _stopped(turn)}, usage=counts)
    yield send("message_stop")


_TEXT = {"type": "text", "text": ""}
