"""One request through an entry, as droid makes it, and all that came of it."""

import math
import time
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple
from urllib.parse import urljoin, urlsplit

from factory_byok.core.facts import Json
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
    sent_headers,
    url_of,
)
from factory_byok.exercises.refusal import Fault, limit_a_minute, message, named_fault, refused

KEPT: Final = 400  # characters of a bad reply that are kept as evidence
LOOKED_AT: Final = 4_000  # characters in which a secret is looked for before that
_FOR_ALL: Final = ("accept", "user-agent", "anthropic-version")  # headers that hold no secret
KEEPS_METHOD: Final = (307, 308)
MOST_REDIRECTS: Final = 5  # fewer than fetch's 20: a chain of them is a loop
MOST_ERROR: Final = 64 * 1024  # bytes of an error that are read


class Enough(NamedTuple):
    """When a streamed answer has said enough: seconds after its first piece, or pieces."""

    seconds: float = math.inf
    pieces: float = math.inf

    def reached(self, seconds: float, pieces: int) -> bool:
        """Whether so much is enough."""
        return seconds > self.seconds or pieces >= self.pieces


NEVER: Final = Enough()


@dataclass(slots=True)
class Exchange:
    """What came of one request; `fault` is None when it was a whole and proper answer.

    `status` is 0 when there was no reply. Times are seconds from the request; `first_token_seconds`
    and `pieces` belong to a stream. `beginning` holds the first characters of what was wrong.
    `flaws` are what a stream lacks although droid takes it (`no_finish`, `no_done`);
    `limit_a_minute` is the account's limit in tokens where a header tells it, else 0; `stopped`
    says that byok had heard enough before the end; `retry_after` is how many seconds the server
    asks to wait, 0 when it does not. `parts` is a streamed answer while it grows.
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
    flaws: tuple[str, ...] = ()
    limit_a_minute: int = 0
    stopped: bool = False
    retry_after: float = 0.0
    parts: Parts = field(default_factory=Parts, repr=False)


def exchange(
    http: Http,
    target: Target,
    ask: Ask,
    *,
    first: float,
    rest: float,
    enough: Enough = NEVER,
    proxy: str = "",
) -> Exchange:
    """Sends one request; never raises for anything that a server does.

    `first` is the time in seconds for the first token (a load, the reading of the prompt), `rest`
    the time for what follows; `enough` ends a stream early, without a fault. `proxy` is the one
    that droid would use, "" for none. A redirect that keeps the method is followed, as droid does;
    another server gets neither the key, as with droid, nor the user's own headers.
    An interrupt closes the connection and goes on.
    """
    if not sendable(headers_of(target)):
        return Exchange(fault=Fault("key", "The key or a header holds what HTTP cannot carry"))
    course, start = Exchange(), time.monotonic()
    deadline = Deadline(first if ask.stream else first + rest)
    fault: Fault | None = None
    url, headers = url_of(target), sent_headers(target)
    try:
        for _ in range(MOST_REDIRECTS):
            with http.stream(
                "POST",
                url,
                body=body_of(target, ask),
                headers=headers,
                deadline=deadline,
                proxy=proxy,
            ) as stream:
                fault = _read(target, ask, stream, course, start, rest, enough)
                before, url = url, urljoin(url, stream.headers.get("location", ""))
            if urlsplit(before)[:2] != urlsplit(url)[:2]:
                headers = {k: v for k, v in headers.items() if k.lower() in _FOR_ALL}
            if stream.status not in KEEPS_METHOD:
                break
    except NoAnswer as silence:
        fault = _interrupted(silence, course, rest)
    return _ended(target, course, fault, time.monotonic() - start)


def _read(
    target: Target,
    ask: Ask,
    stream: Stream,
    course: Exchange,
    start: float,
    rest: float,
    enough: Enough,
) -> Fault | None:
    """What one reply holds."""
    course.status = stream.status
    course.limit_a_minute = limit_a_minute(stream.headers)
    wait = stream.headers.get("retry-after", "")
    course.retry_after = float(wait) if wait.isdecimal() else 0.0
    if stream.status // 100 != 2:
        course.error_body = target.hide(_some(stream))
        return refused(stream.status, course.error_body, stream.headers)
    if ask.stream:
        return _follow(target, stream, course, start, rest, enough)
    return _whole(target, stream, course)


def _whole(target: Target, stream: Stream, course: Exchange) -> Fault | None:
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
    if _is_error(as_object(value).get("error")):
        course.error_body = said
        return Fault("error_inside", f"The server reported an error inside a 200: {message(said)}")
    answer = dialect_of(target).parse(value)
    if answer is None:
        return Fault("shape", "The reply is JSON but has not the shape of this dialect")
    course.answer = answer
    return None


def _follow(
    target: Target, stream: Stream, course: Exchange, start: float, rest: float, enough: Enough
) -> Fault | None:
    """A streamed reply, event by event."""
    parts, done = course.parts, False
    lines, first = sse.opened(stream.lines())
    if first and not sse.looks_like(first):
        return _not_a_stream(target, stream, course, "\n".join(lines))
    named = dialect_of(target).NAMED
    for name, data in sse.events(lines):
        if named and name not in named:
            continue
        course.beginning = course.beginning or data[:LOOKED_AT]
        if data.startswith(sse.DONE):
            done = True
        if done:
            continue  # droid reads to the end of the reply as well
        fault = _event(target, data, course)
        if fault:
            return fault
        now = time.monotonic() - start
        if parts.size:
            if course.first_token_seconds is None:
                course.first_token_seconds = now
                stream.deadline.extend(rest)
            course.last_token_seconds = now
            if enough.reached(now - course.first_token_seconds, parts.size):
                parts.finish = parts.finish or "length"  # as far as this exercise wants to hear
                course.stopped = True
                return None
        done = parts.ended
    return _ending(parts, course, done=done)


def _event(target: Target, data: str, course: Exchange) -> Fault | None:
    """One event: JSON, and no error."""
    try:
        event = parse_json(data)
    except NoAnswer:
        course.beginning = data[:LOOKED_AT]
        return Fault("broken_event", "An event of the stream is not JSON")
    whole = as_object(event)
    if _is_error(whole.get("error")) or whole.get("type") == "error":
        course.beginning, course.error_body = data[:LOOKED_AT], target.hide(data)
        said = message(course.error_body)
        named = named_fault(course.error_body, said)
        kind = named.kind if named else "error_event"
        return Fault(kind, f"The stream broke off with an error: {said}")
    dialect_of(target).feed(course.parts, event)
    if course.parts.misshapen or event is None:
        course.beginning = data[:LOOKED_AT]
        which = f": `{course.parts.misshapen}`" if event is not None else ""
        return Fault("broken_event", f"An event of the stream has not the dialect's form{which}")
    if course.parts.error:
        course.beginning, course.error_body = data[:LOOKED_AT], target.hide(data)
        return Fault("error_event", f"The stream broke off with an error: {course.parts.error}")
    return None


def _is_error(value: Json) -> bool:
    """Whether JavaScript takes a member `error` for one: an empty object too."""
    return value is not None and value is not False and value not in ("", 0)


def _ending(parts: Parts, course: Exchange, *, done: bool) -> Fault | None:
    """What is wrong with how a stream ended."""
    if parts.abandoned and not done:
        return Fault(
            "abandoned",
            "The model's process died in the middle of the answer (an empty last event)",
        )
    if not parts.size and not parts.finish:
        return Fault("empty", "The stream held no answer")
    if parts.finish in ("content_filter", "refusal"):
        return Fault("filtered", f"The server's filter stopped the answer (`{parts.finish}`)")
    lacks = {"no_finish": not parts.finish, "no_done": not done}
    course.flaws = tuple(flaw for flaw, here in lacks.items() if here)
    return None


def _not_a_stream(target: Target, stream: Stream, course: Exchange, body: str) -> Fault:
    """A page or one JSON reply where a stream was asked for."""
    said = target.hide(body)
    course.beginning = said[:LOOKED_AT]
    if _is_html(stream, said):
        return Fault("html", "A web page came back instead of a stream")
    course.error_body = said
    try:
        failed = _is_error(as_object(parse_json(said)).get("error"))
    except NoAnswer:
        failed = False
    if failed:
        told = message(said)
        named = named_fault(said, told)
        kind = named.kind if named else "error_inside"
        return Fault(kind, f"The server reported an error inside a 200: {told}")
    return Fault("not_streamed", "One whole JSON reply came back instead of a stream")


def _interrupted(silence: NoAnswer, course: Exchange, seconds: float) -> Fault:
    """The fault of a connection that failed, and how far the answer had come by then."""
    pieces = course.parts.size
    if not pieces:
        return Fault(silence.kind, silence.message)
    words = silence.message
    if silence.kind == "timeout":
        words = f"The answer did not end within {seconds:g} s of its first token"
    came = "1 piece" if pieces == 1 else f"{pieces:,} pieces"
    return Fault(f"{silence.kind}_inside", f"{words}; {came} had come")


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


def _ended(target: Target, course: Exchange, fault: Fault | None, seconds: float) -> Exchange:
    """The finished exchange, with nothing secret in it."""
    course.fault = fault and replace(fault, words=target.hide(fault.words))
    course.seconds, course.pieces = seconds, course.parts.size
    wrong = course.error_body[:LOOKED_AT] or course.beginning
    course.beginning = target.hide(wrong)[:KEPT] if fault else ""
    if course.pieces or course.parts.finish:
        course.answer = course.parts.answer()
    return course
