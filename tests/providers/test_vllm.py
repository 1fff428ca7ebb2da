"""vLLM's list and version: documented, not captured."""

from typing import Any

import pytest

from factory_byok.core.facts import Known
from factory_byok.core.http import Deadline, Http
from factory_byok.providers import vllm
from factory_byok.providers.listed_models import probe
from tests.doubles.openai_server import OpenAIServer
from tests.doubles.services import LISTS
from tests.providers.lists import read, told

NAME = "Qwen/Qwen3-Coder-30B-A3B-Instruct"


def test_max_model_len_is_the_window_that_requests_get() -> None:
    assert told(read("vllm").model(NAME)) == (65_536, None, None)


@pytest.mark.outside
@pytest.mark.parametrize(
    ("more", "version"),
    [
        ({"/version": {"version": "0.11.0"}}, "0.11.0"),
        ({"/version": 1}, ""),
        ({}, ""),  # a gateway that answers 404
    ],
)
def test_the_probe_tells_models_and_a_version_or_none(more: dict[str, Any], version: str) -> None:
    with OpenAIServer(LISTS["vllm"], more=more) as double:
        reading = probe(Http(), double.url, Deadline(2), vllm.PROVIDER)
    assert isinstance(reading, Known)
    assert (reading.value.provider, reading.value.version) == ("vllm", version)
    assert reading.value.model(NAME)
