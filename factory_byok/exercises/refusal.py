"""What a server said when it refused: its message, what kind of refusal it is, and its numbers."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from factory_byok.core.facts import Json
from factory_byok.core.json_fields import as_object, text
from factory_byok.exercises.causes import cause_of, number_of

SHOWN: Final = 300  # characters of a server's message that a sentence can bear

_KINDS: Final = {
    400: ("bad_request", "The server refused the request"),
    401: ("unauthorized", "The server refused the key"),
    402: ("payment", "The account has no credit left"),
    403: ("forbidden", "The server forbids this request"),
    404: ("not_found", "The server does not know this model or this path"),
    405: ("not_found", "The server takes no such request at this path"),
    413: ("bad_request", "The server finds the request too large"),
    422: ("bad_request", "The server refused the request"),
    429: ("rate_limited", "The server asks to slow down"),
    503: ("busy", "The server is busy"),
}

# Sentences of servers that put the numbers into words: prompt tokens, window. Sources: llama.cpp
# and Ollama (recordings 20-*/12), Ollama's MLX runner, SGLang, Text Generation Inference, vLLM and
# OpenAI, Anthropic, LM Studio.
_SENTENCES: Final = (
    re.compile(r"request \((?P<prompt>\d+) tokens\) exceeds .*?\((?P<window>\d+) tokens\)"),
    re.compile(
        r"\((?P<prompt>\d+) tokens\) (?:exceeds|is longer than) .*?context length "
        r"\((?P<window>\d+) tokens\)"
    ),
    re.compile(r"must be <= (?P<window>\d+)\. Given: (?P<prompt>\d+)"),
    re.compile(
        r"context length (?:is|of)(?: only)? (?P<window>\d+)(?: tokens)?"
        r"(?:.*?(?:requested|resulted in|has|contains)(?: at least)? (?P<prompt>\d+))?"
    ),
    re.compile(r"prompt is too long: (?P<prompt>\d+) tokens > (?P<window>\d+)"),
)
# Without numbers: Ollama's rendered route without context shift (v0.33.0-rc2), older llama.cpp.
_TOO_LONG: Final = re.compile(
    r"longer than the context|context_length_exceeded|exceeds? the available context size", re.I
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What broke: `kind` for programs, `words` for a person, one sentence without a period.

    `status_seen` says that a server answered, with a status that refuses; `number` is what its
    message allows, in tokens, 0 when it names none.
    """

    kind: str
    words: str
    status_seen: bool = False
    number: int = 0


@dataclass(frozen=True, slots=True)
class Overflow:
    """What a server said of a prompt that exceeds its window, in tokens; 0 where it gave none."""

    prompt: int
    window: int


def refused(status: int, body: str, headers: Mapping[str, str]) -> Fault:
    """The fault that an HTTP status other than 200 stands for, with the server's own words.

    Words that are known decide; else the status does.
    """
    if 300 <= status < 400:
        return Fault(
            "redirect", f"The server sends elsewhere: {headers.get('location', '?')[:SHOWN]}", True
        )
    kind, words = _KINDS.get(status, ("status", "The server answered something unexpected"))
    if status >= 500 and status != 503:
        kind, words = "server_error", "The server failed"
    said = message(body)
    if status == 503 and "loading" in said.lower():
        kind, words = "loading", "The model is still being loaded"
    number = 0
    named = named_fault(body, said)
    if named:
        kind, words, number = named.kind, named.words, named.number
    return Fault(kind, f"{words} (HTTP {status})" + (f": {said}" if said else ""), True, number)


def named_fault(body: str, said: str) -> Fault | None:
    """The fault that a server's words name; None when they are not known."""
    length = overflow(body)
    cause = cause_of(said)
    if length and not (cause and cause.kind in ("tokens_a_minute", "credit")):
        words = "Prompt and output limit do not fit into the server's window together"
        return Fault("too_long", words, True, length.window)
    if cause is None:
        return None
    return Fault(cause.kind, cause.meaning, True, number_of(cause.kind, said))


def limit_a_minute(headers: Mapping[str, str]) -> int:
    """The account's limit of tokens a minute that a header tells, 0 without one.

    Names: Groq's and OpenAI's documentation, Anthropic's documentation.
    """
    for name in ("x-ratelimit-limit-tokens", "anthropic-ratelimit-input-tokens-limit"):
        value = headers.get(name, "")
        if value.isdecimal():
            return int(value)
    return 0


def message(body: str) -> str:
    """The sentence inside an error reply of any shape, also one nested twice; short, one line."""
    said = _within(body, 4)
    return " ".join(said.split())[:SHOWN].rstrip(" .")


def _within(body: str, depth: int) -> str:
    """Follows `error`, `message` and `detail`, and JSON that was packed into a text."""
    value = _json(body)
    if isinstance(value, list) and value and isinstance(value[0], dict):
        value = value[0]  # Google's: an array that holds the one error
    if depth == 0 or not isinstance(value, dict):
        return "" if body.lstrip().startswith("<") else body
    for key in ("error", "message", "detail"):
        inner = value.get(key)
        if isinstance(inner, dict):
            return _within(json.dumps(inner), depth - 1)
        if isinstance(inner, str) and inner:
            return _within(inner, depth - 1)
    return body


def overflow(body: str) -> Overflow | None:
    """Reads the numbers of a refused prompt, from fields or from words; None when it is no such
    refusal.
    """
    for error in _errors(body, 4):
        window, prompt = error.get("n_ctx"), error.get("n_prompt_tokens")
        if isinstance(window, int) and isinstance(prompt, int):
            return Overflow(prompt, window)
    said = message(body)
    for sentence in _SENTENCES:
        found = sentence.search(said)
        if found:
            return Overflow(int(found["prompt"] or 0), int(found["window"]))
    return Overflow(0, 0) if _TOO_LONG.search(f"{said} {body}") else None


def _errors(body: str, depth: int) -> list[Mapping[str, Json]]:
    """The error objects inside each other, the outermost first."""
    value = _json(body)
    whole = as_object(value[0] if isinstance(value, list) and value else value)
    if not whole or depth == 0:
        return []
    inner = as_object(whole, "error")
    packed = text(whole, "error") or text(whole, "message")
    below = _errors(json.dumps(dict(inner)), depth - 1) if inner else _errors(packed, depth - 1)
    return [whole, *below]


def _json(body: str) -> Json:
    """JSON, or None for what is none."""
    try:
        value: Json = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value
