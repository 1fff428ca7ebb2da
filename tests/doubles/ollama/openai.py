"""The OpenAI dialect: `/v1/chat/completions`, `/v1/completions` and `/v1/models`."""

from __future__ import annotations

import datetime
import json
import random
import time
from collections.abc import Iterator, Mapping
from typing import Any

from tests.doubles.ollama.models import Model
from tests.doubles.ollama.native import NO_EMBEDDINGS, call_id
from tests.doubles.ollama.prompt import Counter
from tests.doubles.ollama.reply import (
    DIED,
    EVENTS,
    PLAIN_JSON,
    Refusal,
    Reply,
    RunnerDiedError,
    event,
    go_json,
)
from tests.doubles.ollama.state import State
from tests.doubles.ollama.turn import Asked, Turn, arguments_text, take_turn

EFFORTS = ("minimal", "low", "medium", "high", "xhigh", "ultra", "max", "none")
DONE = b"data: [DONE]\n\n"


def plain(value: Any) -> Reply:
    """A success as the compatibility layer writes it."""
    return Reply(200, go_json(value, end="\n"), PLAIN_JSON)


def models(state: State) -> Reply:
    """Answer `/v1/models`; `data` is null when there are none."""
    rows = sorted(state.models.values(), key=lambda m: m.modified_at, reverse=True)
    data = [_model(model, model.canonical) for model in rows]
    return plain({"object": "list", "data": data or None})


def one_model(state: State, name: str) -> Reply:
    """Answer `/v1/models/NAME`, repeating the name as it was asked for."""
    return plain(_model(state.find(name), name))


def _model(model: Model, name: str) -> dict[str, Any]:
    made = datetime.datetime.fromisoformat(model.modified_at)
    created = int(made.timestamp())
    return {"id": name, "object": "model", "created": created, "owned_by": "library"}


def checked(body: Mapping[str, Any]) -> None:
    """Refuse what the real server refuses before it looks at the model."""
    if not body.get("messages"):
        raise Refusal(400, "[] is too short - 'messages'", early=True)
    effort = _effort(body)
    if effort is not None and effort not in EFFORTS:
        known = ", ".join(f'"{word}"' for word in EFFORTS[:-1])
        message = f'invalid reasoning value: "{effort}" (must be {known}, or "none")'
        raise Refusal(400, message, early=True)
    for message in body["messages"]:
        for call in message.get("tool_calls") or ():
            _check_arguments(call)


def _check_arguments(call: Mapping[str, Any]) -> None:
    try:
        json.loads(call.get("function", {}).get("arguments", "{}"))
    except ValueError:
        raise Refusal(400, "invalid tool call arguments", early=True) from None


def _effort(body: Mapping[str, Any]) -> Any:
    reasoning = body.get("reasoning")
    inner = reasoning.get("effort") if isinstance(reasoning, Mapping) else None
    return inner or body.get("reasoning_effort")


def chat(state: State, count: Counter, body: Mapping[str, Any]) -> Reply:
    """Answer `/v1/chat/completions`."""
    effort = _effort(body)
    asked = Asked(
        model=str(body["model"]),
        messages=body["messages"],
        tools=body.get("tools") or (),
        limit=body.get("max_tokens"),
        think=None if effort is None else (effort if effort != "none" else False),
        format=body.get("response_format"),
    )
    turn = take_turn(state, count, asked)
    head = {"id": f"chatcmpl-{random.randrange(999)}", "model": body["model"]}
    if not body.get("stream"):
        return _whole(turn, head)
    usage = bool((body.get("stream_options") or {}).get("include_usage"))
    separate = state.version.separate_finish
    return Reply(200, _stream(turn, head, usage=usage, separate=separate), EVENTS)


def usage_of(turn: Turn) -> dict[str, int]:
    """The token counts as this dialect names them."""
    read, wrote = turn.prompt_tokens, turn.said.tokens
    return {"prompt_tokens": read, "completion_tokens": wrote, "total_tokens": read + wrote}


def _calls(turn: Turn) -> dict[str, Any]:
    if not turn.said.tool:
        return {}
    function = {"name": turn.said.tool, "arguments": arguments_text(turn.said)}
    call = {"id": call_id(turn), "index": 0, "type": "function", "function": function}
    return {"tool_calls": [call]}


def finished(turn: Turn) -> str:
    """The finish reason."""
    return "tool_calls" if turn.said.tool else turn.said.stopped


def _body(head: Mapping[str, Any], kind: str, choices: list[Any], **more: Any) -> dict[str, Any]:
    return {
        "id": head["id"],
        "object": kind,
        "created": int(time.time()),
        "model": head["model"],
        "system_fingerprint": "fp_ollama",
        "choices": choices,
        **more,
    }


def finish_or_refuse(turn: Turn) -> None:
    """Wait for the whole answer; 500 when the runner dies meanwhile."""
    try:
        turn.finish()
    except RunnerDiedError:
        raise Refusal(500, DIED) from None


def _whole(turn: Turn, head: Mapping[str, Any]) -> Reply:
    finish_or_refuse(turn)
    message: dict[str, Any] = {"role": "assistant", "content": turn.said.text}
    if turn.said.thinking:
        message["reasoning"] = turn.said.thought
    choice = {"index": 0, "message": message | _calls(turn), "finish_reason": finished(turn)}
    return plain(_body(head, "chat.completion", [choice], usage=usage_of(turn)))


def _stream(turn: Turn, head: Mapping[str, Any], *, usage: bool, separate: bool) -> Iterator[bytes]:
    def chunk(delta: Mapping[str, Any], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return event(_body(head, "chat.completion.chunk", [choice]))

    role = {"role": "assistant"}
    try:
        for thinking, text in turn.pieces():
            delta = {**role, "content": text}
            yield chunk({**delta, "reasoning": thinking} if thinking else delta)
            role = {}
    except RunnerDiedError:
        # The real server turns its error into an empty chunk and says no more.
        head = {**head, "model": ""}
        yield chunk({"content": ""})
        return
    if turn.said.tool:
        yield chunk({**role, "content": "", **_calls(turn)})
    yield chunk({} if separate else {"content": ""}, finished(turn))
    if usage:
        yield event(_body(head, "chat.completion.chunk", [], usage=usage_of(turn)))
    yield DONE


def complete(state: State, count: Counter, body: Mapping[str, Any]) -> Reply:
    """Answer `/v1/completions`, not streamed."""
    messages = [{"role": "user", "content": str(body.get("prompt", ""))}]
    turn = take_turn(
        state, count, Asked(str(body["model"]), messages, limit=body.get("max_tokens"))
    )
    finish_or_refuse(turn)
    choice = {"text": turn.said.text, "index": 0, "finish_reason": turn.said.stopped}
    head = {"id": f"cmpl-{random.randrange(999)}", "model": body["model"]}
    return plain(_body(head, "text_completion", [choice], usage=usage_of(turn)))


def embeddings(state: State, body: Mapping[str, Any]) -> Reply:
    """Answer `/v1/embeddings` as a chat model does: not at all."""
    state.find(str(body["model"]))
    raise Refusal(501, NO_EMBEDDINGS)
