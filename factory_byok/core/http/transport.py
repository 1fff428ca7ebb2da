"""httpx's transport with one deadline over the whole exchange, whatever it does inside.

httpx bounds each read, so a server that drips a byte a second would keep a caller for ever, and the
look-up of a name is not bounded at all. Under it httpcore takes a network backend, a public
interface as `BaseTransport` is: here the time of each step is what is left of the exchange's
deadline, which may be extended meanwhile.
"""

import contextlib
import os
import ssl
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, TypeVar, cast
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

from factory_byok.core.concurrency import Once, TooSlow, together
from factory_byok.core.http.deadline import Deadline

T = TypeVar("T")
_OWN_NAMES: Final = ("localhost", "::1")
_AT_ONCE: Final = 4096  # bytes of one write, which a slow reader's system takes whole or not


class BoundedTransport(httpx.BaseTransport):
    """One exchange: direct to this machine, by the environment's proxies elsewhere."""

    def __init__(self, url: httpx.URL, clock: Deadline, proxy: str = "") -> None:
        """A transport for one URL; `proxy` is one to go through all the same. Raises ValueError."""
        way = proxy or _proxy_for(url) or ""
        told = httpx.Proxy(f"http://{way}" if "://" not in way else way) if way else None
        self._pool = httpcore.ConnectionPool(
            # Nothing that goes to http:// needs the certificates, whose loading takes 118 ms.
            ssl_context=certificates() if url.scheme == "https" else _no_certificates(),
            proxy=httpcore.Proxy(str(told.url), auth=told.raw_auth) if told else None,
            network_backend=_Backend(clock),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The reply's head; its body is read as the caller asks for it."""
        url = request.url
        got = self._pool.handle_request(
            httpcore.Request(
                request.method,
                httpcore.URL(
                    scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
                ),
                headers=request.headers.raw,
                content=cast(Iterable[bytes], request.stream),
            )
        )
        return httpx.Response(got.status, headers=got.headers, stream=_Body(got))

    def close(self) -> None:
        """Closes the connection."""
        self._pool.close()


class _Body(httpx.SyncByteStream):
    """The bytes of a reply."""

    def __init__(self, got: httpcore.Response) -> None:
        self._got = got

    def __iter__(self) -> Iterator[bytes]:
        yield from self._got.iter_stream()

    def close(self) -> None:
        """Ends the reply."""
        self._got.close()


class _Backend(httpcore.NetworkBackend):
    """TCP within a deadline."""

    def __init__(self, clock: Deadline) -> None:
        self._clock = clock
        self._inner = httpcore.SyncBackend()

    def connect_tcp(self, host: str, port: int, *_: Any, **__: Any) -> "_Line":
        """A connection; the look-up of a name is left behind when it takes too long."""

        def connect() -> _Line:
            return _Line(self._inner.connect_tcp(host, port, self._clock.left()), self._clock)

        is_number = ":" in host or host.replace(".", "").isdigit()
        return connect() if is_number else _within(self._clock, connect)


class _Line(httpcore.NetworkStream):
    """A connection whose reads and writes end at the deadline."""

    def __init__(self, inner: httpcore.NetworkStream, clock: Deadline) -> None:
        self._inner = inner
        self._clock = clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """What came."""
        return self._inner.read(max_bytes, self._clock.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Sends all of it."""
        for start in range(0, len(buffer), _AT_ONCE):
            self._inner.write(buffer[start : start + _AT_ONCE], self._clock.left())

    def close(self) -> None:
        """Ends the connection."""
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: Any = None
    ) -> "_Line":
        """The same connection, encrypted."""
        secured = self._inner.start_tls(ssl_context, server_hostname, self._clock.left())
        return _Line(secured, self._clock)

    def get_extra_info(self, info: str) -> Any:
        """What the connection knows of itself."""
        return self._inner.get_extra_info(info)


def _within(clock: Deadline, step: Callable[[], T]) -> T:
    """What a step gives or raises; NoAnswer (`timeout`) when the deadline passes before it ends."""
    answer = together({"step": step}, clock.left())["step"]
    if isinstance(answer, TooSlow):
        raise clock.passed()
    if isinstance(answer, BaseException):
        raise answer
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


@Once
def _no_certificates() -> ssl.SSLContext:
    """For what is not encrypted."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _proxy_for(url: httpx.URL) -> str | None:
    """The proxy that the environment names for a URL; never one for this machine's own names."""
    if url.host in _OWN_NAMES or url.host.startswith("127.") or proxy_bypass(url.host):
        return None
    return getproxies().get(url.scheme)
