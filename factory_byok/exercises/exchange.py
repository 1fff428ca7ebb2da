"""One request through an entry, as droid makes it, and all that came of it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from factory_byok.core.http import Deadline, Http, NoAnswer, Stream, parse_json
from factory_byok.core.json_fields import as_object
from factory_byok.droid.settings.target import Target
from factory_byok.exercises import sse
from factory_byok.exercises.conversation import Answer, Ask, Parts
from factory_byok.exercises.dialects import (
    body_of,
    dialect_of,
    headers_of,
    sendable,
    url_of,
)
from factory_byok.exercises.refusal import Fault, message, refused

KEPT: Final = 400  # characters of a bad reply that are kept as evidence
LOOKED_AT: Final = 4_000  # characters in which a secret is looked for before that
MOST_ERROR: Final = 64 * 1024  # bytes of an error that are read


@dataclass(frozen=True, slots=True)
class Exchange:
    """What came of one request; `fault` is None when it was a whole and proper answer.

    `status` is 0 when there was no reply. Times are seconds from the request; `first_token_seconds`
    and `pieces` belong to a stream. `beginning` holds the first characters of what was wrong.
    """

    answer: Answer = field(default_factory=Answer)
    fault: Fault | None = None
    status: int = 0
    seconds: float = 0.0
    first_token_seconds: float | None = None
    last_token_seconds: float | None = None
    pieces: int = 0
    beginning: str = ""
    error_body: str = ""


@dataclass(slots=True)
class _Course:
    """An exchange while it runs."""

    parts: Parts = field(default_factory=Parts)
    answer: Answer | None = None
    status: int = 0
    first: float | None = None
    last: float | None = None
    beginning: str = ""
    error_body: str = ""


def exchange(
    http: Http, target: Target, ask: Ask, *, first: float, rest: float, enough: float | None = None
) -> Exchange:
    """Sends one request; never raises for anything that a server does.

    `first` is the time in seconds for the first token (a load, the reading of the prompt), `rest`
    the time for what follows; `enough` ends a stream early, without a fault, so many seconds after
    its first token. An interrupt closes the connection and goes on.
    """
    if not sendable(headers_of(target)):
        return Exchange(fault=Fault("key", "The key or a header holds what HTTP cannot carry"))
    course, start = _Course(), time.monotonic()
    deadline = Deadline(first if ask.stream else first + rest)
    fault: Fault | None = None
    try:
        with _open(http, target, ask, deadline) as stream:
            course.status = stream.status
            if stream.status != 200:
                course.error_body = target.hide(_some(stream))
                fault = refused(stream.status, course.error_body, stream.headers)
            elif ask.stream:
                fault = _follow(target, stream, course, start, rest, enough)
            else:
                fault = _whole(target, stream, course)
    except NoAnswer as silence:
        fault = _interrupted(silence, course, rest)
    return _result(target, course, fault, time.monotonic() - start)


@contextmanager
def _open(http: Http, target: Target, ask: Ask, deadline: Deadline) -> Iterator[Stream]:
    """The request on its way."""
    with http.stream(
        "POST",
        url_of(target),
        body=body_of(target, ask),
        headers=headers_of(target),
        deadline=deadline,
    ) as stream:
        yield stream


def _whole(target: Target, stream: Stream, course: _Course) -> Fault | None:
    """A reply in one piece."""
    body = stream.read()
    said = target.hide(body.decode("utf-8", "replace"))
    course.beginning = said[:LOOKED_AT]
    try:
        value = parse_json(body)
    except NoAnswer:
        if _is_html(stream, said):
            return Fault("html", "A web page came back instead of an answer")
        if sse.looks_like(said):
            return Fault("shape", "The server streamed although that was not asked for")
        return Fault("json", "The reply is not JSON")
    if as_object(value).get("error"):
        course.error_body = said
        return Fault("error_inside", f"The server reported an error inside a 200: {message(said)}")
    course.answer = dialect_of(target).parse(value)
    if course.answer is None:
        return Fault("shape", "The reply is JSON but has not the shape of this dialect")
    return None


def _follow(
    target: Target, stream: Stream, course: _Course, start: float, rest: float, enough: float | None
) -> Fault | None:
    """A streamed reply, event by event."""
    kind = stream.headers.get("content-type", "").lower()
    if "application/json" in kind or "text/html" in kind:
        return _not_a_stream(target, stream, course)
    parts, done = course.parts, False
    for data in sse.events(stream.lines()):
        course.beginning = course.beginning or data[:LOOKED_AT]
        if data.strip() == sse.DONE:
            done = True
            break
        fault = _event(target, data, course)
        if fault:
            return fault
        now = time.monotonic() - start
        if parts.size:
            if course.first is None:
                course.first = now
                stream.deadline.extend(rest)
            course.last = now
            if enough is not None and now - course.first > enough:
                return None
        if parts.ended:
            done = True
            break
    return _ending(parts, course, done=done)


def _event(target: Target, data: str, course: _Course) -> Fault | None:
    """One event: JSON, and no error."""
    try:
        event = parse_json(data)
    except NoAnswer:
        course.beginning = data[:LOOKED_AT]
        return Fault("broken_event", "An event of the stream is not JSON")
    whole = as_object(event)
    if whole.get("error") or whole.get("type") == "error":
        course.beginning, course.error_body = data[:LOOKED_AT], target.hide(data)
        return Fault(
            "error_event", f"The stream broke off with an error: {message(course.error_body)}"
        )
    dialect_of(target).feed(course.parts, event)
    if course.parts.error:
        course.beginning, course.error_body = data[:LOOKED_AT], target.hide(data)
        return Fault("error_event", f"The stream broke off with an error: {course.parts.error}")
    return None


def _ending(parts: Parts, course: _Course, *, done: bool) -> Fault | None:
    """What is wrong with how a stream ended."""
    if parts.abandoned and not done:
        return Fault(
            "abandoned",
            "The model's process died in the middle of the answer (an empty last event)",
        )
    if not course.beginning:
        return Fault("empty", "The stream held no event")
    if not done and not parts.finish:
        return Fault("no_end", "The stream stopped without a finish reason and its end mark")
    if not done:
        return Fault("no_done", "The stream has a finish reason but not its end mark")
    if not parts.finish:
        return Fault("no_finish", "The stream ended without a finish reason")
    return None


def _not_a_stream(target: Target, stream: Stream, course: _Course) -> Fault:
    """A page or one JSON reply where a stream was asked for."""
    said = target.hide(stream.read().decode("utf-8", "replace"))
    course.beginning = said[:LOOKED_AT]
    if _is_html(stream, said):
        return Fault("html", "A web page came back instead of a stream")
    course.error_body = said
    try:
        failed = bool(as_object(parse_json(said)).get("error"))
    except NoAnswer:
        failed = False
    if failed:
        return Fault("error_inside", f"The server reported an error inside a 200: {message(said)}")
    return Fault("not_streamed", "One whole JSON reply came back instead of a stream")


def _interrupted(silence: NoAnswer, course: _Course, seconds: float) -> Fault:
    """The fault of a connection that failed, and how far the answer had come by then."""
    pieces = course.parts.size
    if not pieces:
        return Fault(silence.kind, silence.message)
    if silence.kind == "timeout":
        words = f"The answer did not end within {seconds:g} s of its first token"
        return Fault("timeout_inside", f"{words}; {pieces} pieces had come")
    return Fault(f"{silence.kind}_inside", f"{silence.message}; {pieces} pieces had come")


def _some(stream: Stream) -> str:
    """The beginning of an error's body."""
    held = b""
    for chunk in stream.chunks():
        held += chunk
        if len(held) >= MOST_ERROR:
            break
    return held[:MOST_ERROR].decode("utf-8", "replace")


def _is_html(stream: Stream, said: str) -> bool:
    """Whether a reply is a web page."""
    kind = stream.headers.get("content-type", "").lower()
    return "text/html" in kind or said.lstrip()[:15].lower().startswith(("<!doctype", "<html"))


def _result(target: Target, course: _Course, fault: Fault | None, seconds: float) -> Exchange:
    """The finished exchange, with nothing secret in it."""
    shown = fault and Fault(fault.kind, target.hide(fault.words))
    wrong = course.error_body[:LOOKED_AT] or course.beginning
    return Exchange(
        course.answer or course.parts.answer(),
        shown,
        course.status,
        seconds,
        course.first,
        course.last,
        course.parts.size,
        target.hide(wrong)[:KEPT] if fault else "",
        course.error_body,
    )
