"""What a model of the double says."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Manner = Literal["call", "prose", "json", "tag", "bad_arguments", "wrong_arguments"]
CLOSING = "\n\nThat is everything that I was told about it."
GREETING = "Hello! I am a small stand-in for a model. What would you like me to do?"


@dataclass(frozen=True)
class Heard:
    """What is left of a request after Ollama's own cuts: what the model really reads."""

    messages: Sequence[Mapping[str, Any]]
    tools: Sequence[Mapping[str, Any]]
    text: str
    format: Any = None

    @property
    def tool_result(self) -> str | None:
        """The text of the tool result that ends the conversation, if one does."""
        last = self.messages[-1] if self.messages else {}
        return content_text(last) if last.get("role") == "tool" else None


@dataclass(frozen=True)
class Script:
    """How a model behaves.

    `text`: its prose, or a function of what it hears. `on_tools`: what it does when tools are
    given: a proper call, plain prose, a call as bare JSON or in a tag, arguments that are no
    JSON, or arguments that break the schema. `dies_after`: pieces after which the runner is
    killed. `seconds_per_piece`: its pace, `seconds_to_read` the time before its first piece.
    """

    text: str | Callable[[Heard], str] = GREETING
    thinking: str = ""
    on_tools: Manner = "call"
    dies_after: int | None = None
    seconds_per_piece: float = 0.0
    seconds_to_read: float = 0.0


@dataclass(frozen=True)
class Said:
    """One answer: prose in pieces of one token, or a tool call."""

    pieces: tuple[str, ...] = ()
    thinking: tuple[str, ...] = ()
    tool: str = ""
    arguments: Any = None
    call_tokens: int = 0
    stopped: Literal["stop", "length"] = "stop"

    @property
    def text(self) -> str:
        """The whole prose."""
        return "".join(self.pieces)

    @property
    def thought(self) -> str:
        """The whole thinking."""
        return "".join(self.thinking)

    @property
    def tokens(self) -> int:
        """How many tokens were generated."""
        return max(1, len(self.pieces) + len(self.thinking) + self.call_tokens)


def content_text(message: Mapping[str, Any]) -> str:
    """The text of a message, whose content may be a list of parts or null."""
    content = message.get("content")
    if isinstance(content, list):
        parts = [part for part in content if isinstance(part, Mapping)]
        return "".join(str(part.get("text", "")) for part in parts)
    return content if isinstance(content, str) else ""


def speak(script: Script, heard: Heard, limit: int | None, *, think: bool) -> Said:
    """Answer what was heard, in at most `limit` tokens."""
    if heard.tool_result is not None:
        return _limited(f"The tool says: {heard.tool_result}{CLOSING}", "", limit)
    named = _function(heard)
    if named is None or script.on_tools == "prose":
        text = script.text(heard) if callable(script.text) else script.text
        if heard.format is not None:
            text = json.dumps(sample(_schema_of(heard.format)))
        return _limited(text, script.thinking if think else "", limit)
    name, schema = named
    arguments: Any = sample(schema)
    match script.on_tools:
        case "json":
            return _limited(json.dumps({"name": name, "arguments": arguments}), "", limit)
        case "tag":
            call = json.dumps({"name": name, "arguments": arguments})
            return _limited(f"<tool_call>\n{call}\n</tool_call>", "", limit)
        case "bad_arguments":
            arguments = '{"city": "Par'
        case "wrong_arguments":
            arguments = {"nonsense": [1, 2]}
    return Said(tool=name, arguments=arguments, call_tokens=31)


def _limited(text: str, thinking: str, limit: int | None) -> Said:
    thoughts, words = _pieces(thinking), _pieces(text)
    if limit is None or limit < 0 or limit >= len(thoughts) + len(words):
        return Said(words, thoughts)
    left = max(0, limit - len(thoughts))
    return Said(words[:left], thoughts[:limit], stopped="length")


def _pieces(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\s*\S+|\s+$", text))


def _function(heard: Heard) -> tuple[str, Any] | None:
    """The name and schema of the first tool, in any of the dialects."""
    for tool in heard.tools:
        inner = tool.get("function") if isinstance(tool.get("function"), Mapping) else tool
        if isinstance(inner, Mapping) and inner.get("name"):
            return str(inner["name"]), inner.get("parameters") or inner.get("input_schema") or {}
    return None


def _schema_of(wanted: Any) -> Any:
    if isinstance(wanted, Mapping) and isinstance(wanted.get("json_schema"), Mapping):
        return wanted["json_schema"].get("schema", {})
    return wanted if isinstance(wanted, Mapping) and wanted.get("type") == "object" else {}


def sample(schema: Any) -> Any:
    """Make up a value that fits a JSON schema of the simple kinds that tools use."""
    schema = schema if isinstance(schema, Mapping) else {}
    for key in ("const", "default"):
        if key in schema:
            return schema[key]
    if schema.get("enum"):
        return schema["enum"][0]
    match schema.get("type", "object"):
        case "string":
            return "Paris"
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
        case "array":
            return [sample(schema.get("items", {"type": "string"}))]
        case "object":
            fields = schema.get("properties", {})
            return {key: sample(fields[key]) for key in schema.get("required", fields)}
    return None
