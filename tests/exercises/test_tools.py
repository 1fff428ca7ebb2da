"""Exercise `tools`, with models that call, ramble, or write calls as text."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from factory_byok.core.facts import Exercise
from tests.doubles.engine import Engine, running_engine
from tests.doubles.ollama import Ollama
from tests.doubles.ollama.gallery import GALLERY
from tests.doubles.ollama.script import Manner, Script
from tests.exercises.bench import DIALECTS, ENGINE, on, on_ollama

TEMPLATE = Path(__file__).with_name("tools.jinja")
COLD: dict[str, Any] = {"extra_args": {"temperature": 0}}


def _against(manner: Manner, dialect: str = "generic-chat-completion-api") -> Exercise:
    model = replace(GALLERY["smollm2-tools"], script=Script(on_tools=manner))
    with Ollama([model]) as ollama:
        (done,) = on_ollama(ollama, "tools", model="smollm2-tools", dialect=dialect)
    return done


@pytest.mark.outside
@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_call_its_result_and_the_answer_pass_in_every_dialect(dialect: str) -> None:
    done = _against("call", dialect)
    assert (done.status, done.reason) == ("passed", "")
    assert done.evidence["streamed_verdicts"] == ["used"]
    assert done.evidence["whole_verdicts"] == []
    assert done.evidence["arguments"] == '{"file_path":"Paris"}'


@pytest.mark.outside
@pytest.mark.parametrize(
    ("manner", "verdict"),
    [
        ("prose", "prose"),
        ("json", "json_text"),
        ("tag", "tag_text"),
        ("bad_arguments", "bad_arguments"),
        ("wrong_arguments", "wrong_arguments"),
    ],
)
def test_each_way_not_to_call_a_tool_is_named(manner: Manner, verdict: str) -> None:
    done = _against(manner)
    assert done.status == "warning"  # droid's turn ends without an error
    assert done.evidence["fault"] == verdict
    assert done.evidence["streamed_tries"] == 3
    assert "0 of 3 tries" in done.reason


@pytest.mark.outside
@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_model_without_the_capability_is_named_as_such(dialect: str) -> None:
    with Ollama(["smollm2"]) as ollama:
        (done,) = on_ollama(ollama, "tools", dialect=dialect)
    assert done.status == "failed"
    assert done.evidence["fault"] == "no_capability"
    assert done.evidence["status"] == 400


@pytest.mark.outside
def test_the_tools_result_is_the_last_message_of_its_request() -> None:
    with Ollama(["smollm2-tools"]) as ollama:
        on_ollama(ollama, "tools", model="smollm2-tools")
        sent = [seen.json["messages"] for seen in ollama.requests if "/v1/" in seen.path]
    assert [messages[-1]["role"] for messages in sent] == ["user", "tool"]


@pytest.mark.outside
def test_a_real_model_with_its_own_template_never_calls_and_that_is_said(engine: Engine) -> None:
    (done,) = on(engine.url, "tools", limits=replace(ENGINE, tools=5.0), **COLD)
    assert done.status == "warning"
    assert done.evidence["fault"] == "prose"


@pytest.mark.outside
def test_a_real_model_with_a_template_for_tools_passes() -> None:
    with running_engine(window=4096, template=TEMPLATE) as engine:
        (done,) = on(engine.url, "tools", limits=ENGINE, **COLD)
    assert (done.status, done.reason) == ("passed", "")
    assert done.evidence["streamed_calls"] == 1
