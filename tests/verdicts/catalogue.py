"""The behaviours that byok and the real droid are held against."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from tests.doubles.ollama.library import CutOffError
from tests.doubles.ollama.reply import EVENTS, PLAIN_JSON, Reply
from tests.verdicts.behaviour import (
    KEY,
    MODEL,
    Behaviour,
    Rule,
    always,
    doubled,
    edited,
    error,
    has_list_content,
    listed,
    refuses,
    roles,
    says,
    schema_words,
    streamed,
    with_finish,
)
from tests.verdicts.healthy import (
    DONE,
    Asked,
    Said,
    answer_to,
    answered,
    chat_chunks,
    chat_whole,
    chunk,
    event,
    last_usage,
    message_events,
    response_events,
    tool_call,
    whole,
)
from tests.verdicts.oddities import ANTHROPIC, ODDITIES, OPENAI

HTML = Reply(200, b"<!doctype html><html><body>Sign in</body></html>", "text/html")
HELLO = Said("Hello! How can I help you today?")
SIGNATURE = "c2lnbmF0dXJl"


def healthy(_: Asked) -> Reply | None:
    """Nothing out of the ordinary."""
    return None


def wants_key(asked: Asked) -> Reply | None:
    """401 without the right key."""
    given = asked.headers.get("x-api-key") or asked.headers.get("authorization", "")
    if given.removeprefix("Bearer ") == KEY:
        return None
    return error(401, "Incorrect API key provided", "authentication_error")


def signature(asked: Asked) -> Reply | None:
    """Gemini's: what came with the call must come back with its result."""
    if asked.result is not None and SIGNATURE not in asked.seen.body.decode():
        words = "Function call is missing a thought_signature in functionCall parts."
        return whole(
            [{"error": {"code": 400, "message": words, "status": "INVALID_ARGUMENT"}}], 400
        )
    said = answer_to(asked)
    extra = {"extra_content": {"google": {"thought_signature": SIGNATURE}}}
    return (
        answered(asked, Said(name=said.name, arguments=said.arguments, extra=extra))
        if said.name
        else None
    )


def has_word(word: str, asked: Asked) -> bool:
    """Whether a tool's schema has a keyword."""
    return word in schema_words(asked)


def no_null_content(asked: Asked) -> bool:
    """Whether an assistant's message has null for its content."""
    return any(m.get("role") == "assistant" and m.get("content") is None for m in asked.messages)


def a_minute(limit: int, status: int) -> Rule:
    """A limit of tokens a minute that is below one request."""

    def rule(asked: Asked) -> Reply | None:
        if asked.tokens <= limit:
            return None
        words = (
            f"Request too large for model `{MODEL}` on tokens per minute (TPM): "
            f"Limit {limit}, Requested {asked.tokens}, please reduce your message size"
        )
        return error(status, words, "tokens")

    return rule


def too_long(limit: int) -> Rule:
    """vLLM's refusal of a long prompt."""

    def rule(asked: Asked) -> Reply | None:
        if asked.tokens <= limit:
            return None
        words = (
            f"This model's maximum context length is {limit} tokens. However, your request has "
            f"{asked.tokens} input tokens. Please reduce the length of the input messages."
        )
        return error(400, words)

    return rule


def room(limit: int) -> Rule:
    """vLLM's sum: the prompt and max_tokens together must fit."""

    def rule(asked: Asked) -> Reply | None:
        if asked.tokens + (asked.limit or 0) <= limit:
            return None
        words = (
            f"This model's maximum context length is {limit} tokens. However, you requested "
            f"{asked.tokens + asked.limit} tokens ({asked.tokens} in the messages, {asked.limit} "
            "in the completion). Please reduce the length of the messages or completion."
        )
        return error(400, words)

    return rule


def output(limit: int) -> Rule:
    """A provider's own limit for max_tokens."""
    words = (
        f"`max_tokens` must be less than or equal to `{limit}`, the maximum value for this model"
    )
    return refuses(lambda a: (a.limit or 0) > limit, 400, words)


def closed_in_the_middle(asked: Asked, said: Said) -> Iterator[bytes]:
    """The connection goes after the first words."""
    rows = list(chat_chunks(asked, said))
    yield from rows[:3]
    raise CutOffError


