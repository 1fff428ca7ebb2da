"""HTTP with a total deadline and a cap on bytes: the only place that talks to a server.

httpx bounds each read, so a server that drips a byte a second keeps a caller for ever. Its engine,
httpcore, takes a network backend, and ours gives every operation what is left of one deadline.
"""

import json
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Literal, cast
from urllib.parse import urlsplit

import httpcore

from factory_byok.errors import ByokError
from factory_byok.facts import Json

PROBE_DEADLINE: Final = (
    2.0  # seconds, in total, for a question that a healthy server answers at once
)
MOST_BYTES: Final = 8 * 2**20  # the largest honest reply (a verbose /api/show) is below this

Kind = Literal[
    "refused", "timeout", "dns", "reset", "unreachable", "protocol", "flood", "tls", "certificate",
    "url", "json",
]  # fmt: skip


class NoAnswer(ByokError):
    """No usable reply came; `kind` is the machine's word for why."""

    def __init__(self, kind: Kind, message: str, hint: str = "") -> None:
        """Keeps the kind beside the sentence."""
        super().__init__(message, hint)
        self.kind: Kind = kind


class Deadline:
    """A moment after which nothing is waited for; `extend` moves it (a load, then an answer)."""

    def __init__(self, seconds: float) -> None:
        """Starts the clock."""
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def extend(self, seconds: float) -> None:
        """Gives `seconds` from now."""
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds left, at least a millisecond. Raises NoAnswer (`timeout`) when none are."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise NoAnswer("timeout", f"There was no answer within {self.seconds:g} s")
        return max(left, 0.001)


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
        with _faults(self.deadline):
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
        with pool, _faults(clock):
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
    backend = _Backend(clock)
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


@contextmanager
def _faults(clock: Deadline) -> Iterator[None]:
    """Turns the engine's exceptions into NoAnswer with a kind and one sentence."""
    try:
        yield
    except httpcore.TimeoutException:
        raise NoAnswer("timeout", f"There was no answer within {clock.seconds:g} s") from None
    except (httpcore.ProxyError, httpcore.ProtocolError, zlib.error) as error:
        raise NoAnswer("protocol", _protocol_words(str(error))) from None
    except httpcore.UnsupportedProtocol:
        raise NoAnswer("url", "This is not an http or https URL") from None
    except (httpcore.NetworkError, OSError) as error:
        raise _network_fault(error) from None
    except (ValueError, TypeError) as error:  # headers or a URL that cannot be sent
        raise NoAnswer("url", f"The request cannot be sent: {error}") from None


def _protocol_words(said: str) -> str:
    """What broke in the reply, in words that do not name the engine's classes."""
    if "Receive buffer too long" in said:
        return "The reply's headers do not end"
    if "without sending a response" in said:
        return "The connection was closed without a reply"
    if "incomplete" in said or "without sending complete" in said:
        return "The connection was closed in the middle of the reply"
    return "What came back is not HTTP"


def _network_fault(error: BaseException) -> NoAnswer:
    """The NoAnswer for an operating system's error, found along the chain of causes."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, OSError):
        cause = cause.__cause__ or cause.__context__
    if isinstance(cause, ssl.SSLCertVerificationError):
        return NoAnswer("certificate", f"Its certificate is not valid: {cause.verify_message}")
    if isinstance(cause, ssl.SSLError):
        reason = (cause.reason or "").lower().replace("_", " ") or "the handshake failed"
        return NoAnswer("tls", f"TLS failed: {reason}")
    if isinstance(cause, socket.gaierror):
        return NoAnswer("dns", "The host name is not known")
    if isinstance(cause, ConnectionRefusedError):
        return NoAnswer("refused", "The connection was refused")
    if isinstance(cause, ConnectionError):
        return NoAnswer("reset", "The connection was cut")
    reason = cause.strerror if isinstance(cause, OSError) and cause.strerror else str(error)
    return NoAnswer("unreachable", f"The server cannot be reached: {reason.lower()}")


# --- the network backend --------------------------------------------------------------------------


class _Backend(httpcore.NetworkBackend):
    """Connects and reads within what is left of one deadline."""

    def __init__(self, clock: Deadline) -> None:
        self._clock = clock
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Tries each address of the host in turn, as getaddrinfo orders them."""
        failure: BaseException | None = None
        for address in _resolve(host, port, self._clock):
            try:
                stream = self._inner.connect_tcp(
                    address, port, self._clock.left(), local_address, socket_options
                )
                return _DeadlineStream(stream, self._clock)
            except httpcore.NetworkError as error:
                failure = error
        raise failure or httpcore.ConnectError("no address")


class _DeadlineStream(httpcore.NetworkStream):
    """A connection each of whose operations gets what is left of the deadline."""

    def __init__(self, inner: httpcore.NetworkStream, clock: Deadline) -> None:
        self._inner = inner
        self._clock = clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._clock.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._clock.left())

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        inner = self._inner.start_tls(ssl_context, server_hostname, self._clock.left())
        return _DeadlineStream(inner, self._clock)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _resolve(host: str, port: int, clock: Deadline) -> list[str]:
    """A host's addresses, asked in a thread of its own because the system's resolver cannot be cut.

    Raises OSError as getaddrinfo does, NoAnswer (`timeout`) when it takes too long.
    """
    found: list[str] = []
    failed: list[OSError] = []

    def ask() -> None:
        try:
            infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.extend(dict.fromkeys(str(info[4][0]) for info in infos))
        except (OSError, UnicodeError) as error:
            failed.append(error if isinstance(error, OSError) else socket.gaierror(str(error)))

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(clock.left())
    if failed:
        raise failed[0]
    clock.left()
    return found
