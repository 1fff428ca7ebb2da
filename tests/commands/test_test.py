"""byok test: the exercises through the whole verb, against the double and the real engine."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.commands.conftest import Byok, Ran
from tests.doubles.droid import Droid, find_droid
from tests.doubles.engine import running_engine
from tests.doubles.faults import closed_port, fault
from tests.doubles.namespace import ROOT, Namespace
from tests.doubles.ollama import Ollama, Script, a_model

pytestmark = pytest.mark.outside

Make = Callable[..., Ollama]
TOOLS_TEMPLATE = Path(__file__).parents[1] / "exercises/tools.jinja"


def write_entry(factory: Path, base_url: str, model: str, **more: object) -> None:
    """One entry in settings.json."""
    entry = {
        "displayName": "Mine",
        "model": model,
        "baseUrl": base_url,
        "apiKey": "not-needed",
        "provider": "generic-chat-completion-api",
        "maxOutputTokens": 1000,
        **more,
    }
    (factory / "settings.json").write_text(json.dumps({"customModels": [entry]}))


def statuses(ran: Ran) -> dict[str, str]:
    """How each exercise ended."""
    return {each["exercise"]: each["status"] for each in ran.data["results"]}


def test_everything_passes_on_a_good_model(byok: Byok, factory: Path, ollama: Make) -> None:
    double = ollama([a_model("good", 32)], env={"OLLAMA_CONTEXT_LENGTH": "40000"})
    write_entry(factory, double.base_url, "good")
    ran = byok("test", "--json", "--window-tokens", "9000")
    assert statuses(ran) == dict.fromkeys(["chat", "stream", "tools", "window", "speed"], "passed")
    assert ran.code == 0
    (window,) = (each for each in ran.data["results"] if each["exercise"] == "window")
    for name in ("sent_tokens", "prompt_tokens", "claimed_window", "proven_window"):
        assert isinstance(window["evidence"][name], int)
    assert window["evidence"]["proven_window"] >= 9000


def test_a_cut_prompt_is_found(byok: Byok, factory: Path, ollama: Make) -> None:
    double = ollama([a_model("small", 32)], env={"OLLAMA_CONTEXT_LENGTH": "4096"})
    write_entry(factory, double.base_url, "small")
    ran = byok("test", "--only", "window", "--json")
    assert (ran.code, ran.json["status"]) == (0, "warning")  # droid does not see the cut
    assert statuses(ran) == {"window": "warning"}
    assert byok("test", "--only", "window", "--window-tokens", "32000").code == 1


@pytest.mark.parametrize("habit", ["prose", "json", "tag", "bad_arguments", "wrong_arguments"])
def test_a_model_that_does_not_call_its_tool_is_found(
    byok: Byok, factory: Path, ollama: Make, habit: Any
) -> None:
    double = ollama([a_model("m", 32, script=Script(on_tools=habit))])
    write_entry(factory, double.base_url, "m")
    ran = byok("test", "--only", "tools", "--json")
    assert (ran.code, ran.json["status"]) == (0, "warning")  # droid prints it and ends well
    assert statuses(ran) == {"tools": "warning"}
    assert {each["level"] for each in ran.json["findings"]} == {"warning"}
    assert byok("test", "--only", "tools", "--strict").code == 1


def test_a_speed_below_the_wished_one_is_a_warning_and_no_failure(
    byok: Byok, factory: Path, ollama: Make
) -> None:
    script = Script(text=" word" * 300, seconds_per_piece=0.002)
    double = ollama([a_model("m", 32, script=script)])
    write_entry(factory, double.base_url, "m")
    ran = byok("test", "--only", "speed", "--slow-tokens", "1000000000", "--json")
    assert ran.code == 0
    assert ran.json["status"] == "warning"
    assert "tokens" in ran.json["findings"][0]["message"]


def test_a_model_of_the_server_needs_no_entry(
    byok: Byok, ollama: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    double = ollama(["smollm2"])
    monkeypatch.setenv("OLLAMA_HOST", double.url)
    ran = byok("test", "smollm2", "--only", "chat,stream", "--json")
    assert ran.code == 0
    assert {(each["entry"], each["model"]) for each in ran.data["results"]} == {("", "smollm2")}


def test_a_refusing_server_fails_once_and_skips_the_rest(byok: Byok, factory: Path) -> None:
    write_entry(factory, f"http://127.0.0.1:{closed_port()}/v1", "m")
    ran = byok("test", "--json")
    assert ran.code == 1
    found = statuses(ran)
    assert found["chat"] == "failed"
    assert set(found.values()) == {"failed", "skipped"}


@pytest.mark.parametrize("name", ["sse_cut_in_chunk", "sse_reset"])
def test_a_broken_stream_is_found(byok: Byok, factory: Path, name: str) -> None:
    with fault(name) as url:
        write_entry(factory, f"{url}/v1", "m")
        ran = byok("test", "--only", "stream", "--json", "--timeout", "0.5")
    assert statuses(ran) == {"stream": "failed"}


def test_a_stream_without_its_end_is_a_warning_since_droid_takes_it(
    byok: Byok, factory: Path
) -> None:
    with fault("sse_without_done") as url:
        write_entry(factory, f"{url}/v1", "m")
        ran = byok("test", "--only", "stream", "--json", "--timeout", "0.5")
    assert (ran.code, ran.json["status"]) == (0, "warning")
    assert "no_done" in ran.data["results"][0]["evidence"]["flaws"]


def test_runs_are_merged_with_medians(byok: Byok, factory: Path, ollama: Make) -> None:
    double = ollama(["smollm2"])
    write_entry(factory, double.base_url, "smollm2")
    ran = byok("test", "--only", "stream", "--repeat", "3", "--json")
    (result,) = ran.data["results"]
    assert result["evidence"]["repeats"] == 3


def test_nothing_to_test_is_said(byok: Byok) -> None:
    ran = byok("test")
    assert ran.code == 1
    assert "`byok setup`" in ran.err
    assert byok("test", "--only", "nosuch").code == 2


@pytest.mark.xdist_group("engine")
def test_the_real_engine_passes_with_a_template_for_tools_and_not_with_its_own(
    byok: Byok, factory: Path
) -> None:
    with running_engine(window=4096, template=TOOLS_TEMPLATE) as engine:
        write_entry(factory, engine.base_url, "smollm2", extraArgs={"temperature": 0})
        ran = byok("test", "--only", "chat,stream,tools", "--json")
    assert statuses(ran) == dict.fromkeys(["chat", "stream", "tools"], "passed")


@pytest.mark.xdist_group("engine")
def test_doctor_deep_turns_exercises_into_findings(byok: Byok, factory: Path, ollama: Make) -> None:
    double = ollama([a_model("m", 32, script=Script(on_tools="tag"))])
    write_entry(factory, double.base_url, "m")
    ran = byok("doctor", "--deep", "--json")
    assert ran.code == 1
    found = {each["check"]: each["status"] for each in ran.data["outcomes"]}
    assert found["tool_call_broken"] == "error"  # though `droid exec` ends with exit code 0
    assert found["window_too_small"] == "error"  # measured now that the model is loaded
    assert found["chat_fails"] == "ok"


def test_what_was_measured_counts_when_the_model_is_gone_again(
    byok: Byok, factory: Path, ollama: Make
) -> None:
    env = {"OLLAMA_KEEP_ALIVE": "0", "OLLAMA_CONTEXT_LENGTH": "70000"}
    double = ollama([a_model("m", 32, longest_window=131_072)], env=env)
    write_entry(factory, double.base_url, "m")
    found = byok("doctor", "--deep", "--json").data["outcomes"]
    told = {each["check"]: each for each in found}
    assert told["window_too_small"]["status"] == "ok"
    assert "70,000" in told["compaction_above_window"]["findings"][0]["message"]


WITH_A_SERVER = """
import sys
from factory_byok.cli import run
from tests.doubles.ollama import Ollama
with Ollama(["smollm2-tools"], port=11434):
    sys.exit(run(["test", "--only", "chat", "--droid", "--json", "--quiet"]))
"""


def test_one_turn_of_the_real_droid_is_taken_without_touching_the_home(
    droid: Droid, empty_home: Path, factory: Path, tmp_path: Path
) -> None:
    write_entry(factory, "http://127.0.0.1:11434/v1", "smollm2-tools")
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "droid").symlink_to(find_droid())
    env = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    with Namespace() as namespace:
        command = [sys.executable, "-c", WITH_A_SERVER]
        done = namespace.run(command, env=env, cwd=ROOT, timeout=120)
    results = {each["exercise"]: each for each in json.loads(done.stdout)["data"]["results"]}
    assert results["droid"]["status"] == "passed", results["droid"]["reason"]
    assert results["droid"]["evidence"]["answer"]
    assert [path.name for path in factory.iterdir()] == ["settings.json"]
