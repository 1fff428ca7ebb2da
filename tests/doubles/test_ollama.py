"""The double of Ollama remembers, resolves windows and cuts prompts as the real server does."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.doubles.faults import fault
from tests.doubles.ollama import GALLERY, Model, Ollama, Registry, Reply, Script, a_model

pytestmark = pytest.mark.outside

TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        },
    },
}


def post(double: Ollama, path: str, body: Any) -> httpx.Response:
    return httpx.post(double.url + path, json=body, trust_env=False, timeout=10)


def get(double: Ollama, path: str) -> Any:
    return httpx.get(double.url + path, trust_env=False, timeout=10).json()


def window_of(double: Ollama, name: str, **options: int) -> int:
    post(double, "/api/generate", {"model": name, "stream": False, "options": options})
    return int(get(double, "/api/ps")["models"][0]["context_length"])


def say(double: Ollama, name: str, text: str, **more: Any) -> httpx.Response:
    messages = [{"role": "user", "content": text}]
    return post(double, "/v1/chat/completions", {"model": name, "messages": messages, **more})


def test_the_window_comes_from_the_request_then_the_modelfile_then_the_server() -> None:
    with Ollama(["gemma3-270m", "smollm2-2k"], env={"OLLAMA_CONTEXT_LENGTH": "32000"}) as double:
        assert window_of(double, "gemma3-270m") == 32_000
        assert window_of(double, "gemma3-270m", num_ctx=1024) == 1024
        assert window_of(double, "gemma3-270m", num_ctx=10**6) == 32_768
        assert window_of(double, "smollm2-2k") == 2048


@pytest.mark.parametrize(
    ("gib", "version", "window"),
    [(8, "0.33.0", 4096), (24, "0.33.0", 32_768), (48, "0.33.0", 262_144), (48, "0.15.0", 4096)],
)
def test_the_automatic_window_follows_the_gpu(gib: int, version: str, window: int) -> None:
    with Ollama([a_model("big:30b", longest_window=262_144)], version=version) as double:
        double.state.gpu_memory = gib * 1024**3
        assert window_of(double, "big:30b") == window


@pytest.mark.parametrize(
    ("version", "kept"), [("0.9.0", 2048), ("0.30.9", 2047), ("0.30.11", 1026), ("0.33.0", 1026)]
)
def test_a_cut_prompt_reports_what_this_version_reports(version: str, kept: int) -> None:
    with Ollama(["smollm2-2k"], version=version) as double:
        answer = say(double, "smollm2-2k", "word " * 5000, max_tokens=1).json()
    assert answer["usage"]["prompt_tokens"] == kept


def test_a_jinja_model_refuses_what_is_too_long() -> None:
    with Ollama(["smollm2-native-tools"]) as double:
        answer = say(double, "smollm2-native-tools", "word " * 5000)
    assert answer.status_code == 400
    inner = json.loads(answer.json()["error"]["message"])["error"]
    assert (inner["n_ctx"], inner["type"]) == (4096, "exceed_context_size_error")
    assert inner["n_prompt_tokens"] > 4096


def test_the_model_reads_only_what_the_cut_left() -> None:
    model = a_model("echo", script=Script(lambda heard: str("NEEDLE" in heard.text)))
    with Ollama([model]) as double:
        answers = [
            say(double, "echo", text).json()["choices"][0]["message"]["content"]
            for text in ("x" * 100 + "NEEDLE" + "x" * 40_000, "x" * 40_000 + "NEEDLE")
        ]
    assert answers == ["False", "True"]


def test_a_v1_call_undoes_the_window_of_another_client() -> None:
    with Ollama(["smollm2"]) as double:
        assert window_of(double, "smollm2", num_ctx=1024) == 1024
        say(double, "smollm2", "hi")
        assert get(double, "/api/ps")["models"][0]["context_length"] == 4096
        assert double.state.loads == [("smollm2:latest", 1024), ("smollm2:latest", 4096)]


def test_a_tool_is_called_and_its_result_is_used() -> None:
    with Ollama(["qwen2.5-coder:32b"]) as double:
        first = say(double, "qwen2.5-coder:32b", "Weather?", tools=[TOOL]).json()["choices"][0]
        call = first["message"]["tool_calls"][0]
        assert first["finish_reason"] == "tool_calls"
        assert json.loads(call["function"]["arguments"]) == {"city": "Paris"}
        messages = [
            {"role": "user", "content": "Weather?"},
            first["message"],
            {"role": "tool", "tool_call_id": call["id"], "content": "18 C"},
        ]
        body = {"model": "qwen2.5-coder:32b", "messages": messages, "tools": [TOOL]}
        second = post(double, "/v1/chat/completions", body).json()["choices"][0]
    assert "18 C" in second["message"]["content"]


@pytest.mark.parametrize(
    ("manner", "begins"), [("prose", "Hello"), ("json", "{"), ("tag", "<tool_call>")]
)
def test_a_model_can_fail_to_call_in_several_ways(manner: Any, begins: str) -> None:
    with Ollama([a_model("m", script=Script(on_tools=manner))]) as double:
        message = say(double, "m", "Weather?", tools=[TOOL]).json()["choices"][0]["message"]
    assert "tool_calls" not in message
    assert message["content"].startswith(begins)


def test_an_interrupted_pull_goes_on_where_it_stopped() -> None:
    registry = Registry([GALLERY["smollm2"]], breaks_at=0.5)
    with Ollama(registry=registry) as double:
        with pytest.raises(httpx.RemoteProtocolError):
            post(double, "/api/pull", {"model": "smollm2"})
        rows = post(double, "/api/pull", {"model": "smollm2"}).text.splitlines()
        assert json.loads(rows[1])["completed"] > 0.4 * GALLERY["smollm2"].size
        assert json.loads(rows[-1]) == {"status": "success"}
        assert get(double, "/api/tags")["models"][0]["name"] == "smollm2:latest"


def test_old_versions_lack_what_they_lacked() -> None:
    with Ollama(["smollm2"], version="0.9.0") as double:
        post(double, "/api/generate", {"model": "smollm2"})
        assert "context_length" not in get(double, "/api/ps")["models"][0]
        assert "capabilities" not in get(double, "/api/tags")["models"][0]
        status = httpx.get(f"{double.url}/api/status", trust_env=False)
        assert status.status_code == 404


def test_arrays_are_shown_only_when_asked_for() -> None:
    with Ollama(["qwen2.5-coder:7b"]) as double:
        for verbose in (False, True):
            body = {"model": "qwen2.5-coder:7b", "verbose": verbose}
            info = post(double, "/api/show", body).json()["model_info"]
            assert (info["tokenizer.ggml.tokens"] is not None) is verbose


def test_nothing_is_listed_as_loaded_while_it_loads() -> None:
    with Ollama(["smollm2"]) as double, ThreadPoolExecutor(1) as pool:
        double.state.load_seconds = 0.3
        loading = pool.submit(post, double, "/api/generate", {"model": "smollm2"})
        time.sleep(0.1)
        assert get(double, "/api/ps") == {"models": []}
        assert loading.result().json()["done_reason"] == "load"
        assert len(get(double, "/api/ps")["models"]) == 1


def test_a_model_can_be_placed_partly_on_the_cpu() -> None:
    with Ollama(["qwen2.5-coder:7b"]) as double:
        double.state.gpu_share = 0.5
        post(double, "/api/generate", {"model": "qwen2.5-coder:7b"})
        [loaded] = get(double, "/api/ps")["models"]
    assert loaded["size_vram"] == loaded["size"] // 2


@pytest.mark.parametrize(
    ("cloud", "env", "status"),
    [
        ("offline", {}, 502),
        ("signed_out", {}, 401),
        ("signed_in", {}, 200),
        ("signed_in", {"OLLAMA_NO_CLOUD": "1"}, 403),
    ],
)
def test_a_cloud_model_answers_as_the_account_allows(
    cloud: Any, env: dict[str, str], status: int
) -> None:
    with Ollama(["qwen3-coder:480b-cloud"], env=env) as double:
        double.state.cloud = cloud
        assert say(double, "qwen3-coder:480b-cloud", "hi").status_code == status


def test_one_endpoint_of_a_good_double_can_be_faulty() -> None:
    with Ollama(["smollm2"]) as double:
        double.replies["/api/show"] = Reply(500, b"boom", "text/plain")
        assert post(double, "/api/show", {"model": "smollm2"}).status_code == 500
        with fault("truncated_json", only="/api/tags", beyond=double.url) as url:
            assert httpx.get(f"{url}/api/version", trust_env=False).status_code == 200
            with pytest.raises(json.JSONDecodeError):
                httpx.get(f"{url}/api/tags", trust_env=False).json()


def test_every_request_is_kept() -> None:
    with Ollama(["smollm2"]) as double:
        say(double, "smollm2", "hi", temperature=1)
        [seen] = double.asked("/v1/chat/completions")
    assert seen.json["temperature"] == 1
    assert seen.headers["Content-Type"] == "application/json"


def test_large_numbers_in_parameters_have_an_exponent() -> None:
    model = Model("long", parameters={"num_ctx": 1_048_576, "temperature": 0.7})
    with Ollama([model]) as double:
        parameters = post(double, "/api/show", {"model": "long"}).json()["parameters"]
    assert parameters.split() == ["num_ctx", "1.048576e+06", "temperature", "0.7"]
