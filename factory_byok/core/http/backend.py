"""Connections each of whose operations gets what is left of one deadline."""

import socket
import ssl
import threading
from collections.abc import Iterable
from typing import Any

import httpcore

from factory_byok.core.http.deadline import Deadline


class Backend(httpcore.NetworkBackend):
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
