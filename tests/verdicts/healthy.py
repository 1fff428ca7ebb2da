"""A healthy model server in droid's three dialects: what it was asked, and a proper answer."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tests.doubles.ollama.reply import EVENTS, PLAIN_JSON, Reply, Seen
from tests.doubles.ollama.script import content_text, sample

PATHS = {"/chat/completions": "chat", "/responses": "responses", "/messages": "messages"}
BYTES_PER_TOKEN = 4  # roughly, of English and JSON
DONE = b"data: [DONE]\n\n"


@dataclass(frozen=True)
class Asked:
    """One request to chat, read in any of the dialects."""

    seen: Seen
    body: Mapping[str, Any]
    dialect: str
    headers: Mapping[str, str]

    @property
    def tokens(self) -> int:
        """About how many tokens the request has."""
        return len(self.seen.body) // BYTES_PER_TOKEN

    @property
    def messages(self) -> Sequence[Mapping[str, Any]]:
        """The messages, or the input items, without the system text."""
        found = self.body.get("messages") or self.body.get("input") or ()
        return [each for each in found if isinstance(each, Mapping)]

    @property
    def tools(self) -> list[tuple[str, Mapping[str, Any]]]:
        """Names and schemas of the tools."""
        found = [each.get("function") or each for each in self.body.get("tools") or ()]
        return [
            (str(each["name"]), each.get("parameters") or each.get("input_schema") or {})
            for each in found
        ]

    @property
    def limit(self) -> Any:
        """The most tokens that may be written."""
        return self.body.get("max_tokens", self.body.get("max_output_tokens"))

    @property
    def result(self) -> str | None:
        """What the last tool gave, when the conversation ends with it."""
        last = self.messages[-1] if self.messages else {}
        if last.get("role") == "tool":
            return content_text(last)
        if last.get("type") == "function_call_output":
            return str(last.get("output"))
        parts = last.get("content")
        first = parts[0] if isinstance(parts, list) and parts else {}
        if isinstance(first, Mapping) and first.get("type") == "tool_result":
            return json.dumps(first.get("content"))
        return None

    @property
    def wants_call(self) -> bool:
        """Whether the last user asks for a tool, and there is one."""
        said = json.dumps(self.messages[-1]) if self.messages else ""
        return bool(self.tools) and self.result is None and "call" in said.lower()

    def call(self) -> tuple[str, dict[str, Any]]:
        """The tool that the last user names, else the first, with arguments that fit."""
        said = json.dumps(self.messages[-1])
        named = next(((n, s) for n, s in self.tools if n in said), self.tools[0])
        arguments = sample(named[1])
        return named[0], arguments if isinstance(arguments, dict) else {}


def read(seen: Seen) -> Asked | None:
    """What a request to chat asks; None for any other request."""
    path = seen.path.partition("?")[0]
    dialect = next((name for tail, name in PATHS.items() if path.endswith(tail)), "")
    body = seen.json
    if seen.method != "POST" or not dialect or not isinstance(body, Mapping):
        return None
    headers = {name.lower(): value for name, value in seen.headers.items()}
    return Asked(seen, body, dialect, headers)


@dataclass(frozen=True)
class Said:
    """An answer: text or a call. `extra` goes into the call as it stands."""

    text: str = ""
    name: str = ""
    arguments: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)
    thought: str = ""
    finish: str = ""

    @property
    def end(self) -> str:
        """The finish reason of chat completions."""
        return self.finish or ("tool_calls" if self.name else "stop")


def answer_to(asked: Asked) -> Said:
    """What a capable model says: a call when it is asked for one, else words."""
    if asked.wants_call:
        name, arguments = asked.call()
        return Said(name=name, arguments=json.dumps(arguments))
    if asked.result is not None:
        return Said(f"The tool reports: {asked.result[:400]}")
    return Said("Hello! One two three four five six seven eight.")


def answered(asked: Asked, said: Said | None = None) -> Reply:
    """The proper reply in the request's dialect, streamed when that was asked for."""
    said = said or answer_to(asked)
    streamed = bool(asked.body.get("stream"))
    if asked.dialect == "chat":
        return events(chat_chunks(asked, said)) if streamed else whole(chat_whole(asked, said))
    if asked.dialect == "responses":
        return events(response_events(asked, said)) if streamed else whole(response(asked, said))
    return events(message_events(asked, said)) if streamed else whole(message(asked, said))


def whole(body: Any, status: int = 200, **headers: str) -> Reply:
    """One JSON reply."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, json.dumps(body).encode(), PLAIN_JSON, named)


def events(chunks: Iterator[bytes]) -> Reply:
    """A stream."""
    return Reply(200, chunks, EVENTS)


def event(value: Any, name: str = "") -> bytes:
    """One server-sent event."""
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(value)}\n\n".encode()


def usage(asked: Asked) -> dict[str, int]:
    """The counts of chat completions."""
    return {
        "prompt_tokens": asked.tokens, "completion_tokens": 12, "total_tokens": asked.tokens + 12,
    }  # fmt: skip


def chunk(asked: Asked, delta: Any, finish: str | None = None, **more: Any) -> bytes:
    """One chunk of a streamed chat completion."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1}
    return event({**head, "model": asked.body.get("model"), "choices": [choice], **more})


def tool_call(said: Said, **more: Any) -> dict[str, Any]:
    """A call as chat completions write it."""
    function = {"name": said.name, "arguments": said.arguments}
    return {"id": "call_1", "type": "function", "function": function, **said.extra, **more}