def slow(asked: Asked, said: Said) -> Iterator[bytes]:
    """Three seconds before the first word."""
    time.sleep(3)
    yield from chat_chunks(asked, said)


def keep_alives(asked: Asked, said: Said) -> Iterator[bytes]:
    """Comments between the events, as OpenRouter sends while it waits."""
    for row in chat_chunks(asked, said):
        yield b": OPENROUTER PROCESSING\n\n"
        yield row


def inner_error(asked: Asked, said: Said) -> Iterator[bytes]:
    """An error event after the first words."""
    yield from list(chat_chunks(asked, said))[:3]
    yield event({"error": {"message": "Provider returned error", "code": 502}})


def first_error(_: Asked, __: Said) -> Iterator[bytes]:
    """An error event instead of an answer."""
    yield event({"error": {"message": "CUDA error: out of memory", "code": 500}})


def crlf(asked: Asked, said: Said) -> Iterator[bytes]:
    """Windows line ends."""
    for row in chat_chunks(asked, said):
        yield row.replace(b"\n", b"\r\n")


def no_space(asked: Asked, said: Said) -> Iterator[bytes]:
    """No blank after `data:`."""
    for row in chat_chunks(asked, said):
        yield row.replace(b"data: ", b"data:")


def with_bom(asked: Asked, said: Said) -> Iterator[bytes]:
    """A byte order mark before the stream."""
    yield b"\xef\xbb\xbf"
    yield from chat_chunks(asked, said)


def named_events(asked: Asked, said: Said) -> Iterator[bytes]:
    """Every event has a name and an id."""
    for number, row in enumerate(chat_chunks(asked, said)):
        yield f"id: {number}\nevent: message\n".encode() + row


def one_newline(asked: Asked, said: Said) -> Iterator[bytes]:
    """No empty line between the events."""
    for row in chat_chunks(asked, said):
        yield row.rstrip(b"\n") + b"\n"


def junk_event(asked: Asked, said: Said) -> Iterator[bytes]:
    """One event in the middle is no JSON."""
    rows = list(chat_chunks(asked, said))
    yield from rows[:3]
    yield b"data: {broken\n\n"
    yield from rows[3:]


def no_finish(value: Any) -> Any:
    """No finish reason anywhere."""
    return with_finish(value, None)


def no_done(value: Any) -> Any:
    """No end mark."""
    return None if value == "[DONE]" else value


def neither(value: Any) -> Any:
    """Neither a finish reason nor an end mark."""
    return no_finish(no_done(value))


def no_usage(value: Any) -> Any:
    """No counts of tokens."""
    return None if isinstance(value, dict) and "usage" in value else value


def null_choices(value: Any) -> Any:
    """null where the last chunk has an empty list."""
    if isinstance(value, dict) and not value["choices"]:
        value["choices"] = None
    return value


def usage_everywhere(value: Any) -> Any:
    """Counts in every chunk, and nulls (as some gateways)."""
    if isinstance(value, dict):
        value.setdefault("usage", None)
    return value


def fragments(asked: Asked, said: Said) -> Iterator[bytes]:
    """A call whose arguments come in pieces."""
    if not said.name:
        yield from chat_chunks(asked, said)
        return
    head = tool_call(Said(name=said.name, arguments=""), index=0)
    yield chunk(asked, {"role": "assistant", "content": None, "tool_calls": [head]})
    for letter in said.arguments:
        piece = {"index": 0, "function": {"arguments": letter}}
        yield chunk(asked, {"tool_calls": [piece]})
    yield chunk(asked, {}, "tool_calls")
    yield last_usage(asked)
    yield DONE


def moved(asked: Asked) -> Reply | None:
    """Sends on to another path of its own."""
    if asked.seen.path.startswith("/v1/new/"):
        return None
    there = asked.seen.path.replace("/v1/", "/v1/new/")
    return Reply(307, b"", None, {"Location": there})


def call_change(change: Callable[[dict[str, Any]], None], finish: str = "tool_calls") -> Rule:
    """A streamed call of which one member is changed."""

    def edit(value: Any) -> Any:
        for choice in value.get("choices", ()) if isinstance(value, dict) else ():
            for call in choice["delta"].get("tool_calls", ()):
                change(call)
        return with_finish(value, finish) if _is_end_of_call(value) else value

    return edited(edit)


