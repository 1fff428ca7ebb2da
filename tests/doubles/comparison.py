"""Compares a recorded body with the double's: keys, types, and values that chance leaves alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

# What time, chance, the engine or the state of a disk decides: compared by type alone.
VOLATILE = {
    *("id", "created", "created_at", "modified_at", "expires_at"),
    *("completed_at", "request_id", "digest", "call_id", "item_id"),
    *("total_duration", "load_duration", "prompt_eval_duration", "eval_duration", "eval_count"),
    *("context", "content", "text", "response", "thinking"),
    *("reasoning", "delta", "completed", "completion_tokens", "output_tokens"),
    *("total_tokens", "sequence_number"),
}
RUNNER = "size"  # in `/api/ps`: what the engine measured


def differences(kind: str, recorded: str, ours: str) -> Iterator[str]:
    """Compare two bodies of one content type."""
    theirs_parsed, ours_parsed = _parsed(kind, recorded), _parsed(kind, ours)
    yield from _compare("", theirs_parsed, ours_parsed)


def _parsed(kind: str, text: str) -> Any:
    if "ndjson" in kind:
        return _shapes([json.loads(row) for row in text.splitlines() if row.strip()])
    if "event-stream" in kind:
        return _shapes([_event(block) for block in text.split("\n\n") if block.strip()])
    if "json" in kind:
        return json.loads(text)
    return text.strip("\n")


def _event(block: str) -> Any:
    """Read one server-sent event: its name, if it has one, beside its data."""
    name, _, data = block.rpartition("data: ")
    return [name.strip(), json.loads(data) if data.startswith("{") else data.strip()]


def _shapes(rows: list[Any]) -> list[Any]:
    """Let a run of rows of one shape count once: how many pieces there are is chance."""
    kept: list[Any] = []
    for row in rows:
        if not kept or list(_compare("", kept[-1], row)):
            kept.append(row)
    return kept


def _compare(where: str, theirs: Any, ours: Any, key: str = "") -> Iterator[str]:
    if key == "context" and isinstance(theirs, list) and isinstance(ours, list):
        return
    if isinstance(theirs, dict) and isinstance(ours, dict):
        if theirs.keys() != ours.keys():
            yield f"{where}: {sorted(theirs)} here {sorted(ours)}"
        for name in theirs.keys() & ours.keys():
            yield from _compare(f"{where}/{name}", theirs[name], ours[name], name)
    elif isinstance(theirs, list) and isinstance(ours, list):
        yield from _compare_lists(where, theirs, ours, key)
    elif type(theirs) is not type(ours):
        if not (isinstance(theirs, int | float) and isinstance(ours, int | float)):
            yield f"{where}: {theirs!r} here {ours!r}"
    elif not _volatile(where, key) and _plain(theirs, key) != _plain(ours, key):
        yield f"{where}: {theirs!r} here {ours!r}"


def _compare_lists(where: str, theirs: list[Any], ours: list[Any], key: str) -> Iterator[str]:
    if key in ("models", "data"):
        theirs, ours = _sorted(theirs), _sorted(ours)
    if len(theirs) != len(ours):
        yield f"{where}: {len(theirs)} items here {len(ours)}: {theirs!r} here {ours!r}"[:900]
    for number, (one, other) in enumerate(zip(theirs, ours, strict=False)):
        yield from _compare(f"{where}/{number}", one, other, key)


def _sorted(items: list[Any]) -> list[Any]:
    """Order models by name: the server leaves those of one second in any order."""
    return sorted(items, key=lambda item: str(item.get("name") or item.get("id")))


def _volatile(where: str, key: str) -> bool:
    return key in VOLATILE or (key == RUNNER and "/models/" in where)


def _plain(value: Any, key: str) -> Any:
    """Take out of a text what is chance in it."""
    if not isinstance(value, str):
        return value
    if key in ("parameters", "modelfile"):
        return sorted(value.splitlines())
    return re.sub(r"(ts=|pulling |sha256:)[0-9a-f]{10,64}", r"\1*", value)
