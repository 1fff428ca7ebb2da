"""Loading and deriving models, with every fault."""

import threading
import time
from collections.abc import Callable, Iterator
from itertools import chain, count

import pytest

from factory_byok.core.errors import ByokError
from factory_byok.core.http import Http, NoAnswer
from factory_byok.providers.ollama.calls import Refused, create, load, pull
from tests.doubles.faults import fault
from tests.doubles.misbehaviour import FAULTS
from tests.doubles.ollama import Ollama, Reply, a_model
from tests.doubles.ollama.server import Server

pytestmark = pytest.mark.outside

Make = Callable[..., Ollama]
NAME = "qwen2.5-coder:32b"


def test_a_load_without_options_and_a_copy_with_a_window(ollama: Make) -> None:
    double = ollama([NAME])
    load(Http(), double.url, NAME)
    create(Http(), double.url, "copy:1", NAME, {"num_ctx": 16_000})
    assert double.state.loads == [(NAME, 4096)]
    assert double.state.models["copy:1"].parameters == {"num_ctx": 16_000}


def test_the_servers_own_words_come_through(ollama: Make) -> None:
    double = ollama([a_model("broken:1b", broken="llama-server process has terminated: OOM")])
    with pytest.raises(Refused, match="process has terminated: OOM"):
        load(Http(), double.url, "broken:1b")
    with pytest.raises(Refused, match="not found"):
        load(Http(), double.url, "gone:1b")
    with pytest.raises(Refused, match="file does not exist"):
        double.registry.failing = ""
        create(Http(), double.url, "copy:1", "gone:1b", {})


@pytest.mark.parametrize("name", ["refused", *FAULTS])
def test_every_fault_of_a_load_ends_in_time(name: str) -> None:
    with fault(name, size=20_000_000, interval=0.1) as url:
        begin = time.monotonic()
        try:
            load(Http(), url, NAME, deadline=0.4)  # any 200 counts: `/api/ps` tells the truth
        except ByokError as error:
            assert f"`{NAME}` was not loaded" in error.message
        assert time.monotonic() - begin < 1.5


@pytest.mark.parametrize("name", ["refused", *FAULTS])
def test_every_fault_of_a_create_is_an_error_in_time(name: str) -> None:
    with fault(name, size=20_000_000, interval=0.1) as url:
        begin = time.monotonic()
        with pytest.raises(ByokError, match=r"`copy:1` was not made"):
            create(Http(), url, "copy:1", NAME, {}, deadline=0.4)
        assert time.monotonic() - begin < 3


def test_a_page_that_says_an_error_in_many_lines_is_cut_short(ollama: Make) -> None:
    double = ollama([NAME])
    double.replies["/api/pull"] = Reply(502, b"<html>\n" + b"x" * 100_000, "text/html")
    with pytest.raises(Refused) as caught:
        list(pull(Http(), double.url, NAME))
    assert len(caught.value.message) <= 500


def _replying(lines: Iterator[str]) -> tuple[Server, str]:
    """A server whose only reply is these lines, one each 50 ms; the last one closes it."""

    def pieces() -> Iterator[bytes]:
        for line in lines:
            time.sleep(0.05)
            yield f"{line}\n".encode()

    server = Server("127.0.0.1", 0, lambda _: Reply(200, pieces()))
    threading.Thread(target=server.handle_request, daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_port}"


NO_BYTES = (
    '{"status":"pulling manifest"}',
    '{"status":"step #"}',
    '{"status":"pulling","digest":"#","total":9}',
    '{"status":"pulling a","digest":"a","total":9,"completed":4}',
)


@pytest.mark.parametrize("line", NO_BYTES)
def test_a_pull_ends_when_its_lines_bring_no_byte(line: str) -> None:
    server, url = _replying(line.replace("#", str(number)) for number in count())
    begin = time.monotonic()
    with pytest.raises(NoAnswer, match="no answer within"):
        for _ in pull(Http(), url, NAME, stall=0.5):
            pass
    assert time.monotonic() - begin < 5
    server.server_close()


def test_a_pull_that_goes_on_may_take_longer_than_its_stall() -> None:
    went = (f'{{"status":"pulling a","digest":"a","completed":{n}}}' for n in range(24))
    server, url = _replying(chain(went, ['{"status":"success"}']))
    assert len(list(pull(Http(), url, NAME, stall=0.8))) == 25
    server.server_close()


def test_a_copy_ends_at_its_own_total_whatever_is_said_meanwhile() -> None:
    server, url = _replying(f'{{"status":"step {n}"}}' for n in count())
    begin = time.monotonic()
    with pytest.raises(ByokError, match=r"`copy:1` was not made: there was no answer within 0.5 s"):
        create(Http(), url, "copy:1", NAME, {}, deadline=0.5)
    assert time.monotonic() - begin < 5
    server.server_close()
