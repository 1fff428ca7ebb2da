"""llama.cpp: the real engine, and replies captured from it (xllamacpp 2026.10)."""

from typing import Any

import pytest

from factory_byok.core.facts import Known, Model, Server, Unknown
from factory_byok.core.http import Deadline, Http
from factory_byok.providers import llama_cpp
from factory_byok.providers.listed_models import probe
from tests.doubles.engine import Engine

PROPS: dict[str, Any] = {
    "default_generation_settings": {"n_ctx": 2048},
    "total_slots": 1,
    "model_alias": "/models/SmolLM2-135M-Instruct.Q4_1.gguf",
    "model_path": "/models/SmolLM2-135M-Instruct.Q4_1.gguf",
    "chat_template_caps": {"supports_tool_calls": False, "supports_tools": False},
    "build_info": "b0-unknown",
}


def a_server(*names: str) -> Server:
    """A server as its list of models shows it."""
    return Server("llama-cpp", models=Known(tuple(Model(name) for name in names)))


@pytest.mark.outside
def test_the_real_engine_tells_windows_parameters_and_tools(engine: Engine) -> None:
    reading = probe(Http(), engine.url, Deadline(10), llama_cpp.PROVIDER)
    assert isinstance(reading, Known)
    (model,) = reading.value.models.value
    assert model.told_window == Known(engine.window)
    assert model.longest_window == Known(8_192)
    assert model.parameters == Known(134_515_008)
    assert model.capabilities == Known(("completion",))
    assert reading.value.version


@pytest.mark.outside
def test_a_template_that_knows_tools_is_seen(tools_engine: Engine) -> None:
    reading = probe(Http(), tools_engine.url, Deadline(10), llama_cpp.PROVIDER)
    assert isinstance(reading, Known)
    assert reading.value.models.value[0].capabilities == Known(("completion", "tools"))


def test_a_single_model_answers_to_every_name() -> None:
    server = llama_cpp.enrich(a_server("a.gguf"), PROPS)
    assert [model.name for model in server.models.value] == ["a.gguf"]
    qwen = server.model("qwen")
    assert qwen is not None and qwen.name == "qwen"


def test_a_router_of_several_models_does_not() -> None:
    assert llama_cpp.enrich(a_server("a", "b"), {"role": "router"}).model("c") is None
    assert llama_cpp.enrich(a_server("a"), {"role": "router"}).model("c") is None


def test_an_old_build_tells_less() -> None:
    old = {key: PROPS[key] for key in ("default_generation_settings", "model_path")}
    (model,) = llama_cpp.enrich(a_server("a"), old).models.value
    assert model.told_window == Known(2_048)
    assert isinstance(model.capabilities, Unknown)
