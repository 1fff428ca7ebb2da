"""HTTP with a total deadline and a cap on bytes: the only place that talks to a server.

httpx speaks HTTP; `transport` adds the deadline, `unpacking` the cap, `faults` turns what is raised
into one exception with a kind and a sentence.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, cast

import httpx

from factory_byok.core.facts import Json
from factory_byok.core.http.deadline import Deadline as Deadline
from factory_byok.core.http.deadline import Kind as Kind
from factory_byok.core.http.deadline import NoAnswer as NoAnswer
from factory_byok.core.http.faults import faults
from factory_byok.core.http.transport import BoundedTransport
from factory_byok.core.http.unpacking import unpacked

PROBE_DEADLINE: Final = 2.0  # seconds in total for what a healthy server answers at once
MOST_BYTES: Final = 2 * 2**20  # the largest honest reply (a service's list) is below half of this
MOST_STREAMED: Final = 8 * 2**20  # some 30,000 tokens, each an event of its own
_LINE_END: Final = re.compile(rb"\r\n|\n|\r")  # the three of server-sent events
_SENT: Final = {"Accept-Encoding": "identity", "User-Agent": "byok"}


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole reply: `status`, lower-case `headers` and the `body` bytes."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def content_type(self) -> str:
        """The media type without parameters, in lower case."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def text(self) -> str:
        """The body as text; bytes that are not UTF-8 show as U+FFFD."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> Json:
        """The body as JSON. Raises NoAnswer (`json`)."""
        return parse_json(self.body)


def parse_json(body: bytes | str) -> Json:
    """JSON from outside, whatever it holds. Raises NoAnswer (`json`) and nothing else."""
    try:
        return cast(Json, json.loads(body, parse_constant=_no_number))
    except (ValueError, RecursionError):
        raise NoAnswer("json", "The reply is not JSON") from None


def _no_number(name: str) -> float:
    """Refuses NaN and Infinity, which Python reads and JSON does not have."""
    raise ValueError(name)


class Stream:
    """A reply whose body is read as it comes."""

    def __init__(
        self, response: httpx.Response, deadline: Deadline, most_bytes: int = MOST_STREAMED
    ) -> None:
        """Wraps an open response."""
        self.status: int = response.status_code
        self.headers = response.headers
        self.deadline = deadline
        self._response, self._most_bytes = response, most_bytes

    def chunks(self) -> Iterator[bytes]:
        """The body's bytes as they arrive. Raises NoAnswer; `flood` when the cap is passed."""
        encoding = self.headers.get("content-encoding", "").strip().lower()
        with faults(self.deadline):
            yield from unpacked(self._response.iter_raw(), encoding, self._most_bytes)

    def read(self) -> bytes:
        """The whole body."""
        return b"".join(self.chunks())

    def lines(self) -> Iterator[str]:
        """The body's lines, without their ends, as they arrive; the last one may be unfinished.

        Not httpx's `iter_lines`: it also ends a line at U+2028 and U+0085, which JSON carries
        unescaped, so it would cut an event in two.
        """
        rest: list[bytes] = []
        after_return = False
        for chunk in self.chunks():
            whole = chunk.removeprefix(b"\n") if after_return else chunk
            after_return = whole.endswith(b"\r")
            first, *more = _LINE_END.split(whole)
            rest.append(first)
            for begun in more:
                yield b"".join(rest).decode("utf-8", "replace")
                rest = [begun]
        if last := b"".join(rest):
            yield last.decode("utf-8", "replace")


class Http:
    """The HTTP door: direct to this machine, by the environment's proxies elsewhere."""

    def send(
        self,
        method: str,
        url: str,
        *,
        body: Json = None,
        headers: Mapping[str, str] | None = None,
        deadline: float | Deadline = PROBE_DEADLINE,
        most_bytes: int = MOST_BYTES,
    ) -> Reply:
        """One exchange: `body` goes as JSON when not None. Redirects are not followed.

        Raises NoAnswer for everything but a complete reply within the deadline, seconds in total.
        """
        with self.stream(
            method, url, body=body, headers=headers, deadline=deadline, most_bytes=most_bytes
        ) as stream:
            return Reply(stream.status, stream.headers, stream.read())

    @contextmanager
    def stream(
        self,
        method: str,
        url: str,
        *,
        body: Json = None,
        headers: Mapping[str, str] | None = None,
        deadline: float | Deadline = PROBE_DEADLINE,
        most_bytes: int = MOST_STREAMED,
        proxy: str = "",
    ) -> Iterator[Stream]:
        """An exchange whose body is read as it comes; leaving the block closes the connection.

        `proxy` is one to go through whatever the environment says, "" for its own rule.
        """
        clock = deadline if isinstance(deadline, Deadline) else Deadline(deadline)
        content = None if body is None else json.dumps(body).encode()
        kind = {} if content is None else {"Content-Type": "application/json"}
        with faults(clock):
            to = _url(url)
            transport = BoundedTransport(to, clock, proxy)
            with (
                httpx.Client(transport=transport, headers=_SENT) as client,
                client.stream(
                    method, to, content=content, headers={**kind, **(headers or {})}
                ) as got,
            ):
                yield Stream(got, clock, most_bytes)


def _url(text: str) -> httpx.URL:
    """A URL without the user and password in it, which droid does not send; NoAnswer (`url`)."""
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        raise NoAnswer("url", f"`{text}` is not a URL") from None
    broken = "%" in url.host and ":" not in url.host  # httpx escapes what no host name can hold
    if url.scheme not in ("http", "https") or not url.host or broken:
        raise NoAnswer("url", f"`{text}` is not an http or https URL")
    return url.copy_with(userinfo=b"")
