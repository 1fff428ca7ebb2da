"""Every fault on the wire becomes one kind, in bounded time and memory."""

import resource
import time

import pytest

from factory_byok.core.http import Deadline, Http, NoAnswer, parse_json
from tests.doubles.faults import closed_port, fault
from tests.doubles.ollama import Ollama

pytestmark = pytest.mark.outside

KINDS = {
    "hang": "timeout",
    "hang_after_headers": "timeout",
    "drip_body": "timeout",
    "drip_headers": "timeout",
    "sse_endless": "timeout",
    "bad_gzip": "protocol",
    "gzip_bomb": "protocol",
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


def test_a_closed_port_is_refused() -> None:
    with pytest.raises(NoAnswer) as told:
        Http().send("GET", f"http://127.0.0.1:{closed_port()}/")
    assert told.value.kind == "refused"


@pytest.mark.parametrize("url", ["ftp://h/", "http://", "http://h:port/", "no url", "http://é/"])
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
