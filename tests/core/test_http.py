"""Every fault on the wire becomes one kind, in bounded time and memory."""

import json
import resource
import socket
import threading
import time
from typing import Any

import pytest

from factory_byok.core.http import Deadline, Http, NoAnswer, parse_json, transport
from tests.doubles.faults import closed_port, fault
from tests.doubles.ollama import Ollama
from tests.doubles.ollama.reply import PLAIN_JSON, Reply
from tests.doubles.ollama.server import Server

pytestmark = pytest.mark.outside

KINDS = {
    "hang": "timeout",
    "hang_after_headers": "timeout",
    "drip_body": "timeout",
    "drip_headers": "timeout",
    "endless_informational": "timeout",
    "sse_endless": "timeout",
    "bad_gzip": "protocol",
    "gzip_bomb": "flood",
    "closed_at_once": "protocol",
    "not_http": "protocol",
    "huge_headers": "protocol",
    "length_too_long": "protocol",
    "sse_cut_in_chunk": "protocol",
    "reset": "reset",
    "endless_body": "flood",
}


@pytest.mark.parametrize(("name", "kind"), KINDS.items())
def test_a_fault_has_one_kind_and_ends_in_time(name: str, kind: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.monotonic()
    with fault(name) as url, pytest.raises(NoAnswer) as told:
        Http().send("GET", f"{url}/api/version", deadline=0.6)
    assert told.value.kind == kind
    assert time.monotonic() - start < 3
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024


def test_a_broken_packing_is_not_called_another_protocol() -> None:
    with fault("bad_gzip") as url, pytest.raises(NoAnswer, match="not compressed as it says"):
        Http().send("GET", url)


def test_a_header_that_http_cannot_carry_is_a_fault_of_the_asker() -> None:
    with fault("html") as url, pytest.raises(NoAnswer, match="HTTP cannot carry") as told:
        Http().send("GET", url, headers={"X-Key": "a\nb"})
    assert told.value.kind == "url"


def test_a_closed_port_is_refused() -> None:
    with pytest.raises(NoAnswer) as told:
        Http().send("GET", f"http://127.0.0.1:{closed_port()}/")
    assert told.value.kind == "refused"


@pytest.mark.parametrize(
    "url", ["ftp://h/", "http://", "http://h:port/", "no url", "http://a b/", "http://[h/"]
)
def test_what_is_no_url_is_said(url: str) -> None:
    with pytest.raises(NoAnswer) as told:
        Http().send("GET", url)
    assert told.value.kind == "url"


def test_https_to_a_plain_server_is_a_fault_of_tls() -> None:
    with Ollama() as double, pytest.raises(NoAnswer) as told:
        Http().send("GET", double.url.replace("http://", "https://"))
    assert told.value.kind == "tls"


@pytest.mark.parametrize("name", ["redirect_302", "redirect_307", "redirect_loop"])
def test_a_redirect_is_not_followed(name: str) -> None:
    with fault(name) as url:
        assert 300 <= Http().send("GET", url).status < 400


def test_the_lines_of_a_stream_come_one_by_one() -> None:
    with (
        fault("sse_slow", interval=0.05) as url,
        Http().stream("GET", url, deadline=Deadline(10)) as stream,
    ):
        lines = list(stream.lines())
    assert lines[-2:] == ["data: [DONE]", ""] or "data: [DONE]" in lines


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000, b"\xff", b"<html>"])
def test_broken_json_is_one_kind(body: bytes) -> None:
    with pytest.raises(NoAnswer) as told:
        parse_json(body)
    assert told.value.kind == "json"


def test_a_password_in_the_address_is_not_sent_as_a_host() -> None:
    with Ollama() as double:
        url = double.url.replace("http://", "http://me:secret@")
        assert Http().send("GET", f"{url}/api/version").status == 200
        assert "secret" not in str(double.requests[0].headers)


def test_a_line_ends_where_the_protocol_says_and_nowhere_else() -> None:
    data = json.dumps({"content": "a\u2028b\x85c\x1cd\re"}, ensure_ascii=False)
    body = f"data: {data}\r\n\r\ndata: [DONE]\n".encode()
    server = Server("127.0.0.1", 0, lambda _: Reply(200, body, PLAIN_JSON))
    threading.Thread(target=server.handle_request, daemon=True).start()
    with Http().stream("GET", f"http://127.0.0.1:{server.server_port}/") as stream:
        assert list(stream.lines()) == [f"data: {data}", "", "data: [DONE]"]
    server.server_close()


def test_an_extended_deadline_holds_for_what_comes_after() -> None:
    clock = Deadline(1)
    with fault("sse_slow", interval=0.2) as url, Http().stream("GET", url, deadline=clock) as got:
        clock.extend(20)
        assert "data: [DONE]" in list(got.lines())
    assert clock.seconds == 20


def test_a_name_that_nobody_answers_for_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(30))
    start = time.monotonic()
    with pytest.raises(NoAnswer) as told:
        Http().send("GET", "http://some.example/", deadline=0.3)
    assert told.value.kind == "timeout"
    assert time.monotonic() - start < 3


def test_a_plain_address_needs_no_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> Any:
        pytest.fail("118 ms for nothing")

    monkeypatch.setattr(transport, "certificates", refuse)
    with Ollama() as double:
        assert Http().send("GET", f"{double.url}/api/version").status == 200


@pytest.mark.parametrize("bypass", ["", "*", "some.example"])
def test_the_environments_proxy_is_asked_for_other_machines_only(
    monkeypatch: pytest.MonkeyPatch, bypass: str
) -> None:
    with Ollama() as double:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{closed_port()}")
        monkeypatch.setenv("NO_PROXY", bypass)
        monkeypatch.setattr(socket, "getaddrinfo", _only_numbers(socket.getaddrinfo))
        assert Http().send("GET", f"{double.url}/api/version").status == 200
        with pytest.raises(NoAnswer) as told:
            Http().send("GET", "http://some.example/")
    assert told.value.kind == ("dns" if bypass else "refused")


def _only_numbers(real: Any) -> Any:
    """A resolver that knows no names."""

    def ask(host: str, *more: Any, **named: Any) -> Any:
        if not host.replace(".", "").isdigit():
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return real(host, *more, **named)

    return ask


def test_a_proxy_without_a_scheme_speaks_http_as_droid_takes_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"127.0.0.1:{closed_port()}")
    with pytest.raises(NoAnswer) as told:
        Http().send("GET", "http://some.example/")
    assert told.value.kind == "refused"


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:9", "ftp://h"])
def test_a_proxy_that_cannot_be_used_is_said(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy)
    with pytest.raises(NoAnswer) as told:
        Http().send("GET", "http://some.example/")
    assert told.value.kind == "url"
