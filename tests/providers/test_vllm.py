"""vLLM's list and version: documented, not captured."""

import pytest

from factory_byok.core.facts import Known
from factory_byok.core.http import Deadline, Http, Reply
from factory_byok.providers import vllm
from tests.doubles.openai_server import OpenAIServer
from tests.doubles.services import LISTS
from tests.providers.lists import read, told

NAME = "Qwen/Qwen3-Coder-30B-A3B-Instruct"


def test_max_model_len_is_the_window_that_requests_get() -> None:
    assert told(read(vllm, "vllm").model(NAME)) == (65_536, None, None)


@pytest.mark.parametrize(
    ("status", "body", "version"),
    [
        (200, b'{"version": "0.11.0"}', "0.11.0"),
        (404, b"{}", ""),
        (200, b"no", ""),
        (200, b"1", ""),
    ],
)
def test_the_version_is_read_or_left_empty(status: int, body: bytes, version: str) -> None:
    assert vllm.parse(Reply(status, {}, body, 0.0)) == version


@pytest.mark.outside
def test_the_probe_tells_models_and_version() -> None:
    with OpenAIServer(LISTS["vllm"], more={"/version": {"version": "0.11.0"}}) as double:
        reading = vllm.probe(Http(), double.url, Deadline(2))
    assert isinstance(reading, Known)
    assert (reading.value.provider, reading.value.version) == ("vllm", "0.11.0")
    assert reading.value.model(NAME)
