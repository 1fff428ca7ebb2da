"""LM Studio's own list: documented, not captured."""

import json

import pytest

from factory_byok.core.facts import Known, Unknown
from factory_byok.core.http import Deadline, Http
from factory_byok.providers import lm_studio
from factory_byok.providers.listed_models import probe
from tests.doubles.ollama.reply import Reply
from tests.doubles.openai_server import OpenAIServer
from tests.doubles.services import Listed
from tests.providers.lists import read, told

UNKNOWN = Reply(200, json.dumps({"error": "Unexpected endpoint or method."}).encode())


def test_a_loaded_model_tells_its_window_and_the_longest() -> None:
    model = read("lm-studio").model("google/gemma-4-e4b")
    assert told(model) == (4_096, None, True)
    assert model
    assert model.longest_window == Known(131_072)


def test_a_model_that_is_not_loaded_has_no_window_yet() -> None:
    model = read("lm-studio").model("meta-llama-3.1-8b-instruct")
    assert model
    assert isinstance(model.told_window, Unknown)
    assert model.longest_window == Known(131_072)


def test_embeddings_cannot_chat() -> None:
    server = read("lm-studio")
    assert [model.chats for model in server.models.value] == [True, True, False]


@pytest.mark.outside
def test_an_old_one_is_asked_by_openai_s_protocol() -> None:
    old = Listed("/v1/models", {"object": "list", "data": [{"id": "m", "owned_by": "x"}]}, "m")
    with OpenAIServer(old, unknown=UNKNOWN) as double:
        reading = probe(Http(), double.url, Deadline(2), lm_studio.PROVIDER)
    assert isinstance(reading, Known)
    assert reading.value.provider == "lm-studio"
    assert [model.name for model in reading.value.models.value] == ["m"]
