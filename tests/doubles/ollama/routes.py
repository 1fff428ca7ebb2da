"""Which function answers which path, and what an unknown path or method gets."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from tests.doubles.ollama.reply import Refusal, Reply, Seen

Body = Mapping[str, Any]
Table = Mapping[str, Mapping[str, Callable[[Seen], Reply]]]
NOT_FOUND = Reply(404, b"404 page not found", "text/plain")


def route(table: Table, seen: Seen) -> Reply:
    """Find the answer for a request; `{}` in a path of the table stands for one segment."""
    path = seen.path.partition("?")[0]
    if "//" in path:
        return Reply(301, b"", None, {"Location": re.sub("/+", "/", path)})
    methods = _methods(table, path)
    if methods is None:
        if path.endswith("/") and _methods(table, path.rstrip("/")) is not None:
            moved = 301 if seen.method == "GET" else 307
            return Reply(moved, b"", None, {"Location": path.rstrip("/")})
        return NOT_FOUND
    if seen.method not in methods:
        allowed = {"Allow": ", ".join(methods)}
        return Reply(405, b"405 method not allowed", "text/plain", allowed)
    return methods[seen.method](seen)


def _methods(table: Table, path: str) -> Mapping[str, Callable[[Seen], Reply]] | None:
    if path in table:
        return table[path]
    parent, _, last = path.rpartition("/")
    return table.get(f"{parent}/{{}}") if last else None


def parse(seen: Seen, *, early: bool = False, empty: str = "missing request body") -> Body:
    """Read a JSON body, with Go's words for what is wrong with it."""
    if not seen.body.strip():
        raise Refusal(400, empty, early=early)
    try:
        body = json.loads(seen.body)
    except ValueError as error:
        raise Refusal(400, _go_words(error, seen.body), early=early) from None
    if not isinstance(body, dict):
        message = "json: cannot unmarshal array into Go value of type api.Request"
        raise Refusal(400, message, early=early)
    return body


def _go_words(error: ValueError, body: bytes) -> str:
    if isinstance(error, json.JSONDecodeError) and error.pos < len(body.rstrip()):
        return f"invalid character {error.doc[error.pos]!r} looking for beginning of value"
    return "unexpected EOF"
