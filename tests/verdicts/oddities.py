"""More behaviours: odd types, odd framing, and limits that only byok's many requests meet."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from tests.doubles.ollama.library import CutOffError
from tests.doubles.ollama.reply import EVENTS, Reply
from tests.verdicts.behaviour import (
    Behaviour,
    Rule,
    always,
    edited,
    error,
    refuses,
    says,
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
    chunk,
    event,
    last_usage,
    message_events,
    response_events,
    tool_call,
    whole,
)

OPENAI = {"provider": "openai"}
ANTHROPIC = {"provider": "anthropic"}
Edit = Callable[[Any], Any]


def in_choices(change: Callable[[dict[str, Any]], None]) -> Rule:
    """Every choice of every chunk is changed."""

    def edit(value: Any) -> Any:
        for choice in (value.get("choices") or ()) if isinstance(value, dict) else ():
            change(choice)
        return value

    return edited(edit)


def in_calls(change: Callable[[dict[str, Any]], Any]) -> Rule:
    """Every call of every chunk is changed."""

    def each_call(choice: dict[str, Any]) -> None:
        for call in choice["delta"].get("tool_calls", ()):
            change(call)

    return in_choices(each_call)


def content(make: Callable[[str], Any], key: str = "content") -> Rule:
    """The text of every chunk goes elsewhere, or becomes something else."""

    def change(choice: dict[str, Any]) -> None:
        if said := choice["delta"].pop("content", None):
            choice["delta"][key] = make(said)

    return in_choices(change)


def top(**members: Any) -> Rule:
    """Every chunk has these members beside its own."""
    return edited(lambda value: {**value, **members} if isinstance(value, dict) else value)


def last_choices(given: Any) -> Rule:
    """The chunk with the counts has no list of choices."""
    return edited(
        lambda v: {**v, "choices": given} if isinstance(v, dict) and not v["choices"] else v
    )


def rows(make: Callable[[Asked, list[bytes]], Any]) -> Rule:
    """The events of a streamed chat completion as other bytes."""
    return streamed(lambda asked, said: iter(make(asked, list(chat_chunks(asked, said)))))


def calling(make: Callable[[Said], list[dict[str, Any]]]) -> Rule:
    """A call that comes in these pieces, each in a chunk of its own."""

    def stream(asked: Asked, said: Said) -> Iterator[bytes]:
        if not said.name:
            yield from chat_chunks(asked, said)
            return
        for piece in make(said):
            yield chunk(asked, {"role": "assistant", "tool_calls": [piece]})
        yield chunk(asked, {}, "tool_calls")
        yield last_usage(asked)
        yield DONE

    return streamed(stream)


def piece(said: Said, arguments: str, **more: Any) -> dict[str, Any]:
    """A piece of a call that repeats everything."""
    return tool_call(replace(said, arguments=arguments), index=0, **more)


def typed(
    make: Callable[[Asked, Said], Iterator[bytes]], edit: Edit, *, named: bool = True
) -> Rule:
    """A stream of the other dialects of which each event is changed; None leaves one out."""

    def stream(asked: Asked, said: Said) -> Iterator[bytes]:
        for row in make(asked, said):
            value = edit(json.loads(row.decode().partition("data: ")[2]))
            if value is not None:
                yield event(value, value["type"] if named else "")

    return streamed(stream)


def stopping(reason: str | None) -> Rule:
    """A message that stops for another reason."""

    def edit(value: Any) -> Any:
        if value["type"] == "message_delta":
            value["delta"]["stop_reason"] = reason
        return value

    return typed(message_events, edit)


def ending_as(kind: str, **more: Any) -> Rule:
    """A response whose last event is another one."""

    def edit(value: Any) -> Any:
        if value["type"] == "response.completed":
            value = {"type": kind, "response": {**value["response"], **more}}
        return value

    return typed(response_events, edit)


def packed(name: str, pack: Callable[[bytes], bytes]) -> Rule:
    """A compressed stream although nobody asked for one."""

    def rule(asked: Asked) -> Reply | None:
        body = pack(b"".join(chat_chunks(asked, answer_to(asked))))
        return Reply(200, body, EVENTS, {"Content-Encoding": name})

    return lambda asked: rule(asked) if asked.body.get("stream") else None


def cut_after_done(asked: Asked, said: Said) -> Iterator[bytes]:
    """The connection goes after the end mark, without HTTP's own end."""
    yield from chat_chunks(asked, said)
    raise CutOffError


