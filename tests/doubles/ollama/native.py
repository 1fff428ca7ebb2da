"""Ollama's own chat: `/api/chat`, `/api/generate` and `/api/embed`."""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Iterator, Mapping
from typing import Any

from tests.doubles.ollama.prompt import Counter
from tests.doubles.ollama.reply import (
    DIED,
    NDJSON,
    Refusal,
    Reply,
    RunnerDiedError,
    go_json,
    line,
)
from tests.doubles.ollama.state import State
from tests.doubles.ollama.turn import Asked, Turn, take_turn

NO_EMBEDDINGS = "This server does not support embeddings. Start it with `--embeddings`"
SECOND = 1_000_000_000


def now() -> str:
    """The time as Go writes it."""
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f123Z")


def chat(state: State, count: Counter, body: Mapping[str, Any]) -> Reply:
    """Answer `/api/chat`; without messages it only loads or unloads."""
    if not body.get("messages"):
        return _load_only(state, body, {"message": {"role": "assistant", "content": ""}})
    turn = take_turn(state, count, _asked(body, body["messages"]))
    if body.get("stream") is False:
        return _whole(turn, body["model"], {"message": _message(turn)})
    return Reply(200, _stream(turn, body["model"]), NDJSON)


def generate(state: State, count: Counter, body: Mapping[str, Any]) -> Reply:
    """Answer `/api/generate`; without a prompt it only loads or unloads."""
    if not body.get("prompt"):
        return _load_only(state, body, {"response": ""})
    messages = [{"role": "user", "content": body["prompt"]}]
    if body.get("system"):
        messages.insert(0, {"role": "system", "content": body["system"]})
    turn = take_turn(state, count, _asked(body, messages))
    if body.get("stream") is False:
        return _whole(turn, body["model"], {"response": turn.said.text, "context": [1, 2, 3]})
    return Reply(200, _stream(turn, body["model"], generate=True), NDJSON)


def embed(state: State, body: Mapping[str, Any]) -> Reply:
    """Answer `/api/embed` as a chat model does: not at all."""
    state.find(str(body["model"]))
    raise Refusal(501, NO_EMBEDDINGS)


def _asked(body: Mapping[str, Any], messages: Any) -> Asked:
    options = body.get("options") or {}
    return Asked(
        model=str(body["model"]),
        messages=messages,
        tools=body.get("tools") or (),
        limit=options.get("num_predict"),
        think=body.get("think"),
        options=options,
        keep_alive=body.get("keep_alive"),
        truncate=body.get("truncate") is not False,
        shift=body.get("shift") is not False,
        format=body.get("format") or None,
    )


def _load_only(state: State, body: Mapping[str, Any], empty: Mapping[str, Any]) -> Reply:
    model = state.find(str(body["model"]))
    keep = body.get("keep_alive")
    unload = keep in (0, "0", "0s")
    if unload:
        state.unload(model)
    else:
        state.load(model, body.get("options"), keep, shift=body.get("shift") is not False)
    reason = "unload" if unload else "load"
    head = {"model": body["model"], "created_at": now()}
    return Reply(200, go_json({**head, **empty, "done": True, "done_reason": reason}))


def _counts(turn: Turn) -> dict[str, Any]:
    load = int(turn.load_seconds * SECOND) + 1_000_000
    counts = {
        "total_duration": load + 200_000_000,
        "load_duration": load,
        "prompt_eval_count": turn.prompt_tokens,
        "prompt_eval_duration": 50_000_000,
        "eval_count": turn.said.tokens,
        "eval_duration": 100_000_000,
    }
    return {"done": True, "done_reason": turn.said.stopped, **counts}


def _message(turn: Turn) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": turn.said.text}
    if turn.said.thinking:
        message["thinking"] = turn.said.thought
    return message | _calls(turn)


def _calls(turn: Turn) -> dict[str, Any]:
    if not turn.said.tool:
        return {}
    function = {"index": 0, "name": turn.said.tool, "arguments": turn.said.arguments}
    return {"tool_calls": [{"id": call_id(turn), "function": function}]}


def call_id(turn: Turn) -> str:
    """Make an id for a tool call, in the manner of the model's route."""
    if turn.model.route == "native":
        return secrets.token_urlsafe(24)[:32]
    return f"call_{secrets.token_hex(4)}"


def _whole(turn: Turn, name: str, content: Mapping[str, Any]) -> Reply:
    try:
        turn.finish()
    except RunnerDiedError:
        raise Refusal(500, DIED) from None
    return Reply(200, go_json({"model": name, "created_at": now(), **content, **_counts(turn)}))


def _stream(turn: Turn, name: str, *, generate: bool = False) -> Iterator[bytes]:
    def row(thinking: str, text: str, more: Mapping[str, Any]) -> bytes:
        head = {"model": name, "created_at": now()}
        if generate:
            return line({**head, "response": text, **more})
        message: dict[str, Any] = {"role": "assistant", "content": text}
        if thinking:
            message["thinking"] = thinking
        return line({**head, "message": message, **more})

    try:
        for thinking, text in turn.pieces():
            yield row(thinking, text, {"done": False})
    except RunnerDiedError:
        yield line({"error": DIED})
        return
    if turn.said.tool:
        message = {"role": "assistant", "content": "", **_calls(turn)}
        yield line({"model": name, "created_at": now(), "message": message, "done": False})
    yield row("", "", _counts(turn))
