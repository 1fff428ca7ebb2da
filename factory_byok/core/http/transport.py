"""httpx's transport with one deadline over the whole exchange and a cap on the reply's bytes.

httpx bounds each read, so a server that drips a byte a second keeps a caller for ever, and the
look-up of a name is not bounded at all. Here each step, whatever it does inside, is waited for no
longer than what is left of one deadline.
"""

import contextlib
import os
import socket
import ssl
from collections.abc import Callable, Iterator
from typing import Final, TypeVar, cast
from urllib.request import getproxies, proxy_bypass

import httpx

from factory_byok.core.concurrency import Once, TooSlow, together
from factory_byok.core.http.deadline import Deadline, NoAnswer

T = TypeVar("T")
_OWN_NAMES: Final = ("localhost", "::1")


class BoundedTransport(httpx.BaseTransport):
    """One exchange: direct to this machine, by the environment's proxies elsewhere."""

    def __init__(self, url: httpx.URL, clock: Deadline, most_bytes: int, proxy: str = "") -> None:
        """A transport for one URL. Raises ValueError or ImportError for a proxy of another kind."""
        # Nothing that goes to http:// needs the certificates, whose loading takes 118 ms.
        verify = (
            certificates() if url.scheme == "https" else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        )
        way = proxy or _proxy_for(url) or ""
        way = f"http://{way}" if way and "://" not in way else way
        self._inner = httpx.HTTPTransport(verify=verify, proxy=way or None)
        self._clock = clock
        self._most_bytes = most_bytes
        self._closed = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The reply's head; its body is read as the caller asks for it."""
        limits: dict[str, float | None] = dict.fromkeys(
            ("connect", "read", "write", "pool"), self._clock.left()
        )
        request.extensions["timeout"] = limits
        response = _within(self._clock, lambda: self._ask(request))
        limits["read"] = None  # the deadline of a body may be extended while it is read
        response.stream = _BoundedBody(response, self._clock, self._most_bytes)
        return response

    def _ask(self, request: httpx.Request) -> httpx.Response:
        """The inner transport's reply; one that comes when nobody waits any more is closed."""
        response = self._inner.handle_request(request)
        if self._closed:
            response.extensions["network_stream"].close()
        return response

    def close(self) -> None:
        """Closes the connection."""
        self._closed = True
        self._inner.close()


class _BoundedBody(httpx.SyncByteStream):
    """A body that ends at the deadline or at the cap on its bytes."""

    def __init__(self, response: httpx.Response, clock: Deadline, most_bytes: int) -> None:
        self._inner = cast(httpx.SyncByteStream, response.stream)
        self._connection = response.extensions.get("network_stream")
        self._clock = clock
        self._most_bytes = most_bytes

    def __iter__(self) -> Iterator[bytes]:
        size, chunks = 0, iter(self._inner)
        while (chunk := _within(self._clock, lambda: next(chunks, None))) is not None:
            size += len(chunk)
            if size > self._most_bytes:
                raise NoAnswer("flood", f"The reply is larger than {self._most_bytes:,} bytes")
            yield chunk

    def close(self) -> None:
        """Ends the connection first, so that a read that was left behind ends too."""
        line = self._connection.get_extra_info("socket") if self._connection else None
        if line is not None:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
        self._inner.close()


def _within(clock: Deadline, step: Callable[[], T]) -> T:
    """What a step gives or raises; NoAnswer (`timeout`) when the deadline passes before it ends."""
    answer = together({"": step}, clock.left())[""]
    if isinstance(answer, TooSlow):
        raise clock.passed()
    if isinstance(answer, BaseException):
        raise answer
    clock.left()
    return answer


@Once
def certificates() -> ssl.SSLContext:
    """The system's certificates and, where there are none, the bundled ones; loaded once.

    Those that the variables of Node name count too, since droid reads them (nodejs.org/api/cli).
    """
    context = ssl.create_default_context()
    if not context.get_ca_certs() and not context.cert_store_stats()["x509_ca"]:
        import certifi

        context.load_verify_locations(certifi.where())
    if more := os.environ.get("NODE_EXTRA_CA_CERTS"):
        with contextlib.suppress(OSError):  # Node passes over one that cannot be read
            context.load_verify_locations(more)
    if os.environ.get("NODE_TLS_REJECT_UNAUTHORIZED") == "0":
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _proxy_for(url: httpx.URL) -> str | None:
    """The proxy that the environment names for a URL; never one for this machine's own names."""
    if url.host in _OWN_NAMES or url.host.startswith("127.") or proxy_bypass(url.host):
        return None
    return getproxies().get(url.scheme)