def with_status(status: int) -> Rule:
    """A proper answer under another status."""
    return lambda asked: replace(answered(asked), status=status)


def sent_on(status: int) -> Rule:
    """Another path of the same server."""

    def rule(asked: Asked) -> Reply | None:
        if asked.seen.path.startswith("/v1/new/"):
            return None
        there = asked.seen.path.replace("/v1/", "/v1/new/")
        return Reply(status, b"", None, {"Location": there})

    return rule


def body_over(limit: int) -> Rule:
    """nginx's limit for a body, with its page."""
    page = Reply(413, b"<html><title>413 Request Entity Too Large</title></html>", "text/html")
    return lambda asked: page if len(asked.seen.body) > limit else None


def prompt_over(limit: int) -> Rule:
    """llama.cpp's refusal of a long prompt."""
    words = "request ({} tokens) exceeds the available context size ({} tokens), try increasing it"
    return lambda asked: (
        error(400, words.format(asked.tokens, limit), "exceed_context_size_error")
        if asked.tokens > limit
        else None
    )


def described_over(limit: int) -> Rule:
    """A limit for the description of a tool."""
    words = "tools[2].function.description: string too long"
    return refuses(
        lambda a: any(
            len((tool.get("function") or tool).get("description", "")) > limit
            for tool in a.body.get("tools") or ()
        ),
        400,
        words,
    )


def after_result(make: Callable[[], Reply | Said]) -> Rule:
    """Another reply once a tool has given its result."""

    def rule(asked: Asked) -> Reply | None:
        if asked.result is None:
            return None
        found = make()
        return found if isinstance(found, Reply) else answered(asked, found)

    return rule


def wants_thoughts(asked: Asked) -> Reply | None:
    """DeepSeek's: the thoughts before a call must come back with its result."""
    if any(m.get("tool_calls") and not m.get("reasoning_content") for m in asked.messages):
        return error(400, "Missing `reasoning_content` field in the assistant message")
    said = answer_to(asked)
    return answered(asked, replace(said, thought="I will look.")) if said.name else None


def before_call(given: list[Any], words: str, kept: str) -> Rule:
    """Signed or encrypted thoughts stand before a call, and must come back with its result."""

    def rule(asked: Asked) -> Reply | None:
        if asked.result is not None and kept not in asked.seen.body.decode():
            return error(400, words)
        if not asked.wants_call or not asked.body.get("stream"):
            return None
        own = response_events if asked.dialect == "responses" else message_events
        first, *rest = own(asked, answer_to(asked))
        moved = [row.replace(b'index": 0', b'index": 1') for row in rest]
        return Reply(200, iter([first, *(event(e, e["type"]) for e in given), *moved]), EVENTS)

    return rule


def as_words(form: str) -> Rule:
    """A call written as text."""

    def make(asked: Asked) -> Said:
        said = answer_to(asked)
        text = form.replace("NAME", said.name).replace("ARGUMENTS", said.arguments)
        return Said(text) if said.name else said

    return says(make)


def of_stream(says_: str, rule: Rule, **more: Any) -> Behaviour:
    """A behaviour that is called what it does."""
    return Behaviour(says_, says_, rule, **more)


def of_call(says_: str, change: Callable[[dict[str, Any]], Any]) -> Behaviour:
    """One whose calls are changed."""
    return Behaviour(says_, says_, in_calls(change), calls=True)


def function(key: str, make: Callable[[Any], Any]) -> Callable[[dict[str, Any]], None]:
    """A change of one member of a call's function."""

    def change(call: dict[str, Any]) -> None:
        call["function"][key] = make(call["function"].get(key))

    return change


def member(key: str, value: Any) -> Callable[[dict[str, Any]], None]:
    """A change of one member of a call."""
    return lambda call: call.__setitem__(key, value)