def _is_end_of_call(value: Any) -> bool:
    choices: list[Any] = (value.get("choices") or []) if isinstance(value, dict) else []
    return any(choice.get("finish_reason") == "tool_calls" for choice in choices)


def without(*names: str) -> Callable[[dict[str, Any]], None]:
    """Members go."""

    def change(call: dict[str, Any]) -> None:
        for name in names:
            call.pop(name, None)

    return change


def of_function(name: str, make: Callable[[Any], Any]) -> Callable[[dict[str, Any]], None]:
    """A member of the function changes."""

    def change(call: dict[str, Any]) -> None:
        call["function"][name] = make(call["function"].get(name))

    return change


def as_text(form: str) -> Rule:
    """A call written as text."""

    def make(asked: Asked) -> Said:
        said = answer_to(asked)
        if not said.name:
            return said
        return Said(form.replace("NAME", said.name).replace("ARGUMENTS", said.arguments))

    return says(make)


def only_streamed(form: str) -> Rule:
    """A call written as text where the answer is streamed."""
    text = as_text(form)
    return lambda asked: text(asked) if asked.body.get("stream") else None


def swallowed(asked: Asked) -> Reply | None:
    """Nothing at all where a call should be."""
    return answered(asked, Said("")) if answer_to(asked).name else None


def no_tools_at_all(asked: Asked) -> Reply | None:
    """The model never calls."""
    return answered(asked, HELLO) if answer_to(asked).name else None


def always_calls(asked: Asked) -> Reply | None:
    """The model calls its first tool whenever there are tools and no result yet."""
    if asked.tools and asked.result is None:
        from tests.doubles.ollama.script import sample

        name, schema = asked.tools[0]
        return answered(asked, Said(name=name, arguments=json.dumps(sample(schema))))
    return None


def thinks(asked: Asked) -> Said:
    """An answer after thoughts."""
    said = answer_to(asked)
    return Said(said.text, said.name, said.arguments, thought="Let me think about it.")


def packed(asked: Asked) -> Reply | None:
    """gzip, which was allowed."""
    if "gzip" not in asked.headers.get("accept-encoding", ""):
        return None
    rows = b"".join(chat_chunks(asked, answer_to(asked)))
    return Reply(200, gzip.compress(rows), EVENTS, {"Content-Encoding": "gzip"})


def whole_json(asked: Asked) -> Reply | None:
    """One reply although a stream was asked for."""
    return whole(chat_whole(asked, answer_to(asked)))


def always_streams(asked: Asked) -> Reply | None:
    """A stream although none was asked for."""
    return Reply(200, chat_chunks(asked, answer_to(asked)), EVENTS)


def old_function_call(asked: Asked, said: Said) -> Iterator[bytes]:
    """`function_call`, which tools replaced in 2023."""
    if not said.name:
        yield from chat_chunks(asked, said)
        return
    function = {"name": said.name, "arguments": said.arguments}
    yield chunk(asked, {"role": "assistant", "content": None, "function_call": function})
    yield chunk(asked, {}, "function_call")
    yield last_usage(asked)
    yield DONE


def two_calls(asked: Asked, said: Said) -> Iterator[bytes]:
    """Two calls at once, both with the index 0."""
    if not said.name:
        yield from chat_chunks(asked, said)
        return
    for number in (0, 1):
        call = tool_call(said, index=number) | {"id": f"call_{number}"}
        yield chunk(asked, {"role": "assistant", "tool_calls": [call]})
    yield chunk(asked, {}, "tool_calls")
    yield last_usage(asked)
    yield DONE


def dropped(kind: str, make: Callable[[Asked, Said], Iterator[bytes]]) -> Rule:
    """A stream that leaves one kind of event out."""
    return streamed(
        lambda a, s: (row for row in make(a, s) if f'"type": "{kind}"'.encode() not in row)
    )


def pings(asked: Asked, said: Said) -> Iterator[bytes]:
    """Anthropic's pings."""
    for row in message_events(asked, said):
        yield row
        yield event({"type": "ping"}, "ping")


def overloaded(_: Asked, __: Said) -> Iterator[bytes]:
    """Anthropic's error inside the stream."""
    inner = {"type": "overloaded_error", "message": "Overloaded"}
    yield event({"type": "error", "error": inner}, "error")


