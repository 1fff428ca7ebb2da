"""Requests and replies of the double, and how Go writes JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

JSON = "application/json; charset=utf-8"
PLAIN_JSON = "application/json"
NDJSON = "application/x-ndjson"
EVENTS = "text/event-stream"
TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Seen:
    """One request as it came in; `json` is None when the body is no JSON."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, parsed."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


@dataclass(frozen=True)
class Reply:
    """What goes back: whole bytes, or pieces that are sent as chunks."""

    status: int = 200
    body: bytes | Iterable[bytes] = b""
    kind: str | None = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


class Refusal(Exception):
    """A request that the server answers with an error."""

    def __init__(
        self, status: int, message: str, *, early: bool = False, extra: Mapping[str, str] = {}
    ) -> None:
        super().__init__(message)
        self.status, self.message = status, message
        # Ollama's own checks before its compatibility layer use another content type.
        self.early = early
        self.extra = extra


class RunnerDiedError(Exception):
    """The model's process was killed while it generated."""


DIED = "an error was encountered while running the model: unexpected EOF"


def go_json(value: Any, *, end: str = "") -> bytes:
    """Write JSON as Go does: no blanks, and <, > and & escaped."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return (text + end).encode()


def line(value: Any) -> bytes:
    """One line of an NDJSON stream."""
    return go_json(value, end="\n")


def event(value: Any, name: str = "") -> bytes:
    """One server-sent event."""
    head = f"event: {name}\n".encode() if name else b""
    return head + b"data: " + go_json(value) + b"\n\n"


def native_error(refusal: Refusal) -> Reply:
    """An error as `/api` writes it."""
    return Reply(refusal.status, go_json({"error": refusal.message, **refusal.extra}))


KINDS = {400: "invalid_request_error", 404: "not_found_error"}


def openai_error(refusal: Refusal) -> Reply:
    """An error as `/v1` writes it."""
    error = {
        "message": refusal.message,
        "type": KINDS.get(refusal.status, "api_error"),
        "param": None,
        "code": None,
    }
    if refusal.early:
        return Reply(refusal.status, go_json({"error": error}))
    return Reply(refusal.status, go_json({"error": error}, end="\n"), PLAIN_JSON)
