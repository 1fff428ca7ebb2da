"""One loopback connection, spoken to in raw bytes."""

from __future__ import annotations

import socket
import struct
import threading
from dataclasses import dataclass, field


@dataclass
class Line:
    """One connection, with what a fault needs to misbehave on it."""

    connection: socket.socket
    stop: threading.Event
    interval: float
    size: int
    location: str
    request: bytes = field(default=b"", init=False)

    def read_request(self) -> bytes:
        """Read the request once, body included: closing on unread bytes would send an RST."""
        while b"\r\n\r\n" not in self.request:
            if not self._receive():
                return self.request
        head, _, _ = self.request.partition(b"\r\n\r\n")
        lengths = [
            int(row.split(b":", 1)[1])
            for row in head.split(b"\r\n")
            if row.lower().startswith(b"content-length:")
        ]
        while len(self.request) < len(head) + 4 + sum(lengths) and self._receive():
            pass
        return self.request

    def _receive(self) -> bool:
        data = self.connection.recv(65536)
        self.request += data
        return bool(data)

    def send(self, data: bytes) -> None:
        """Send all the bytes at once."""
        self.connection.sendall(data)

    def head(self, status: str, headers: dict[str, str], *, kind: str = "application/json") -> None:
        """Send a status line and headers."""
        rows = {"Content-Type": kind, "Connection": "close", **headers}
        text = "".join(f"{key}: {value}\r\n" for key, value in rows.items())
        self.send(f"HTTP/1.1 {status}\r\n{text}\r\n".encode())

    def reply(self, status: str, body: bytes, *, kind: str = "application/json") -> None:
        """Send a whole, honest reply."""
        self.read_request()
        self.head(status, {"Content-Length": str(len(body))}, kind=kind)
        self.send(body)

    def pause(self) -> bool:
        """Wait one interval; True when the server is to stop."""
        return self.stop.wait(self.interval)

    def drip(self, data: bytes) -> None:
        """Send one byte per interval."""
        for value in data:
            if self.pause():
                return
            self.send(bytes([value]))

    def reset(self) -> None:
        """Close so that the other side gets an RST."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
