"""HTTP with a total deadline and a cap on bytes: the only place that talks to a server.

httpx bounds each read, so a server that drips a byte a second keeps a caller for ever. Its engine,
httpcore, takes a network backend, and ours gives every operation what is left of one deadline.
"""

import json
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, cast
from urllib.parse import urlsplit

import httpcore

from factory_byok.core.facts import Json
from factory_byok.core.http.backend import Backend
from factory_byok.core.http.deadline import Deadline as Deadline
from factory_byok.core.http.deadline import Kind as Kind
from factory_byok.core.http.deadline import NoAnswer as NoAnswer
from factory_byok.core.http.faults import faults

PROBE_DEADLINE: Final = 2.0  # seconds in total for what a healthy server answers at once
MOST_BYTES: Final = 8 * 2**20  # the largest honest reply (a verbose /api/show) is below this


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole reply: `status`, lower-case `headers`, the `body` bytes and the seconds it took."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float

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
        return cast(Json, json.loads(body))
    except (ValueError, RecursionError):
        raise NoAnswer("json", "The reply is not JSON") from None


class Stream:
    """A reply whose body is read as it comes."""

    def __init__(self, response: httpcore.Response, deadline: Deadline, most_bytes: int) -> None:
        """Wraps an open response."""
        self.status: int = response.status
        self.headers = _headers(response)
        self.deadline = deadline
        self._response = response
        self._most_bytes = most_bytes

    def chunks(self) -> Iterator[bytes]:
        """The body's bytes as they arrive. Raises NoAnswer; `flood` when the cap is passed."""
        if self.headers.get("content-encoding", "identity").lower() not in ("identity", ""):
            raise NoAnswer("protocol", "The reply is compressed although that was not allowed")
        size = 0
        with faults(self.deadline):
            for chunk in self._response.iter_stream():
                self.deadline.left()
                size += len(chunk)
                if size > self._most_bytes:
                    raise NoAnswer("flood", f"The reply is larger than {self._most_bytes:,} bytes")
                yield chunk

    def read(self) -> bytes:
        """The whole body."""
        return b"".join(self.chunks())

    def lines(self) -> Iterator[str]:
        """The body's lines, without their ends, as they arrive; the last one may be unfinished."""
        rest = b""
        for chunk in self.chunks():
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole:
                yield line.rstrip(b"\r").decode("utf-8", "replace")
        if rest:
            yield rest.decode("utf-8", "replace")


class Http:
    """The HTTP door: direct to this machine, by the environment's proxies elsewhere."""

    def send(
        self,
        method: str,
        url: str,
        *,
        body: Json = None,
        headers: Mapping[str, str] | None = None,
        deadline: float = PROBE_DEADLINE,
        most_bytes: int = MOST_BYTES,
    ) -> Reply:
        """One exchange: `body` goes as JSON when not None. Redirects are not followed.

        Raises NoAnswer for everything but a complete reply within `deadline` seconds in total.
        """
        start = time.monotonic()
        with self.stream(
            method, url, body=body, headers=headers, deadline=deadline, most_bytes=most_bytes
        ) as stream:
            content = stream.read()
            return Reply(stream.status, stream.headers, content, time.monotonic() - start)

    @contextmanager
    def stream(
        self,
        method: str,
        url: str,
        *,
        body: Json = None,
        headers: Mapping[str, str] | None = None,
        deadline: float | Deadline = PROBE_DEADLINE,
        most_bytes: int = MOST_BYTES,
    ) -> Iterator[Stream]:
        """An exchange whose body is read as it comes; leaving the block closes the connection."""
        clock = deadline if isinstance(deadline, Deadline) else Deadline(deadline)
        content = None if body is None else json.dumps(body).encode()
        sent: dict[bytes | str, bytes | str] = {
            "Accept-Encoding": "identity",
            "Accept": "*/*",
            "User-Agent": "byok",
        }
        if content is not None:
            sent["Content-Type"] = "application/json"
        sent.update(headers or {})
        host, pool = _pool(url, clock)
        with pool, faults(clock):
            sent.setdefault("Host", host)
            with pool.stream(method, url, headers=sent, content=content) as response:
                yield Stream(response, clock, most_bytes)


def _pool(url: str, clock: Deadline) -> tuple[str, httpcore.ConnectionPool]:
    """The Host header for a URL and a pool for it that keeps the deadline; NoAnswer (`url`)."""
    try:
        parts = urlsplit(url)
        _ = parts.port
        parts.netloc.encode("ascii")
    except (ValueError, UnicodeEncodeError):
        raise NoAnswer("url", f"`{url}` is not a URL") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise NoAnswer("url", f"`{url}` is not an http or https URL")
    backend = Backend(clock)
    context = _tls_context() if parts.scheme == "https" else None
    proxy = _proxy_for(parts.scheme, parts.hostname)
    host = parts.netloc.rpartition("@")[2]
    if proxy:
        return host, httpcore.HTTPProxy(proxy, ssl_context=context, network_backend=backend)
    return host, httpcore.ConnectionPool(ssl_context=context, network_backend=backend)


def _tls_context() -> ssl.SSLContext:
    """The system's certificates and, where there are none, the bundled ones."""
    context = ssl.create_default_context()
    if not context.get_ca_certs() and not context.cert_store_stats()["x509_ca"]:
        import certifi

        context.load_verify_locations(certifi.where())
    return context


def _proxy_for(scheme: str, host: str) -> str:
    """The proxy that the environment names for a host; never one for this machine's own names."""
    if host == "localhost" or host.startswith("127.") or host == "::1":
        return ""
    from urllib.request import getproxies, proxy_bypass

    proxy = getproxies().get(scheme, "")
    return "" if not proxy or proxy_bypass(host) else proxy


def _headers(response: httpcore.Response) -> dict[str, str]:
    """Header names in lower case; of a repeated header the last one counts."""
    return {
        name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers
    }
