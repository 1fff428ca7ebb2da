"""The HTTP side of the double: real sockets, Go's routing habits, every request kept."""

from __future__ import annotations

import contextlib
import email.utils
import ipaddress
import re
import socket
import socketserver
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from tests.doubles.ollama.library import CutOffError
from tests.doubles.ollama.reply import Reply, Seen

Answer = Callable[[Seen], Reply]
LOCAL_NAMES = (".localhost", ".local", ".internal")
LOCAL_ORIGINS = (
    r"(https?://(localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(:\d+)?|(app|file|tauri)://.*)"
)


class Server(ThreadingHTTPServer):
    """Listens on loopback and hands each request to one function."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128  # Python's five drop connections when byok asks all models at once

    def __init__(self, host: str, port: int, answer: Answer) -> None:
        self.answer = answer
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), Handler)

    def server_bind(self) -> None:
        """Bind without the look-up of our own name, which can take seconds."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "localhost", int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay silent when a client has gone away."""


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server: Server

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        seen = Seen(self.command, self.path, dict(self.headers), self.rfile.read(length))
        reply = guarded(seen, self.server.answer)
        with contextlib.suppress(OSError):
            self._send(reply, head_only=self.command == "HEAD")

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_OPTIONS = do_PATCH = _answer  # noqa: N815

    def _send(self, reply: Reply, *, head_only: bool) -> None:
        self.send_response_only(reply.status)
        for key, value in reply.headers.items():
            self.send_header(key, value)
        if reply.kind:
            self.send_header("Content-Type", reply.kind)
        self.send_header("Date", email.utils.formatdate(usegmt=True))
        if isinstance(reply.body, bytes):
            self.send_header("Content-Length", str(len(reply.body)))
        else:
            self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        if isinstance(reply.body, bytes):
            self.wfile.write(b"" if head_only else reply.body)
        elif not head_only:
            self._send_pieces(reply.body)

    def _send_pieces(self, pieces: Iterable[bytes]) -> None:
        try:
            for piece in pieces:
                self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
                self.wfile.flush()
            self.wfile.write(b"0\r\n\r\n")
        except CutOffError:
            self.close_connection = True


def guarded(seen: Seen, answer: Answer) -> Reply:
    """Keep foreign names and origins out, as a server on loopback does."""
    headers = {key.lower(): value for key, value in seen.headers.items()}
    origin = headers.get("origin", "")
    if not _is_local(headers.get("host", "")):
        return Reply(403, b"", None)
    if origin and not re.fullmatch(LOCAL_ORIGINS, origin):
        return Reply(403, b"", None)
    reply = answer(seen)
    if not origin:
        return reply
    allowed = {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}
    return Reply(reply.status, reply.body, reply.kind, {**reply.headers, **allowed})


def _is_local(host: str) -> bool:
    name = urlsplit(f"//{host}").hostname or ""
    if name in ("", "localhost", socket.gethostname().lower()) or name.endswith(LOCAL_NAMES):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return address.is_loopback or address.is_private or address.is_unspecified
