"""The recorded requests and replies of a real Ollama, read from `tests/captures/ollama`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[1] / "captures/ollama"
SENTENCE = (
    "The quick brown fox jumps over the lazy dog near the river bank while seven sailors count "
    "the stars. "
)
CUT = re.compile(r"\n\.\.\. \[(\d+) characters in all; middle cut from this transcript\] \.\.\.\n")


@dataclass(frozen=True)
class Recording:
    """One request with its reply; `status` is 0 when the connection was refused."""

    scenario: str
    name: str
    method: str
    path: str
    headers: Mapping[str, str]
    body: str
    status: int
    reply_headers: Mapping[str, str]
    reply: str

    @property
    def number(self) -> str:
        """Scenario and number, such as 20/05."""
        return f"{self.scenario[:2]}/{self.name[:2]}"


def scenarios() -> list[str]:
    """The names of all scenarios, in order."""
    return sorted(folder.name for folder in FOLDER.iterdir() if folder.is_dir())


def recordings(scenario: str) -> list[Recording]:
    """Read the recordings of one scenario, in order."""
    return [_read(path) for path in sorted((FOLDER / scenario).glob("*.http"))]


def _read(path: Path) -> Recording:
    asked, _, answered = path.read_text("utf-8").partition("\n### RESPONSE")
    head, _, body = asked.partition("\n\n")
    _, first, *rows = head.split("\n")
    method, target = first.split(" ", 1)
    status, reply_headers, reply = _reply(answered.partition("\n")[2])
    return Recording(
        scenario=path.parent.name,
        name=path.stem,
        method=method,
        path=target,
        headers=dict(row.split(": ", 1) for row in rows if ": " in row),
        body=_whole(body.strip("\n"), path.stem),
        status=status,
        reply_headers=reply_headers,
        reply=reply,
    )


def _reply(text: str) -> tuple[int, dict[str, str], str]:
    head, _, body = re.sub(r"\n\(curl exit \d+\)\n*$", "\n", text).partition("\n\n")
    first, *rows = head.split("\n")
    if not first.startswith("HTTP/"):
        return 0, {}, ""
    headers = dict(row.split(": ", 1) for row in rows if ": " in row)
    return int(first.split(" ")[1]), headers, body


def _whole(body: str, name: str) -> str:
    """Fill the middle that the transcript left out; its length tells that it was so."""
    found = CUT.search(body)
    if not found:
        return body
    start, end, total = body[: found.start()], body[found.end() :], int(found[1])
    if "history" in name:
        filled = _in_between(json.dumps(_history())[1:-1], start, end)
    elif "big-tools" in name:
        filled = _in_between(json.dumps(_tools()), start, end)
    else:
        begun = start[start.rindex(SENTENCE) :] if SENTENCE in start else ""
        missing = total - len(start) - len(end)
        filled = (
            start + (SENTENCE * (missing // 100 + 2))[len(begun) % len(SENTENCE) :][:missing] + end
        )
    if len(filled) != total:
        raise ValueError(f"{name}: rebuilt {len(filled)} of {total} characters")
    json.loads(filled)
    return filled


def _in_between(middle: str, start: str, end: str) -> str:
    """Lay the middle over both ends, where it begins with the end of one and so on."""
    first = start.index(middle[:60])
    last = end.rindex(middle[-60:]) + 60
    return start[:first] + middle + end[last:]


def _history() -> list[dict[str, str]]:
    notes = []
    for n in range(20):
        notes.append({"role": "user", "content": f"Note {n}: " + SENTENCE * 12})
        notes.append({"role": "assistant", "content": f"Noted number {n}."})
    return notes


def _tools() -> list[dict[str, Any]]:
    path = {"path": {"type": "string", "description": SENTENCE}}
    return [
        {
            "type": "function",
            "function": {
                "name": f"tool_{n}",
                "description": f"Tool number {n}. " + SENTENCE * 6,
                "parameters": {"type": "object", "properties": path, "required": ["path"]},
            },
        }
        for n in range(25)
    ]