def only_chat(asked: Asked) -> Reply | None:
    """No other path than /chat/completions."""
    return None if asked.dialect == "chat" else Reply(404, b"404 page not found", "text/plain")


def list_refused(status: int, body: bytes = b"") -> Callable[..., Reply]:
    """A server that does not tell its models."""
    return lambda _: Reply(status, body, PLAIN_JSON)


def cut(limit: int) -> Rule:
    """Ollama's habit: what is too long is cut without a word, and half the window is kept."""

    def rule(asked: Asked) -> Reply | None:
        if asked.tokens <= limit:
            return None

        def change(value: Any) -> Any:
            if isinstance(value, dict) and value.get("usage"):
                value["usage"]["prompt_tokens"] = limit // 2
            return value

        return edited(change)(asked)

    return rule


ERRORS: tuple[tuple[str, int, str], ...] = (
    ("model unknown", 404, f"The model `{MODEL}` does not exist or you do not have access to it."),
    ("not a valid model", 400, f"{MODEL} is not a valid model ID"),
    (
        "data policy",
        404,
        "No endpoints found matching your data policy (Free model publication). Configure: https://openrouter.ai/settings/privacy",
    ),
    (
        "no provider enabled",
        400,
        "The requested model is not supported by any provider you have enabled.",
    ),
    ("no credit", 402, "Insufficient Balance"),
    (
        "credits for max_tokens",
        402,
        "This request requires more credits, or fewer max_tokens. You requested up to 32000 tokens, but can only afford 2666.",
    ),
    ("forbidden", 403, "Your organization has disabled this model"),
    ("moderated", 403, "Input was flagged by moderation"),
    ("quota", 429, "You exceeded your current quota, please check your plan and billing details."),
    ("broken", 500, "Internal Server Error"),
    ("bad gateway", 502, "upstream connect error"),
    (
        "no model loaded",
        400,
        "No models loaded. Please load a model in the developer page or use the 'lms load' command.",
    ),
    ("unknown field", 422, "Extra inputs are not permitted: stream_options"),
)

