"""The dialect `anthropic`: POST {base}/v1/messages (the Messages API)."""

import json
from collections.abc import Mapping
from typing import Final

from factory_byok.core.facts import Json
from factory_byok.core.json_fields import as_object, count, text
from factory_byok.droid.settings.target import Target
from factory_byok.exercises.conversation import Answer, Ask, Parts, Tool, Turn, rows
from factory_byok.exercises.thinking import output_limit, thinking

PATH: Final = "/v1/messages"
# Anthropic's client, in droid, passes over events without one of these names.
NAMED: Final = (
    "message_start", "message_delta", "message_stop", "content_block_start", "content_block_delta",
    "content_block_stop", "error",
)  # fmt: skip
SPLIT: Final = 48  # characters of the system text that stand in a block of their own
_FINISH: Final = {"end_turn": "stop", "max_tokens": "length", "tool_use": "tool_calls"}
# Both are counted apart by the API; together with `input_tokens` they are the prompt.
_CACHED: Final = ("cache_read_input_tokens", "cache_creation_input_tokens")


def headers(target: Target) -> dict[str, str]:
    """The API's version and the key in its own header, or as a bearer when the entry says so."""
    sent = {"anthropic-version": "2023-06-01"}
    if target.key and target.bearer:
        sent["Authorization"] = f"Bearer {target.key}"
    elif target.key:
        sent["X-Api-Key"] = target.key
    return sent


def body(target: Target, ask: Ask) -> dict[str, Json]:
    """What droid 0.225.2 sends, measured: no temperature, marks for the cache, two system texts."""
    most = output_limit(target, ask)
    turns = list(ask.turns)
    sent: dict[str, Json] = {
        "model": target.model,
        "max_tokens": most,
        "messages": [_message(turn, last=turn is turns[-1]) for turn in turns],
    }
    if ask.tools:
        sent["tools"] = [
            {
                "name": tool.name,
                "description": tool.description,
                "input_schema": _with_defaults(tool),
            }
            for tool in ask.tools
        ]
    if ask.system:
        first, rest = ask.system[:SPLIT], ask.system[SPLIT:] or "Be brief."
        cached: Json = {"type": "ephemeral", "ttl": "1h"}
        sent["system"] = [_text(first), {**_text(rest), "cache_control": cached}]
    sent |= thinking(target, most)
    if ask.stream:
        sent["stream"] = True
    return sent


def _with_defaults(tool: Tool) -> dict[str, Json]:
    """A tool's schema with the defaults that droid tells here alone."""
    properties = {
        name: {**as_object(schema), "default": tool.defaults[name]}
        if name in tool.defaults
        else schema
        for name, schema in as_object(tool.schema, "properties").items()
    }
    return {**tool.schema, "properties": properties}


def _text(text: str, *, cached: bool = False) -> dict[str, Json]:
    """A block of text, with droid's mark for the cache where it sets one."""
    block: dict[str, Json] = {"type": "text", "text": text}
    return {**block, "cache_control": {"type": "ephemeral"}} if cached else block


def _message(turn: Turn, *, last: bool) -> dict[str, Json]:
    """One message; a tool's result is a user's message in this dialect."""
    if turn.role == "tool":
        result: dict[str, Json] = {
            "type": "tool_result",
            "tool_use_id": turn.call_id,
            "content": turn.text,
        }
        return {"role": "user", "content": [{**result, "cache_control": {"type": "ephemeral"}}]}
    marked = (len(turn.parts) - 3, len(turn.parts) - 1)
    content: list[Json] = [*turn.kept]
    content += [_text(part, cached=number in marked) for number, part in enumerate(turn.parts)]
    content += [_text(turn.text, cached=last)] if turn.text else []
    content += [
        {"type": "tool_use", "id": call.id, "name": call.name, "input": _object(call.arguments)}
        for call in turn.calls
    ]
    return {"role": turn.role, "content": content}


def _object(arguments: str) -> Json:
    """Arguments as the object that this dialect wants; {} when they are none."""
    try:
        value = json.loads(arguments)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def parse(value: Json) -> Answer | None:
    """A whole message, which is read as its events; None when it is none."""
    whole = as_object(value)
    if not isinstance(whole.get("content"), list) or whole.get("type") == "error":
        return None
    parts = Parts()
    for number, block in enumerate(rows(whole, "content")):
        if block.get("type") == "tool_use":
            start: Json = {
                "type": "content_block_start",
                "index": number,
                "content_block": {**block},
            }
            feed(parts, start)
        else:
            feed(parts, {"type": "content_block_delta", "delta": {**block}})
    end: Json = {"stop_reason": whole.get("stop_reason")}
    feed(parts, {"type": "message_delta", "delta": end, "usage": whole.get("usage")})
    return parts.answer()


def feed(parts: Parts, event: Json) -> None:
    """One event; its `type` says which. The last usage counts: the first is an estimate."""
    whole = as_object(event)
    kind = text(whole, "type")
    if kind == "message_start":
        _count(parts, as_object(as_object(whole, "message"), "usage"))
    elif kind == "content_block_start":
        block = as_object(whole, "content_block")
        place = str(whole.get("index"))
        if block.get("type") in ("thinking", "redacted_thinking"):
            parts.kept[place] = dict(block)
        if block.get("type") == "tool_use":
            name = text(block, "name")
            parts.call(place, identity=text(block, "id"), name=name)
            parts.call(place, more=json.dumps(block["input"]) if block.get("input") else "")
    elif kind == "content_block_delta":
        delta = as_object(whole, "delta")
        parts.text += [said] if (said := text(delta, "text")) else []
        parts.reasoning += [said] if (said := text(delta, "thinking")) else []
        if thought := parts.kept.get(str(whole.get("index"))):
            for key in ("thinking", "signature"):
                thought[key] = text(thought, key) + text(delta, key)
        if delta.get("type") == "input_json_delta":
            parts.call(str(whole.get("index")), more=text(delta, "partial_json"))
    elif kind == "message_delta":
        finish = text(as_object(whole, "delta"), "stop_reason")
        parts.finish = _FINISH.get(finish, finish)
        _count(parts, as_object(whole, "usage"))
    parts.ended = parts.ended or kind == "message_stop"


def _count(parts: Parts, usage: Mapping[str, Json]) -> None:
    """Takes over the counts that a usage object has."""
    if "input_tokens" in usage:
        parts.prompt_tokens = _prompt(usage)
    written = count(usage, "output_tokens")
    parts.completion_tokens = parts.completion_tokens if written is None else written


def _prompt(usage: Mapping[str, Json]) -> int | None:
    """All tokens of the prompt, those from a cache included."""
    fresh = count(usage, "input_tokens")
    return None if fresh is None else fresh + sum(count(usage, k) or 0 for k in _CACHED)