def deltas(said: Said) -> Iterator[dict[str, Any]]:
    """The pieces of an answer."""
    yield {"role": "assistant", "content": ""}
    if said.thought:
        yield {"reasoning_content": said.thought}
    for word in said.text.split(" ") if said.text else ():
        yield {"content": f"{word} "}
    if said.name:
        yield {"tool_calls": [tool_call(said, index=0)]}


def chat_chunks(asked: Asked, said: Said) -> Iterator[bytes]:
    """A streamed chat completion."""
    for delta in deltas(said):
        yield chunk(asked, delta)
    yield chunk(asked, {}, said.end)
    if (asked.body.get("stream_options") or {}).get("include_usage"):
        yield last_usage(asked)
    yield DONE


def last_usage(asked: Asked) -> bytes:
    """The chunk that holds only the counts."""
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1}
    body = {**head, "model": asked.body.get("model"), "choices": [], "usage": usage(asked)}
    return event(body)


def chat_whole(asked: Asked, said: Said) -> dict[str, Any]:
    """A chat completion in one piece."""
    message: dict[str, Any] = {"role": "assistant", "content": said.text}
    if said.name:
        message["tool_calls"] = [tool_call(said)]
    choice = {"index": 0, "message": message, "finish_reason": said.end}
    head = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1}
    return {
        **head, "model": asked.body.get("model"), "choices": [choice], "usage": usage(asked),
    }  # fmt: skip


def _item(said: Said) -> dict[str, Any]:
    if said.name:
        return {
            "type": "function_call", "id": "fc_1", "call_id": "call_1", "name": said.name,
            "arguments": said.arguments, "status": "completed",
        }  # fmt: skip
    part = {"type": "output_text", "text": said.text, "annotations": []}
    return {
        "type": "message", "id": "msg_1", "role": "assistant", "status": "completed",
        "content": [part],
    }  # fmt: skip


def response(asked: Asked, said: Said, **changes: Any) -> dict[str, Any]:
    """A response of the Responses API."""
    counts = {"input_tokens": asked.tokens, "output_tokens": 12, "total_tokens": asked.tokens + 12}
    return {
        "id": "resp_1", "object": "response", "created_at": 1, "model": asked.body.get("model"),
        "status": "completed", "output": [_item(said)], "usage": counts, **changes,
    }  # fmt: skip


def response_events(asked: Asked, said: Said) -> Iterator[bytes]:
    """A streamed response."""
    item = _item(said)
    empty = {**item, "arguments": ""} if said.name else {**item, "content": []}
    begun = response(asked, said, status="in_progress", output=[], usage=None)
    rows: list[dict[str, Any]] = [
        {"type": "response.created", "response": begun},
        {"type": "response.output_item.added", "output_index": 0, "item": empty},
    ]
    place = {"output_index": 0, "item_id": item["id"]}
    if said.name:
        kind = "response.function_call_arguments"
        rows.append({"type": f"{kind}.delta", **place, "delta": said.arguments})
        rows.append({"type": f"{kind}.done", **place, "arguments": said.arguments})
    else:
        part = {"type": "output_text", "text": "", "annotations": []}
        spot = {**place, "content_index": 0}
        rows.append({"type": "response.content_part.added", **spot, "part": part})
        rows.append({"type": "response.output_text.delta", **spot, "delta": said.text})
        rows.append({"type": "response.output_text.done", **spot, "text": said.text})
    rows.append({"type": "response.output_item.done", "output_index": 0, "item": item})
    rows.append({"type": "response.completed", "response": response(asked, said)})
    for number, row in enumerate(rows):
        yield event({**row, "sequence_number": number}, row["type"])


def _blocks(said: Said) -> list[dict[str, Any]]:
    if said.name:
        given = json.loads(said.arguments)
        return [{"type": "tool_use", "id": "toolu_1", "name": said.name, "input": given}]
    return [{"type": "text", "text": said.text}]


def message(asked: Asked, said: Said, **changes: Any) -> dict[str, Any]:
    """A message of the Messages API."""
    counts = {"input_tokens": asked.tokens, "output_tokens": 12}
    return {
        "id": "msg_1", "type": "message", "role": "assistant", "model": asked.body.get("model"),
        "content": _blocks(said), "stop_reason": "tool_use" if said.name else "end_turn",
        "stop_sequence": None, "usage": counts, **changes,
    }  # fmt: skip


def message_events(asked: Asked, said: Said) -> Iterator[bytes]:
    """A streamed message."""
    start = message(asked, said, content=[], stop_reason=None)
    yield event({"type": "message_start", "message": start}, "message_start")
    (block,) = _blocks(said)
    empty = {**block, "input": {}} if said.name else {**block, "text": ""}
    begin = {"type": "content_block_start", "index": 0, "content_block": empty}
    yield event(begin, "content_block_start")
    piece = {"type": "input_json_delta", "partial_json": said.arguments}
    delta = piece if said.name else {"type": "text_delta", "text": said.text}
    more = {"type": "content_block_delta", "index": 0, "delta": delta}
    yield event(more, "content_block_delta")
    yield event({"type": "content_block_stop", "index": 0}, "content_block_stop")
    reason = "tool_use" if said.name else "end_turn"
    ended = {"stop_reason": reason, "stop_sequence": None}
    finish = {"type": "message_delta", "delta": ended, "usage": {"output_tokens": 12}}
    yield event(finish, "message_delta")
    yield event({"type": "message_stop"}, "message_stop")


def finished(said: Said, finish: str) -> Said:
    """The same answer with another finish reason."""
    return replace(said, finish=finish)