_TEXT = "<|tool_calls_section_begin|><|tool_call_begin|>functions.NAME:0ARGUMENTS<|tool_call_end|>"
_THOUGHT = {"type": "thinking", "thinking": "", "signature": ""}
_SIGNED = [
    {"type": "content_block_start", "index": 0, "content_block": _THOUGHT},
    *({"type": "content_block_delta", "index": 0, "delta": delta} for delta in (
        {"type": "thinking_delta", "thinking": "I will look."},
        {"type": "signature_delta", "signature": "c2lnbmVk"})),
    {"type": "content_block_stop", "index": 0},
]  # fmt: skip
_REASONING = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "c2VhbGVk"}
_SEALED = [
    {"type": f"response.output_item.{kind}", "output_index": 0, "item": _REASONING}
    for kind in ("added", "done")
]
_HEADER = refuses(lambda a: "x-org" not in a.headers, 401, "missing organization header")
ODDITIES: tuple[Behaviour, ...] = (
    of_stream("ends lines with CR alone", rows(lambda _, r: [x.replace(b"\n", b"\r") for x in r])),
    of_stream("writes blanks before the end mark", rows(
        lambda _, r: [*r[:-1], b"data:   [DONE]\n\n"])),
    of_stream("says [DONE] first", rows(lambda _, r: [DONE, *r])),
    of_stream("says more after [DONE]", rows(lambda _, r: [*r, b"data: {bad\n\n"])),
    of_stream("sends a null event", rows(lambda _, r: [r[0], b"data: null\n\n", *r[1:]])),
    of_stream("writes NaN", rows(
        lambda _, r: [x.replace(b'"created": 1', b'"created": NaN') for x in r])),
    of_stream("breaks UTF-8", rows(lambda _, r: [x.replace(b"Hello", b"H\xe9llo") for x in r])),
    of_stream("goes after [DONE] without an end", streamed(cut_after_done)),
    of_stream("sends an empty error in each chunk", top(error={})),
    of_stream("sends a null error in each chunk", top(error=None)),
    of_stream("sends a number for the last choices", last_choices(7)),
    of_stream("begins with Azure's empty choices", rows(
        lambda a, r: [event({"choices": [], "prompt_filter_results": []}), *r])),
    of_stream("sends content as a list", content(lambda text: [{"type": "text", "text": text}])),
    of_stream("sends a refusal for content", content(str, "refusal")),
    of_stream("sends `message` for `delta`", in_choices(
        lambda c: c.update(message=c.pop("delta")))),
    of_stream("has no id, model and time", edited(
        lambda v: {"choices": v["choices"]} if isinstance(v, dict) else v)),
    of_stream("finishes with null and says why nowhere", edited(lambda v: with_finish(v, None))),
    of_stream("finishes with `tool_calls` without a call", edited(
        lambda v: with_finish(v, "tool_calls"))),
    of_stream("names an error event without an error", streamed(
        lambda a, s: iter([b'event: error\ndata: {"message": "Internal error"}\n\n']))),
    of_stream("sends lines of JSON for events", streamed(
        lambda a, s: (row[6:].strip() + b"\n" for row in chat_chunks(a, s)),
        "application/x-ndjson")),
    of_stream("compresses (gzip) what was to come plain", packed("gzip", gzip.compress)),
    of_stream("compresses (deflate) what was to come plain", packed("deflate", zlib.compress)),
    of_stream("says `Content-Encoding: foo`", packed("foo", bytes)),
    of_stream("answers under 201", with_status(201)),
    of_stream("answers 200 with a detail", always(lambda: whole({"detail": "Model overloaded"}))),
    of_stream("answers 409", always(lambda: error(409, "Conflict"))),
    of_stream("answers 529 once", always(lambda: error(529, "Overloaded")), failures=1),
    of_stream("sends half a stream once", streamed(
        lambda a, s: iter([b"data: {bro\n\n"])), failures=1),
    of_stream("redirects (308) to where it answers", sent_on(308)),
    of_stream("redirects (302) to where it answers", sent_on(302)),
    of_stream("takes no body over 30 kB", body_over(30_000)),
    of_stream("takes no body over 60 kB", body_over(60_000)),
    of_stream("refuses prompts over 6,000 tokens", prompt_over(6_000)),
    of_stream("refuses prompts over 9,000 tokens", prompt_over(9_000)),
    of_stream("refuses prompts over 24,000 tokens", prompt_over(24_000)),
    of_stream("wants descriptions under 1,025 characters", described_over(1_024)),
    of_stream("wants descriptions under 10,001 characters", described_over(10_000)),
    of_stream("allows two requests a day", always(lambda: error(
        429, "Rate limit reached: 2 requests a day", **{"retry-after": "3600"})), allowed=2),
    of_stream("refuses to stream", refuses(lambda a: a.body.get("stream"), 400, "no streaming")),
    of_stream("wants another header", _HEADER),
    of_stream("wants another header and gets it", _HEADER, entry={"extraHeaders": {"X-Org": "9"}}),
    of_stream("knows the model that extraArgs name", refuses(
        lambda a: a.body.get("model") != "other", 404, "model not found"),
        entry={"extraArgs": {"model": "other"}}),
    of_call("sends a number for a call's id", member("id", 7)),
    of_call("sends null for a call's id", member("id", None)),
    of_call("sends a text for a call's index", member("index", "0")),
    of_call("sends a number for a tool's name", function("name", lambda _: 7)),
    of_call("writes a tool's name in small letters", function("name", str.lower)),
    of_call("puts blanks around a tool's name", function("name", lambda name: f" {name} ")),
    of_call("sends null arguments", function("arguments", lambda _: None)),
    of_call("sends a list for arguments", function("arguments", lambda _: "[]")),
    of_call("puts arguments into a fence", function("arguments", lambda a: f"```json\n{a}\n```")),
    of_call("leaves the function of a call out", lambda call: call.update(call.pop("function"))),
    of_stream("names a tool in the second piece", calling(lambda s: [
        {"index": 0, "id": "call_1", "type": "function", "function": {"arguments": ""}},
        {"index": 0, "function": {"name": s.name, "arguments": s.arguments}}]), calls=True),
    of_stream("sends the pieces of a call without index", calling(lambda s: [
        {"id": "call_1", "type": "function", "function": {"name": s.name, "arguments": ""}},
        *({"function": {"arguments": letter}} for letter in s.arguments)]), calls=True),
    of_stream("repeats name and id in each piece", calling(
        lambda s: [piece(s, s.arguments[:5]), piece(s, s.arguments[5:])]), calls=True),
    of_stream("sends arguments twice", calling(
        lambda s: [piece(s, s.arguments), piece(s, s.arguments)]), calls=True),
    of_stream("refuses a tool's result", after_result(
        lambda: error(400, "Invalid request: tool message")), calls=True),
    of_stream("says nothing to a tool's result", after_result(lambda: Said("")), calls=True),
    of_stream("passes over a tool's result", after_result(
        lambda: Said("All is well.")), calls=True),
    of_stream("wants a call's thoughts back", wants_thoughts, calls=True),
    of_stream("wants a call's thoughts back (kimi-k2.5)", wants_thoughts, calls=True,
              entry={"model": "kimi-k2.5"}),
    of_stream("wants signed thoughts back (Messages API)", before_call(
        _SIGNED, "Expected `thinking`, but found `tool_use`", "c2lnbmVk"),
        entry=ANTHROPIC, path="", calls=True),
    of_stream("wants sealed thoughts back (Responses API)", before_call(
        _SEALED, "'function_call' without its required 'reasoning' item", "c2VhbGVk"),
        entry=OPENAI, calls=True),
    of_stream("writes a call in Kimi's tokens", as_words(_TEXT), calls=True),
    of_stream("names no events (Messages API)", typed(message_events, lambda v: v, named=False),
              entry=ANTHROPIC, path=""),
    of_stream("names no events (Responses API)", typed(response_events, lambda v: v, named=False),
              entry=OPENAI),
    of_stream("refuses to answer (Messages API)", stopping("refusal"), entry=ANTHROPIC, path=""),
    of_stream("stops for no reason (Messages API)", stopping(None), entry=ANTHROPIC, path=""),
    of_stream("refuses marks for the cache (Messages API)", refuses(
        lambda a: b"cache_control" in a.seen.body, 400, "cache_control: Extra inputs"),
        entry=ANTHROPIC, path=""),
    of_stream("wants a bearer (Messages API)", refuses(
        lambda a: "authorization" not in a.headers, 401, "no bearer"), entry=ANTHROPIC, path=""),
    of_stream("ends with response.done", ending_as("response.done"), entry=OPENAI),
    of_stream("answers chat chunks to /responses", streamed(chat_chunks), entry=OPENAI),
    of_stream("refuses `store` (Responses API)", refuses(
        lambda a: "store" in a.body, 400, "Unsupported parameter: store"), entry=OPENAI),
)  # fmt: skip
