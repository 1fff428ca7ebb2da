"""The ways in which a server can fail on the wire, by name."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable

from tests.doubles.broken_streams import STREAMS
from tests.doubles.wire import Line

GOOD = b'{"models":[{"name":"smollm2:latest","model":"smollm2:latest","size":98362745}]}'
HTML = b"<!doctype html><html><head><title>Welcome</title></head><body>It works</body></html>"


def _accept_and_hang(line: Line) -> None:
    line.read_request()
    line.stop.wait()


def _hang_after_headers(line: Line) -> None:
    line.read_request()
    line.head("200 OK", {"Content-Length": str(len(GOOD))})
    line.stop.wait()


def _drip_headers(line: Line) -> None:
    line.read_request()
    line.drip(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")


def _drip_body(line: Line) -> None:
    line.read_request()
    line.head("200 OK", {"Content-Length": str(len(GOOD))})
    line.drip(GOOD)


def _length_too_long(line: Line) -> None:
    line.read_request()
    line.head("200 OK", {"Content-Length": str(len(GOOD) + 100)})
    line.send(GOOD)


def _length_too_short(line: Line) -> None:
    line.read_request()
    line.head("200 OK", {"Content-Length": "10"})
    line.send(GOOD)


def _truncated_json(line: Line) -> None:
    line.read_request()
    line.head("200 OK", {})
    line.send(GOOD[: len(GOOD) // 2])


def _deep_json(line: Line) -> None:
    line.reply("200 OK", b"[" * 100_000 + b"]" * 100_000)


def _redirect(status: str) -> Callable[[Line], None]:
    def misbehave(line: Line) -> None:
        line.read_request()
        line.head(status, {"Location": line.location, "Content-Length": "0"})

    return misbehave


def _redirect_loop(line: Line) -> None:
    path = line.read_request().split(b" ", 2)[1].decode()
    line.head("302 Found", {"Location": path, "Content-Length": "0"})


def _bad_gzip(line: Line) -> None:
    line.read_request()
    broken = gzip.compress(GOOD)[:-12] + b"not a checksum"
    line.head("200 OK", {"Content-Encoding": "gzip", "Content-Length": str(len(broken))})
    line.send(broken)


def _gzip_bomb(line: Line) -> None:
    """Pack `size` bytes of blanks, piece by piece, so that only the client feels the weight."""
    line.read_request()
    line.head("200 OK", {"Content-Encoding": "gzip"})
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    piece = b" " * 1_000_000
    for _ in range(max(1, line.size // len(piece))):
        if line.stop.is_set():
            return
        line.send(packer.compress(piece))
    line.send(packer.flush())


def _invalid_utf8(line: Line) -> None:
    line.reply("200 OK", b'{"version":"\xff\xfe\xc3(","models":[]}')


def _not_http(line: Line) -> None:
    line.read_request()
    line.send(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")


def _closed_at_once(line: Line) -> None:
    line.read_request()


def _reset(line: Line) -> None:
    line.read_request()
    line.reset()


def _huge_headers(line: Line) -> None:
    line.read_request()
    line.head("200 OK", {"X-Padding": "x" * 200_000, "Content-Length": "2"})
    line.send(b"{}")


def _endless_body(line: Line) -> None:
    line.read_request()
    line.head("200 OK", {})
    piece = b" " * 65_536
    sent = 0
    while sent < line.size and not line.stop.is_set():
        line.send(piece)
        sent += len(piece)


def _endless_informational(line: Line) -> None:
    line.read_request()
    while not line.pause():
        line.send(b"HTTP/1.1 102 Processing\r\n\r\n")


def _no_content(line: Line) -> None:
    line.read_request()
    line.send(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")


def _plain(status: str, body: bytes, kind: str = "application/json") -> Callable[[Line], None]:
    return lambda line: line.reply(status, body, kind=kind)


def _error(status: str, message: str, kind: str) -> Callable[[Line], None]:
    return _plain(status, json.dumps({"error": {"message": message, "type": kind}}).encode())


FAULTS: dict[str, Callable[[Line], None]] = {
    "hang": _accept_and_hang,
    "hang_after_headers": _hang_after_headers,
    "drip_headers": _drip_headers,
    "drip_body": _drip_body,
    "length_too_long": _length_too_long,
    "length_too_short": _length_too_short,
    "truncated_json": _truncated_json,
    "deep_json": _deep_json,
    "wrong_shape": _plain("200 OK", b'["neither","a","model","list"]'),
    "null_json": _plain("200 OK", b"null"),
    "html": _plain("200 OK", HTML, "text/html; charset=utf-8"),
    "server_error": _plain("500 Internal Server Error", b"boom", "text/plain"),
    "redirect_302": _redirect("302 Found"),
    "redirect_307": _redirect("307 Temporary Redirect"),
    "redirect_loop": _redirect_loop,
    "bad_gzip": _bad_gzip,
    "gzip_bomb": _gzip_bomb,
    "invalid_utf8": _invalid_utf8,
    "not_http": _not_http,
    "closed_at_once": _closed_at_once,
    "reset": _reset,
    "huge_headers": _huge_headers,
    "endless_body": _endless_body,
    "endless_informational": _endless_informational,
    "no_content": _no_content,
    **STREAMS,
    "error_401": _error("401 Unauthorized", "Invalid API Key", "authentication_error"),
    "error_403": _error("403 Forbidden", "this model is not for you", "permission_error"),
    "error_429": _error("429 Too Many Requests", "slow down", "rate_limit_error"),
    "error_503": _error("503 Service Unavailable", "Loading model", "unavailable_error"),
    "empty_403": _plain("403 Forbidden", b""),
}
