"""Streamed chat completions that break, by name."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

from tests.doubles.wire import Line


def delta(text: str, finish: str | None = None) -> bytes:
    """Write one event of a streamed chat completion."""
    change = {"content": text} if text else {}
    body = {
        "id": "chatcmpl-7",
        "object": "chat.completion.chunk",
        "created": 1_800_000_000,
        "model": "smollm2",
        "choices": [{"index": 0, "delta": change, "finish_reason": finish}],
    }
    return b"data: " + json.dumps(body, separators=(",", ":")).encode() + b"\n\n"


def _chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def _events(line: Line, events: Iterable[bytes], *, ends: bool = True) -> None:
    line.read_request()
    line.head("200 OK", {"Transfer-Encoding": "chunked"}, kind="text/event-stream")
    for event in events:
        line.send(_chunk(event))
    if ends:
        line.send(b"0\r\n\r\n")


def without_done(line: Line) -> None:
    _events(line, [delta("Once"), delta(" upon")])


def cut_in_chunk(line: Line) -> None:
    _events(line, [delta("Once")], ends=False)
    line.send(_chunk(delta(" upon"))[:30])


def cut_by_reset(line: Line) -> None:
    _events(line, [delta("Once")], ends=False)
    # Without this breath the RST can overtake the delivered event.
    line.pause()
    line.reset()


def slow(line: Line) -> None:
    _events(line, [], ends=False)
    for event in [delta(word) for word in ("Once", " upon", " a", " time")]:
        line.send(_chunk(event))
        if line.pause():
            return
    line.send(_chunk(delta("", "stop")) + _chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n")


def endless(line: Line) -> None:
    _events(line, [], ends=False)
    while not line.pause():
        line.send(_chunk(delta(" again")))


def error_event(line: Line) -> None:
    error = {"error": {"message": "the runner went away", "type": "api_error"}}
    _events(line, [delta("Once"), b"data: " + json.dumps(error).encode() + b"\n\n"])


def not_json(line: Line) -> None:
    _events(line, [delta("Once"), b"data: {oops\n\n", b"data: [DONE]\n\n"])


STREAMS: dict[str, Callable[[Line], None]] = {
    "sse_without_done": without_done,
    "sse_cut_in_chunk": cut_in_chunk,
    "sse_reset": cut_by_reset,
    "sse_slow": slow,
    "sse_endless": endless,
    "sse_error_event": error_event,
    "sse_not_json": not_json,
}