BEHAVIOURS: tuple[Behaviour, ...] = (
    Behaviour("healthy", "answers properly", healthy),
    Behaviour("healthy responses", "answers properly (Responses API)", healthy, OPENAI),
    Behaviour("healthy messages", "answers properly (Messages API)", healthy, ANTHROPIC, ""),
    Behaviour("healthy call", "calls a tool properly", healthy, calls=True),
    Behaviour(
        "healthy call responses",
        "calls a tool properly (Responses API)",
        healthy,
        OPENAI,
        calls=True,
    ),
    Behaviour(
        "healthy call messages",
        "calls a tool properly (Messages API)",
        healthy,
        ANTHROPIC,
        "",
        calls=True,
    ),
    Behaviour("always calls", "calls its first tool unasked", always_calls, calls=True),
    Behaviour(
        "another version in the path",
        "stands at /api/coding/paas/v4",
        healthy,
        path="/api/coding/paas/v4",
    ),
    Behaviour("key right", "wants a key and gets it", wants_key, {"apiKey": KEY}),
    Behaviour("key wrong", "wants another key", wants_key, {"apiKey": "sk-wrong-0123456789"}),
    Behaviour("key missing", "wants a key and gets none", wants_key, {"apiKey": ""}),
    Behaviour(
        "key wrong messages",
        "wants another key (Messages API)",
        wants_key,
        {**ANTHROPIC, "apiKey": "sk-wrong"},
        "",
    ),
    Behaviour(
        "key refused without a body",
        "answers 401 with no body",
        always(lambda: Reply(401, b"", None)),
    ),
    Behaviour(
        "list refused",
        "answers 401 with no body to the list, and chats",
        wants_key,
        {"apiKey": KEY},
        lists=list_refused(401),
    ),
    Behaviour(
        "list forbidden", "answers 403 to the list, and chats", healthy, lists=list_refused(403)
    ),
    Behaviour(
        "list absent",
        "answers 404 to the list, and chats",
        healthy,
        lists=list_refused(404, b"Not Found"),
    ),
    Behaviour(
        "list broken",
        "answers 500 to the list, and chats",
        healthy,
        lists=list_refused(500, b"oops"),
    ),
    Behaviour(
        "list of others",
        "lists other models, and chats",
        healthy,
        lists=lambda _: listed("other-a", "other-b"),
    ),
    *(
        Behaviour(name, f"answers {status}: {words}", always(partial(error, status, words)))
        for name, status, words in ERRORS
    ),
    Behaviour(
        "output limit above",
        "takes at most 16,384 max_tokens; the entry says nothing",
        output(16_384),
    ),
    Behaviour(
        "output limit kept",
        "takes at most 16,384 max_tokens, as the entry says",
        output(16_384),
        {"maxOutputTokens": 16_384},
    ),
    Behaviour(
        "output limit absurd",
        "takes at most 65,536 max_tokens; the entry says 1,280,000",
        output(65_536),
        {"maxOutputTokens": 1_280_000},
    ),
    Behaviour(
        "output limit messages",
        "takes at most 8,192 max_tokens (Messages API)",
        output(8_192),
        ANTHROPIC,
        "",
    ),
    Behaviour(
        "no max_tokens",
        "wants max_completion_tokens",
        refuses(
            lambda a: "max_tokens" in a.body,
            400,
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
        ),
    ),
    Behaviour(
        "no temperature",
        "takes no temperature of 1",
        refuses(
            lambda a: a.body.get("temperature") == 1,
            400,
            "invalid temperature: only 0.6 is allowed for this model",
        ),
    ),
    Behaviour(
        "no stream_options",
        "refuses stream_options",
        refuses(
            lambda a: "stream_options" in a.body,
            400,
            "Unrecognized request argument supplied: stream_options",
        ),
    ),
    Behaviour("tokens a minute 413", "allows 6,000 tokens a minute (413)", a_minute(6_000, 413)),
    Behaviour("tokens a minute 429", "allows 8,000 tokens a minute (429)", a_minute(8_000, 429)),
    Behaviour("tokens a minute enough", "allows 30,000 tokens a minute", a_minute(30_000, 413)),
    Behaviour("window 4,096", "refuses prompts over 4,096 tokens", too_long(4_096)),
    Behaviour(
        "window 8,192 with the answer",
        "wants prompt and max_tokens within 8,192",
        room(8_192),
        {"maxOutputTokens": 4_000},
    ),
    Behaviour(
        "window filled by the limit",
        "wants prompt and max_tokens within 32,768; the entry says nothing",
        room(32_768),
    ),
    Behaviour("window enough", "wants prompt and max_tokens within 65,536", room(65_536)),
    Behaviour(
        "window cut",
        "cuts prompts over 4,096 tokens without a word",
        cut(4_096),
    ),
    Behaviour(
        "no tools",
        "refuses tools",
        refuses(
            lambda a: a.tools, 400, f"registry.ollama.ai/library/{MODEL} does not support tools"
        ),
    ),
    Behaviour(
        "no tools offered",
        "has no endpoint with tools",
        refuses(
            lambda a: a.tools,
            404,
            "No endpoints found that support tool use. To learn more about provider routing, visit: https://openrouter.ai/docs/provider-routing",
        ),
    ),
    Behaviour(
        "no --jinja",
        "needs --jinja for tools",
        refuses(lambda a: a.tools, 500, "tools param requires --jinja flag"),
    ),
    Behaviour(
        "no tool parser",
        "needs a tool-call parser",
        refuses(
            lambda a: a.tools,
            400,
            '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
        ),
    ),
    Behaviour(
        "three tools",
        "takes at most 3 tools",
        refuses(lambda a: len(a.tools) > 3, 400, "failed to parse grammar"),
    ),
    *(
        Behaviour(
            f"no {word}",
            f"refuses `{word}` in a tool's schema",
            refuses(
                partial(has_word, word),
                400,
                f"Invalid JSON payload received. Unknown name \"{word}\" at 'tools[0].function_declarations[0].parameters': Cannot find field.",
            ),
        )
        for word in (
            "$schema",
            "anyOf",
            "pattern",
            "enum",
            "additionalProperties",
            "exclusiveMinimum",
            "oneOf",
            "$ref",
        )
    ),
    Behaviour(
        "alternating roles",
        "refuses two user messages in a row",
        refuses(
            doubled, 400, "Conversation roles must alternate user/assistant/user/assistant/..."
        ),
    ),
    Behaviour(
        "alternating roles in a template",
        "refuses two user messages in a row (template)",
        refuses(
            doubled,
            500,
            "Value is not callable: null at row 14, column 24: raise_exception('Conversation roles must alternate user/assistant')",
        ),
    ),
    Behaviour(
        "text content only",
        "refuses content in a list",
        refuses(has_list_content, 400, "messages[1].content: expected a string, got a list"),
    ),
    Behaviour(
        "no system role",
        "refuses the system role",
        refuses(
            lambda a: (a.body.get("messages") or [{}])[0].get("role") == "system",
            400,
            "System role not supported",
        ),
    ),
    Behaviour(
        "no tool role",
        "refuses the result of a tool",
        refuses(
            lambda a: "tool" in roles(a),
            400,
            "unknown variant `tool`, expected one of `system`, `user`, `assistant`",
        ),
        calls=True,
    ),
    Behaviour(
        "no null content",
        "refuses null content beside a call",
        refuses(no_null_content, 400, "messages[3].content: expected a string, got null"),
        calls=True,
    ),
    Behaviour(
        "thought signature",
        "wants a call's signature back (Gemini)",
        signature,
        {"model": "gemini-3.1-pro-preview"},
        calls=True,
    ),
    Behaviour(
        "thought signature elsewhere",
        "wants a call's signature back (no name of Gemini's)",
        signature,
        calls=True,
    ),
    Behaviour(
        "no effort",
        "does not think; the entry sets an effort",
        refuses(
            lambda a: a.body.get("reasoning_effort"), 400, f'"{MODEL}" does not support thinking'
        ),
        {"reasoningEffort": "high"},
    ),
    Behaviour(
        "no effort in extraArgs",
        "does not think; extraArgs set an effort",
        refuses(
            lambda a: a.body.get("reasoning_effort"), 400, f'"{MODEL}" does not support thinking'
        ),
        {"extraArgs": {"reasoning_effort": "high"}},
    ),
    Behaviour(
        "no thinking",
        "refuses `thinking`",
        refuses(
            lambda a: "thinking" in a.body, 400, "Unrecognized request argument supplied: thinking"
        ),
        {"enableThinking": True, "thinkingMaxTokens": 4_000},
    ),
    Behaviour(
        "thinking without a budget",
        "refuses `thinking`; the entry names no budget",
        refuses(
            lambda a: "thinking" in a.body, 400, "Unrecognized request argument supplied: thinking"
        ),
        {"enableThinking": True},
    ),
    Behaviour(
        "no effort responses",
        "refuses `reasoning` (Responses API)",
        refuses(
            lambda a: "reasoning" in a.body,
            400,
            "Unsupported parameter: 'reasoning.effort' is not supported with this model.",
        ),
        {**OPENAI, "reasoningEffort": "high"},
    ),
    Behaviour(
        "budget below the limit",
        "wants max_tokens above the budget",
        refuses(
            lambda a: (a.body.get("thinking") or {}).get("budget_tokens", 0) >= (a.limit or 0),
            400,
            "`max_tokens` must be greater than `thinking.budget_tokens`",
        ),
        {**ANTHROPIC, "reasoningEffort": "high", "maxOutputTokens": 4_000},
        "",
    ),
    Behaviour(
        "unknown extra",
        "refuses what extraArgs add",
        refuses(
            lambda a: "num_ctx" in a.body, 400, "Unrecognized request argument supplied: num_ctx"
        ),
        {"extraArgs": {"num_ctx": 65_536}},
    ),
    Behaviour(
        "no responses", "serves only /chat/completions; the dialect is openai", only_chat, OPENAI
    ),
    Behaviour(
        "no messages",
        "serves only /chat/completions; the dialect is anthropic",
        only_chat,
        ANTHROPIC,
        "",
    ),
    Behaviour("html", "answers with a web page", always(lambda: HTML)),
    Behaviour("empty 200", "answers 200 with nothing", always(lambda: Reply(200, b"", PLAIN_JSON))),
    Behaviour("empty stream", "streams no event", streamed(lambda a, s: iter(()))),
    Behaviour("only done", "streams only its end mark", streamed(lambda a, s: iter([DONE]))),
    Behaviour(
        "empty answer",
        "says nothing, and finishes",
        says(lambda a: Said("")),
    ),
    Behaviour("not streamed", "sends one JSON reply instead of a stream", whole_json),
    Behaviour("always streams", "streams also when it should not", always_streams),
    Behaviour(
        "error in a 200",
        "reports an error inside a 200",
        always(lambda: whole({"error": {"message": "model is overloaded"}})),
    ),
    Behaviour("error first", "streams an error and nothing else", streamed(first_error)),
    Behaviour("error inside", "streams an error after some words", streamed(inner_error)),
    Behaviour(
        "connection cut", "breaks off in the middle of the stream", streamed(closed_in_the_middle)
    ),
    Behaviour("no finish", "gives no finish reason", edited(no_finish)),
    Behaviour("no done", "sends no end mark", edited(no_done)),
    Behaviour("neither", "gives neither a finish reason nor an end mark", edited(neither)),
    Behaviour("no usage", "tells no token counts", edited(no_usage)),
    Behaviour("null choices", "sends null choices with the counts", edited(null_choices)),
    Behaviour("usage everywhere", "sends a null usage in every chunk", edited(usage_everywhere)),
    Behaviour(
        "finish length",
        "stops at the output limit",
        says(
            lambda a: Said(
                answer_to(a).text,
                answer_to(a).name,
                answer_to(a).arguments,
                finish="length" if not answer_to(a).name else "",
            )
        ),
    ),
    Behaviour("finish odd", "finishes with `eos`", edited(lambda v: with_finish(v, "eos"))),
    Behaviour(
        "finish filtered",
        "finishes with `content_filter`",
        edited(lambda v: with_finish(v, "content_filter")),
    ),
    Behaviour("thoughts", "sends its thoughts first", says(thinks)),
    Behaviour(
        "only thoughts",
        "sends thoughts and no answer",
        says(lambda a: Said("", thought="I should say hello.")),
    ),
    Behaviour(
        "plain text type", "calls its stream text/plain", streamed(chat_chunks, "text/plain")
    ),
    Behaviour("json type", "calls its stream application/json", streamed(chat_chunks, PLAIN_JSON)),
    Behaviour("keep-alive comments", "sends comments between events", streamed(keep_alives)),
    Behaviour("windows line ends", "ends lines with CR LF", streamed(crlf)),
    Behaviour("no blank after data", "writes no blank after `data:`", streamed(no_space)),
    Behaviour("byte order mark", "begins with a byte order mark", streamed(with_bom)),
    Behaviour("named events", "names its events", streamed(named_events)),
    Behaviour("no empty lines", "puts no empty line between events", streamed(one_newline)),
    Behaviour("broken event", "sends one event that is no JSON", streamed(junk_event)),
    Behaviour("gzip", "compresses its stream", packed),
    Behaviour("slow first word", "takes 3 s for the first word", streamed(slow)),
    Behaviour(
        "redirect",
        "redirects (307) to the same path",
        always(lambda: Reply(307, b"", None, {"Location": "/elsewhere/chat/completions"})),
    ),
    Behaviour("redirect followed", "redirects (307) to where it answers", moved),
    Behaviour(
        "call in pieces",
        "sends a call's arguments letter by letter",
        streamed(fragments),
        calls=True,
    ),
    Behaviour(
        "call without index",
        "sends a call without its index",
        call_change(without("index")),
        calls=True,
    ),
    Behaviour(
        "call without id", "sends a call without an id", call_change(without("id")), calls=True
    ),
    Behaviour(
        "call without type",
        "sends a call without its type",
        call_change(without("type")),
        calls=True,
    ),
    Behaviour(
        "call with object",
        "sends arguments as an object",
        call_change(of_function("arguments", json.loads)),
        calls=True,
    ),
    Behaviour(
        "call finished by stop",
        "finishes a call with `stop`",
        call_change(without(), "stop"),
        calls=True,
    ),
    Behaviour(
        "call with bad JSON",
        "sends arguments that are no JSON",
        call_change(of_function("arguments", lambda _: '{"directory_path": "/t')),
        calls=True,
    ),
    Behaviour(
        "call with empty arguments",
        "sends empty arguments",
        call_change(of_function("arguments", lambda _: "")),
        calls=True,
    ),
    Behaviour(
        "call of an unknown tool",
        "calls a tool that does not exist",
        call_change(of_function("name", lambda _: "no_such_tool")),
        calls=True,
    ),
    Behaviour("two calls", "sends two calls at once", streamed(two_calls), calls=True),
    Behaviour(
        "old function_call",
        "sends `function_call`",
        streamed(old_function_call),
        calls=True,
    ),
    Behaviour(
        "call as JSON text",
        "writes the call as JSON text",
        as_text('{"name": "NAME", "arguments": ARGUMENTS}'),
        calls=True,
    ),
    Behaviour(
        "call as tags",
        "writes the call as <tool_call> text",
        as_text('<tool_call>\n{"name": "NAME", "arguments": ARGUMENTS}\n</tool_call>'),
        calls=True,
    ),
    Behaviour(
        "call as text when streamed",
        "writes <function=…> where it streams",
        only_streamed("<function=NAME>\n<parameter=a>\nb\n</parameter>\n</function>"),
        calls=True,
    ),
    Behaviour(
        "call swallowed",
        "sends nothing where a call should be",
        swallowed,
        calls=True,
    ),
    Behaviour(
        "never calls",
        "answers in prose instead of calling",
        no_tools_at_all,
        calls=True,
    ),
    Behaviour(
        "call not parsed",
        "answers 500 to a call that it cannot parse",
        refuses(
            lambda a: a.wants_call,
            500,
            'error parsing tool call: raw=\'{"city": "Par\', err=unexpected end of JSON input',
        ),
        calls=True,
    ),
    Behaviour(
        "one failure",
        "fails once, then works",
        always(lambda: error(500, "Internal Server Error")),
        failures=1,
    ),
    Behaviour(
        "busy once",
        "answers 503 once, then works",
        always(lambda: error(503, "server busy, please try again")),
        failures=1,
    ),
    Behaviour(
        "loading at first",
        "answers 503 while it loads, then works",
        always(lambda: error(503, "Loading model", "unavailable_error")),
        failures=2,
    ),
    Behaviour(
        "slow down once",
        "answers 429 once, then works",
        always(lambda: error(429, "Rate limit reached", retry_after="1")),
        failures=1,
    ),
    Behaviour(
        "always busy",
        "answers 503 always",
        always(
            lambda: error(503, "server busy, please try again.  maximum pending requests exceeded")
        ),
    ),
    Behaviour(
        "slow down always",
        "answers 429 always",
        always(lambda: error(429, "Rate limit reached for requests", retry_after="1")),
    ),
    Behaviour(
        "responses without end",
        "sends no response.completed",
        dropped("response.completed", response_events),
        OPENAI,
    ),
    Behaviour(
        "responses without items",
        "sends no response.output_item.added",
        dropped("response.output_item.added", response_events),
        OPENAI,
    ),
    Behaviour(
        "responses without item ends",
        "sends no response.output_item.done",
        dropped("response.output_item.done", response_events),
        OPENAI,
        calls=True,
    ),
    Behaviour(
        "messages without end",
        "sends no message_stop",
        dropped("message_stop", message_events),
        ANTHROPIC,
        "",
    ),
    Behaviour(
        "messages without delta",
        "sends no message_delta",
        dropped("message_delta", message_events),
        ANTHROPIC,
        "",
    ),
    Behaviour("messages with pings", "sends pings between events", streamed(pings), ANTHROPIC, ""),
    Behaviour("messages overloaded", "streams Overloaded", streamed(overloaded), ANTHROPIC, ""),
    Behaviour(
        "proxy",
        "stands behind a proxy that cannot reach it",
        healthy,
        env={"HTTP_PROXY": "http://127.0.0.1:9"},
    ),
    Behaviour(
        "proxy excepted",
        "is excepted from the proxy",
        healthy,
        env={"HTTP_PROXY": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1"},
    ),
    *ODDITIES,
    Behaviour(
        "real engine 2,048",
        "is llama.cpp with a window of 2,048 tokens",
        healthy,
        {"extraArgs": {"temperature": 0, "stop": [".", "!", "\n"]}},
        window=2_048,
    ),
)
