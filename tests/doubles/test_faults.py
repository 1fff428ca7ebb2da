"""The faults do on a real socket what their names say."""

from __future__ import annotations

import json
import time

import httpx
import pytest

from tests.doubles.faults import fault
from tests.doubles.misbehaviour import FAULTS

pytestmark = pytest.mark.outside

TRANSPORT = {
    "refused": httpx.ConnectError,
    "hang": httpx.ReadTimeout,
    "hang_after_headers": httpx.ReadTimeout,
    "length_too_long": httpx.RemoteProtocolError,
    "not_http": httpx.RemoteProtocolError,
    "closed_at_once": httpx.RemoteProtocolError,
    "huge_headers": httpx.RemoteProtocolError,
    "reset": httpx.ReadError,
    "sse_reset": httpx.ReadError,
    "sse_cut_in_chunk": httpx.RemoteProtocolError,
    "bad_gzip": httpx.DecodingError,
}
STATUS = {
    "html": 200,
    "server_error": 500,
    "redirect_302": 302,
    "redirect_307": 307,
    "redirect_loop": 302,
    "no_content": 204,
    "error_401": 401,
    "error_403": 403,
    "error_429": 429,
    "error_503": 503,
    "empty_403": 403,
    "null_json": 200,
    "wrong_shape": 200,
    "deep_json": 200,
    "length_too_short": 200,
}


def get(url: str) -> httpx.Response:
    return httpx.get(f"{url}/api/tags", timeout=0.3, trust_env=False)


@pytest.mark.parametrize("name", sorted(TRANSPORT))
def test_a_fault_of_the_wire_surfaces_as_this_httpx_error(name: str) -> None:
    with fault(name, interval=0.05) as url, pytest.raises(TRANSPORT[name]):
        get(url)


@pytest.mark.parametrize("name", sorted(STATUS))
def test_a_fault_of_the_content_arrives_with_this_status(name: str) -> None:
    with fault(name) as url:
        assert get(url).status_code == STATUS[name]


def test_truncated_json_is_no_error_of_the_transport() -> None:
    with fault("truncated_json") as url, pytest.raises(json.JSONDecodeError):
        get(url).json()


def test_invalid_utf8_is_no_json_error() -> None:
    with fault("invalid_utf8") as url, pytest.raises(UnicodeDecodeError):
        get(url).json()


@pytest.mark.parametrize("name", ["drip_headers", "drip_body"])
def test_a_drip_outlives_every_read_timeout(name: str) -> None:
    begin = time.monotonic()
    with fault(name, interval=0.005) as url:
        assert get(url).status_code == 200
    assert time.monotonic() - begin > 0.3


@pytest.mark.parametrize(("name", "size"), [("gzip_bomb", 3_000_000), ("endless_body", 3_000_000)])
def test_a_big_body_is_as_big_as_asked_for(name: str, size: int) -> None:
    with fault(name, size=size) as url:
        assert abs(len(get(url).content) - size) < 70_000


def test_a_stream_without_done_ends_cleanly() -> None:
    with fault("sse_without_done") as url:
        text = get(url).text
    assert "upon" in text
    assert "[DONE]" not in text


def test_a_slow_stream_ends_properly() -> None:
    with fault("sse_slow", interval=0.01) as url:
        assert get(url).text.endswith("data: [DONE]\n\n")


def test_a_fault_can_be_limited_to_one_path() -> None:
    with fault("html") as good, fault("hang", only="/api/show", beyond=good) as url:
        assert get(url).headers["content-type"].startswith("text/html")
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(f"{url}/api/show", json={}, timeout=0.2, trust_env=False)


def test_every_fault_is_tried_here() -> None:
    tried = {
        *TRANSPORT,
        *STATUS,
        *("truncated_json", "invalid_utf8", "drip_headers", "drip_body", "gzip_bomb"),
        *("endless_body", "sse_without_done", "sse_slow"),
    }
    untried = {"endless_informational", "sse_endless", "sse_error_event", "sse_not_json"}
    assert set(FAULTS) == (tried | untried) - {"refused"}
