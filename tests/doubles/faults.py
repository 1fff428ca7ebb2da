"""A loopback server that misbehaves on the wire in one named way.

    with fault("drip_body") as url:
        ...

`only` limits the fault to paths that begin so; everything else is passed on to the server
`beyond`, so that a good double can be bad at one endpoint.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

from tests.doubles.misbehaviour import FAULTS
from tests.doubles.wire import Line

BACKLOG = 16
PATIENCE = 30.0  # seconds before a forgotten connection ends by itself


def closed_port() -> int:
    """Give a loopback port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def fault(
    name: str,
    *,
    interval: float = 0.3,
    size: int = 50_000_000,
    location: str = "http://127.0.0.1:9/elsewhere",
    only: str | None = None,
    beyond: str | None = None,
) -> Iterator[str]:
    """Serve one fault and give its URL, without a slash at the end.

    `interval` is the pause in seconds of the slow ones, `size` the bytes of the big ones,
    `location` the target of the redirects.
    """
    if name == "refused":
        yield f"http://127.0.0.1:{closed_port()}"
        return
    if name not in FAULTS:
        raise KeyError(f"{name}: not one of refused, {', '.join(sorted(FAULTS))}")
    server = _FaultServer(name, interval, size, location, only, beyond)
    try:
        yield server.url
    finally:
        server.close()


class _FaultServer:
    """Accepts connections and gives each to the fault in a thread of its own."""

    def __init__(
        self,
        name: str,
        interval: float,
        size: int,
        location: str,
        only: str | None,
        beyond: str | None,
    ) -> None:
        self.misbehave = FAULTS[name]
        self.interval, self.size, self.location = interval, size, location
        self.only, self.beyond = only, beyond
        self.stop = threading.Event()
        self.lock = threading.Lock()
        self.open: set[socket.socket] = set()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=BACKLOG)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.accepting = threading.Thread(target=self._accept, daemon=True)
        self.accepting.start()

    def close(self) -> None:
        """Stop at once, also the connections that hang."""
        self.stop.set()
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        with self.lock:
            for connection in self.open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self.accepting.join(PATIENCE)

    def _accept(self) -> None:
        while not self.stop.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with self.lock:
            self.open.add(connection)
        connection.settimeout(PATIENCE)
        try:
            with contextlib.suppress(OSError):
                self._answer(connection)
        finally:
            with self.lock:
                self.open.discard(connection)
            connection.close()

    def _answer(self, connection: socket.socket) -> None:
        line = Line(connection, self.stop, self.interval, self.size, self.location)
        if self.only is None:
            self.misbehave(line)
            return
        request = line.read_request()
        path = request.split(b" ", 2)[1].decode() if request.count(b" ") >= 2 else ""
        if path.startswith(self.only):
            self.misbehave(line)
        elif self.beyond is not None:
            _pass_on(request, self.beyond, connection)
        else:
            line.reply("404 Not Found", b"404 page not found", kind="text/plain")


def _pass_on(request: bytes, beyond: str, connection: socket.socket) -> None:
    """Hand the request to the good server and copy its answer back, byte for byte."""
    host, _, port = beyond.removeprefix("http://").rstrip("/").partition(":")
    head, _, body = request.partition(b"\r\n\r\n")
    kept = [row for row in head.split(b"\r\n") if not row.lower().startswith(b"connection:")]
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as upstream:
        upstream.sendall(b"\r\n".join([*kept, b"Connection: close"]) + b"\r\n\r\n" + body)
        while data := upstream.recv(65536):
            connection.sendall(data)
