"""Loading and deriving models, with every fault."""

import time
from collections.abc import Callable

import pytest

from factory_byok.core.errors import ByokError
from factory_byok.core.http import Http
from factory_byok.providers.ollama.calls import Refused, create, load, pull
from tests.doubles.faults import fault
from tests.doubles.misbehaviour import FAULTS
from tests.doubles.ollama import Ollama, Reply, a_model

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
            create(Http(), url, "copy:1", NAME, {}, stall=0.4)
        assert time.monotonic() - begin < 3


def test_a_page_that_says_an_error_in_many_lines_is_cut_short(ollama: Make) -> None:
    double = ollama([NAME])
    double.replies["/api/pull"] = Reply(502, b"<html>\n" + b"x" * 100_000, "text/html")
    with pytest.raises(Refused) as caught:
        list(pull(Http(), double.url, NAME))
    assert len(caught.value.message) <= 500
