"""Any server that speaks OpenAI's protocol, and who hides behind one."""

import json
from typing import Any

import pytest

from factory_byok.core.facts import Known, Unknown
from factory_byok.core.http import Reply
from factory_byok.providers.listed_models import parse
from tests.providers.lists import told


def reply(body: Any, status: int = 200) -> Reply:
    """A JSON reply."""
    return Reply(status, {"content-type": "application/json"}, json.dumps(body).encode())


@pytest.mark.parametrize(
    ("owner", "provider"),
    [
        ("vllm", "vllm"),
        ("llamacpp", "llama-cpp"),
        ("organization_owner", "lm-studio"),
        ("library", "openai-compatible"),
        (5, "openai-compatible"),
    ],
)
def test_the_owner_of_the_models_tells_who_serves_them(owner: object, provider: str) -> None:
    reading = parse(reply({"data": [{"id": "m", "owned_by": owner}]}))
    assert isinstance(reading, Known)
    assert reading.value.provider == provider


def test_owners_that_contradict_each_other_tell_nothing() -> None:
    rows = [{"id": "m", "owned_by": "vllm"}, {"id": "n", "owned_by": "llamacpp"}]
    reading = parse(reply({"data": rows}))
    assert isinstance(reading, Known)
    assert reading.value.provider == "openai-compatible"


@pytest.mark.parametrize(
    ("row", "window"),
    [
        ({"max_model_len": 8192}, 8_192),
        ({"context_window": 8192}, 8_192),
        ({"context_length": None, "max_model_len": True}, None),
        ({"context_length": "8192"}, None),
        ({"max_context_length": 8192}, None),
        ({"context_length": -1, "meta": {"n_ctx": 4096}}, 4_096),
        ({"meta": [], "top_provider": 3, "supported_parameters": "tools"}, None),
    ],
)
def test_only_a_window_that_requests_get_counts(row: dict[str, Any], window: int | None) -> None:
    reading = parse(reply({"data": [{"id": "m", **row}]}))
    assert isinstance(reading, Known)
    assert told(reading.value.model("m"))[0] == window


@pytest.mark.parametrize("status", [401, 403])
def test_a_server_that_wants_a_key_lives(status: int) -> None:
    reading = parse(reply({"error": "no"}, status))
    assert isinstance(reading, Known)
    assert isinstance(reading.value.models, Unknown)
    assert reading.value.models.kind == "key"


@pytest.mark.parametrize("body", [[], {"data": 5}, "text", {"data": {"id": "m"}}])
def test_a_list_of_another_shape_is_said(body: Any) -> None:
    reading = parse(reply(body))
    assert isinstance(reading, Unknown)
    assert reading.kind in ("json", "other")


def test_rows_without_a_name_are_left_out() -> None:
    reading = parse(reply({"data": [5, None, {}, {"id": 5}, {"id": ""}, {"id": "m"}]}))
    assert isinstance(reading, Known)
    assert [model.name for model in reading.value.models.value] == ["m"]
