"""How many tokens a prompt has, and what Ollama leaves of one that is too long."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.doubles.ollama.models import Model
from tests.doubles.ollama.reply import Refusal
from tests.doubles.ollama.script import content_text
from tests.doubles.ollama.versions import Version

Message = Mapping[str, Any]
Counter = Callable[[Sequence[Message], Sequence[Mapping[str, Any]]], int]

PER_MESSAGE = 4
PER_PROMPT = 3
HEAD = 4  # tokens that a cut keeps of the beginning (num_keep)
TOO_LONG = (
    "the prompt is longer than the context length currently available to the model; shorten the "
    "prompt, adjust the context length in settings, or use a model with a longer context length"
)


def count_by_length(messages: Sequence[Message], tools: Sequence[Mapping[str, Any]]) -> int:
    """Count one token per four characters, rounded up, and a few around each message."""
    texts = [_everything(message) for message in messages]
    texts += [json.dumps(tool) for tool in tools]
    return PER_PROMPT + sum(PER_MESSAGE + -(-len(text) // 4) for text in texts)


def _everything(message: Message) -> str:
    calls = message.get("tool_calls")
    return content_text(message) + (json.dumps(calls) if calls else "")


@dataclass(frozen=True)
class Fitted:
    """What the model reads: the messages left, the text left, and their tokens."""

    messages: Sequence[Message]
    text: str
    tokens: int
    was_cut: bool


def fit(
    model: Model,
    version: Version,
    window: int,
    count: Counter,
    messages: Sequence[Message],
    tools: Sequence[Mapping[str, Any]],
    *,
    truncate: bool = True,
    shift: bool = True,
) -> Fitted:
    """Drop old messages, then cut or refuse, as the server of this version would."""
    left = _drop_old(count, window, messages, tools) if truncate else list(messages)
    tokens = count(left, tools)
    text = "\n".join(_everything(message) for message in left)
    native = model.route == "native" and version.refuses_native
    if tokens <= (window if native or not truncate else window - 1):
        return Fitted(left, text, tokens, was_cut=len(left) < len(messages))
    if native or not truncate:
        raise Refusal(400, _too_many(tokens, window))
    if not (shift and model.shifts) and version.refuses_native:
        raise Refusal(400, TOO_LONG)
    kept = kept_tokens(version, window, HEAD + model.begins_with_bos)
    return Fitted(_only_last(left), _cut_text(text, tokens, kept), kept, was_cut=True)


def kept_tokens(version: Version, window: int, head: int = HEAD) -> int:
    """How many tokens remain of a prompt that was cut."""
    match version.cut:
        case "whole":
            return window
        case "less_one":
            return window - 1
        case "half":
            return window - (window - head) // 2


def _drop_old(
    count: Counter, window: int, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]]
) -> list[Message]:
    """Drop the oldest messages until it fits; system messages and the last one stay."""
    left = list(messages)
    while len(left) > 1 and count(left, tools) > window:
        old = next((i for i, one in enumerate(left[:-1]) if one.get("role") != "system"), None)
        if old is None:
            break
        del left[old]
    return left


def _only_last(messages: Sequence[Message]) -> Sequence[Message]:
    return messages[-1:]


def _cut_text(text: str, tokens: int, kept: int) -> str:
    """Keep the characters that belong to the first few tokens and to the tail."""
    each = len(text) / max(1, tokens)
    head, tail = int(HEAD * each), int((kept - HEAD) * each)
    return text[:head] + text[len(text) - tail :]


def _too_many(tokens: int, window: int) -> str:
    """Give the runner's own error, which Ollama passes on as a JSON text within its own."""
    message = (
        f"request ({tokens} tokens) exceeds the available context size ({window} tokens), "
        "try increasing it"
    )
    error = {
        "code": 400,
        "message": message,
        "type": "exceed_context_size_error",
        "n_prompt_tokens": tokens,
        "n_ctx": window,
    }
    return json.dumps({"error": error}, separators=(",", ":"))
