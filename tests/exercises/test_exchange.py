"""One request against a server that fails, each fault by its own name."""

import json
import signal
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from factory_byok.core.http import Http
from factory_byok.exercises.droid_request import small
from factory_byok.exercises.exchange import exchange
from factory_byok.exercises.sse import events
from tests.doubles.faults import fault
from tests.doubles.misbehaviour import FAULTS
from tests.doubles.ollama import Ollama
from tests.doubles.ollama.gallery import GALLERY
from tests.doubles.ollama.reply import Reply
from tests.doubles.ollama.script import Script
from tests.exercises.bench import DIALECTS, SECRET, an_aim, on, on_ollama

STREAMED = {
    "refused": "refused",
    "hang": "timeout",
    "hang_after_headers": "not_streamed",
    "drip_headers": "timeout",
    "html": "html",
    "server_error": "server_error",
    "redirect_302": "redirect",
    "redirect_loop": "redirect",
    "bad_gzip": "protocol",
    "gzip_bomb": "flood",
    "endless_body": "flood",
    "not_http": "protocol",
    "closed_at_once": "protocol",
    "reset": "reset",
    "huge_headers": "protocol",
    "no_content": "empty",
    "wrong_shape": "not_streamed",
    "null_json": "not_streamed",
    "deep_json": "not_streamed",
    "sse_cut_in_chunk": "protocol_inside",
    "sse_reset": "reset_inside",
    "sse_endless": "timeout_inside",
    "sse_error_event": "error_event",
    "sse_not_json": "broken_event",
    "error_401": "unauthorized",
    "error_403": "forbidden",
    "error_429": "rate_limited",
    "error_503": "loading",
    "empty_403": "forbidden",
}


@pytest.mark.outside
@pytest.mark.parametrize("name", sorted(set(STREAMED) - {"hang_after_headers"}))
def test_a_streamed_fault_has_its_own_name(name: str) -> None:
    with fault(name, interval=0.1) as url:
        done = exchange(Http(), an_aim(url), small("Hi"), first=1.0, rest=0.6)
    assert done.fault is not None
    assert done.fault.kind == STREAMED[name]


@pytest.mark.outside
@pytest.mark.parametrize("name", sorted(FAULTS))
def test_no_fault_raises_and_none_takes_longer_than_its_deadline(name: str) -> None:
    with fault(name, interval=0.1) as url:
        done = exchange(
            Http(), an_aim(url), replace(small("Hi"), stream=False), first=0.4, rest=0.2
        )
    assert done.fault is not None
    assert done.seconds < 2.0
    assert done.fault.words


@pytest.mark.outside
def test_one_event_a_second_is_slow_but_whole() -> None:
    with fault("sse_slow", interval=1.0) as url:
        done = exchange(Http(), an_aim(url), small("Hi"), first=5.0, rest=10.0)
    assert done.fault is None
    assert done.answer.text == "Once upon a time"
    assert done.seconds > 3.0


@pytest.mark.outside
def test_what_came_before_a_fault_is_kept() -> None:
    with fault("sse_reset", interval=0.1) as url:
        done = exchange(Http(), an_aim(url), small("Hi"), first=5.0, rest=5.0)
    assert done.answer.text == "Once"
    assert done.pieces == 1


@pytest.mark.outside
@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_killed_runner_is_noticed_in_every_dialect(dialect: str) -> None:
    dying = replace(GALLERY["smollm2"], script=Script(dies_after=3))
    with Ollama([dying]) as ollama:
        aim = an_aim(ollama.url, dialect=dialect)
        done = exchange(Http(), aim, small("Hi"), first=5.0, rest=5.0)
    if dialect in ("openai", "anthropic"):
        assert done.flaws == ("no_finish", "no_done")
    else:
        assert done.fault is not None
        assert done.fault.kind == "abandoned"
    assert done.answer.text


@pytest.mark.outside
@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("exercise", ["chat", "stream", "window", "speed"])
def test_a_killed_runner_of_ollama_fails_every_exercise(dialect: str, exercise: str) -> None:
    dying = replace(GALLERY["smollm2"], script=Script(dies_after=3))
    with Ollama([dying]) as ollama:
        (done,) = on_ollama(ollama, exercise, dialect=dialect)
    assert (done.status, done.evidence["fault"]) == ("failed", "abandoned")


@pytest.mark.outside
def test_a_stream_without_its_end_is_taken_as_droid_takes_it_and_the_flaw_is_kept() -> None:
    with fault("sse_without_done") as url:
        done = exchange(Http(), an_aim(url), small("Hi"), first=5.0, rest=5.0)
    assert done.fault is None
    assert "no_done" in done.flaws


@pytest.mark.outside
def test_a_secret_that_the_server_echoes_is_hidden() -> None:
    body = json.dumps({"error": {"message": f"Incorrect API key provided: {SECRET}"}}).encode()
    with Ollama(["smollm2"]) as ollama:
        ollama.replies["/v1/chat/completions"] = Reply(401, body)
        results = on(ollama.url, "chat", "stream")
    assert SECRET not in repr(results)
    assert "[hidden]" in results[0].reason
    assert SECRET not in repr(an_aim("http://h"))


def test_a_stream_is_split_into_events_whatever_is_between_them() -> None:
    lines: Iterator[str] = iter(
        [": OPENROUTER PROCESSING", "", "event: x", "data: {", "data: }", "", "data:[DONE]"]
    )
    assert list(events(lines)) == [("x", "{\n}"), ("", "[DONE]")]


@pytest.mark.outside
@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no interval timers here")
def test_ctrl_c_ends_a_stream_at_once() -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    start = time.monotonic()
    try:
        with fault("sse_endless", interval=0.1) as url, pytest.raises(KeyboardInterrupt):
            signal.setitimer(signal.ITIMER_REAL, 0.5)
            exchange(Http(), an_aim(url), small("Hi"), first=30.0, rest=30.0)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert time.monotonic() - start < 5.0
