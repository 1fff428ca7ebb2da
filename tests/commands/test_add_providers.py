"""byok add for every provider beside Ollama: doubles that answer as documented, the real droid."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from factory_byok.providers import PROVIDERS
from tests.commands.conftest import Byok
from tests.doubles.droid import Droid
from tests.doubles.engine import Engine
from tests.doubles.faults import closed_port, fault
from tests.doubles.openai_server import OpenAIServer, reroute
from tests.doubles.services import LISTS

pytestmark = pytest.mark.outside

KEY = "sk-very-secret-key"
HOSTED = [name for name in LISTS if PROVIDERS[name].hosted]
OPEN = [name for name in HOSTED if not LISTS[name].header]
# What is written for the model of each documented list: limits of Factory's pages, the services'
# own where those are lower, half a window at most.
OUTPUT = {
    "lm-studio": 16_000,
    "vllm": 16_000,
    "openrouter": 32_000,
    "fireworks": 16_384,
    "baseten": 8_192,
    "deepinfra": 16_384,
    "huggingface": 32_768,
    "groq": 16_384,
    "ollama-cloud": 128_000,
    "google-gemini": 32_000,
    "openai": 16_384,
    "anthropic": 8_192,
}


@pytest.fixture
def written(factory_home: Path) -> Callable[[str], Any]:
    """What a settings file holds; None without it."""

    def read(name: str = "settings.json") -> Any:
        path = factory_home / ".factory" / name
        return json.loads(path.read_text()) if path.exists() else None

    return read


@pytest.fixture
def factory_home(empty_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, and no provider's key in the environment."""
    for module in PROVIDERS.values():
        for name in (module.key_variable, *module.also):
            monkeypatch.delenv(name, raising=False)
    return empty_home


def root(name: str) -> str:
    """Scheme and host of a provider."""
    scheme, _, rest = str(PROVIDERS[name].base_url).partition("://")
    return f"{scheme}://{rest.partition('/')[0]}"


def path(name: str) -> str:
    """The path of a provider's base URL."""
    return str(PROVIDERS[name].base_url).removeprefix(root(name))


@pytest.mark.parametrize("name", LISTS)
def test_an_entry_is_written_with_the_provider_s_path_and_tried(
    byok: Byok, written: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    hosted = name in HOSTED
    if hosted:
        monkeypatch.setenv(PROVIDERS[name].key_variable, KEY)
    with OpenAIServer(LISTS[name], key=KEY if hosted else "") as double:
        ran = byok("add", name, LISTS[name].model, "--endpoint", double.url, "--json")
    statuses = {each["exercise"]: each["status"] for each in ran.data["results"]}
    assert (statuses["chat"], statuses["stream"]) == ("passed", "passed")
    assert "tools" in statuses
    assert ran.code == (name == "lm-studio")  # its window of 4,096 is an error
    entry = ran.data["entry"]
    assert entry["base_url"] == f"{double.url}{path(name)}"
    assert (entry["dialect"], entry["max_output"]) == (PROVIDERS[name].dialect, OUTPUT[name])
    assert PROVIDERS[name].title in entry["name"]
    assert KEY not in str(written()) + str(written("config.json")) + ran.out + ran.err
    if hosted:
        (stored,) = written()["customModels"]
        assert stored["apiKey"] == f"${{{PROVIDERS[name].key_variable}}}"
    listing = double.headers(LISTS[name].path)
    assert KEY not in str(listing), "a key must not go to a host that it was not written for"


@pytest.mark.parametrize("name", HOSTED)
def test_the_own_host_gets_the_key_and_the_entry_its_documented_base_url(
    byok: Byok, written: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("MY_KEY", KEY)
    with OpenAIServer(LISTS[name], key=KEY) as double:
        asked = reroute(monkeypatch, {root(name): double.url})
        ran = byok("add", name, LISTS[name].model, "--key-env", "MY_KEY", "--json", "--no-test")
    assert ran.code == 0, ran.out
    (stored,) = written()["customModels"]
    assert (stored["baseUrl"], stored["apiKey"]) == (PROVIDERS[name].base_url, "${MY_KEY}")
    assert KEY in str(double.headers(LISTS[name].path))
    assert all(url.startswith(("http://localhost", root(name))) for url in asked)


def test_ollamas_cloud_is_added_directly_by_its_address(
    byok: Byok, written: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OLLAMA_API_KEY", KEY)
    name, model = "ollama-cloud", "qwen3-coder:480b"
    with OpenAIServer(LISTS[name], key=KEY) as double:
        reroute(monkeypatch, {root(name): double.url})
        more = ("--endpoint", "https://ollama.com", "--key-env", "OLLAMA_API_KEY", "--json")
        ran = byok("add", "ollama", model, *more)
    assert ran.code == 0, ran.out
    assert {each["status"] for each in ran.data["results"]} == {"passed"}
    (stored,) = written()["customModels"]
    assert (stored["baseUrl"], stored["apiKey"]) == ("https://ollama.com/v1", "${OLLAMA_API_KEY}")
    assert "[Ollama Cloud]" in stored["displayName"]


@pytest.mark.parametrize("name", LISTS)
def test_without_a_model_the_offer_is_listed_and_nothing_written(
    byok: Byok, factory_home: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    if name in HOSTED:
        monkeypatch.setenv(PROVIDERS[name].key_variable, KEY)
    with OpenAIServer(LISTS[name], key=KEY) as double:
        where: tuple[str, ...] = ("--endpoint", double.url)
        if name in HOSTED:
            where = ()
            reroute(monkeypatch, {root(name): double.url})
        ran = byok("add", name, *where, "--json")
        words = byok("add", name, *where)
    assert (ran.code, words.code) == (0, 0)
    assert LISTS[name].model in [model["name"] for model in ran.data["models"]]
    assert LISTS[name].model in words.out
    assert ran.json["next"]["command"][:4] == ["byok", "add", name, LISTS[name].model]
    assert f"Next: byok add {name} {LISTS[name].model}" in words.out
    assert KEY not in ran.out + ran.err
    assert not (factory_home / ".factory").exists()


@pytest.mark.parametrize("name", PROVIDERS)
def test_its_help_is_about_the_provider(byok: Byok, name: str) -> None:
    told, about = byok("add", name, "--help").out, PROVIDERS[name]
    assert f"\n{about.title}\n" in told
    assert (about.key_variable or "none needed") in told and about.key_page in told
    assert ("--pull" in told, "--key-env" in told) == (name == "ollama", name != "ollama")
    assert name in " ".join(byok("add", "--help").out.split())


@pytest.mark.parametrize("name", OPEN)
def test_a_public_list_needs_no_key(
    byok: Byok, factory_home: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    with OpenAIServer(LISTS[name]) as double:
        reroute(monkeypatch, {root(name): double.url})
        ran = byok("add", name, "--json")
    assert ran.code == 0
    assert ran.data["models"]


def test_a_list_that_needs_a_key_says_how_to_give_one(
    byok: Byok, factory_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with OpenAIServer(LISTS["groq"], key=KEY) as double:
        reroute(monkeypatch, {root("groq"): double.url})
        ran = byok("add", "groq")
    assert ran.code == 1
    assert "GROQ_API_KEY" in ran.err
    assert "--key-env" in ran.err


def test_a_wrong_key_writes_nothing(
    byok: Byok, factory_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GROQ_API_KEY", "sk-some-wrong-key")
    with OpenAIServer(LISTS["groq"], key=KEY) as double:
        reroute(monkeypatch, {root("groq"): double.url})
        ran = byok("add", "groq", LISTS["groq"].model)
    assert ran.code == 1
    assert "Groq refuses this key" in ran.err
    assert "sk-some-wrong-key" not in ran.out + ran.err
    assert not (factory_home / ".factory").exists()


@pytest.mark.parametrize("name", HOSTED)
def test_without_a_key_nothing_is_written_or_asked(
    byok: Byok, factory_home: Path, name: str
) -> None:
    ran = byok("add", name, LISTS[name].model, "--endpoint", f"http://127.0.0.1:{closed_port()}")
    assert ran.code == 1
    for word in (PROVIDERS[name].key_variable, "--key-env", "--key-stdin", "--no-check"):
        assert word in ran.err
    assert not (factory_home / ".factory").exists()


@pytest.mark.parametrize("name", HOSTED)
def test_without_asking_the_usual_variable_is_written(
    byok: Byok, written: Callable[..., Any], name: str
) -> None:
    ran = byok("add", name, "some/model-70b", "--no-check")
    assert ran.code == 0
    (stored,) = written()["customModels"]
    assert stored == {
        "displayName": f"model-70b [{PROVIDERS[name].title}]",
        "model": "some/model-70b",
        "baseUrl": PROVIDERS[name].base_url,
        "apiKey": f"${{{PROVIDERS[name].key_variable}}}",
        "provider": PROVIDERS[name].dialect,
        "maxOutputTokens": 128_000,
    }
    assert set(written()) == {"customModels"}, "no compaction limit where the window is not known"


@pytest.mark.parametrize(("name", "variable"), [("deepinfra", "DEEPINFRA_TOKEN")])
def test_another_usual_variable_counts_when_only_that_is_set(
    byok: Byok,
    written: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    variable: str,
) -> None:
    monkeypatch.setenv(variable, KEY)
    byok("add", name, "some/model-70b", "--no-check")
    assert written()["customModels"][0]["apiKey"] == f"${{{variable}}}"


def test_a_key_from_standard_input_is_written_and_never_shown(
    byok: Byok, written: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{KEY}\n"))
    with OpenAIServer(LISTS["groq"], key=KEY) as double:
        reroute(monkeypatch, {root("groq"): double.url})
        ran = byok("add", "groq", LISTS["groq"].model, "--key-stdin", "--json")
    assert ran.code == 0
    assert written("config.json")["custom_models"][0]["api_key"] == KEY
    assert KEY not in ran.out + ran.err


def test_the_limits_follow_the_window_that_the_service_tells(
    byok: Byok, written: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENROUTER_API_KEY", KEY)
    with OpenAIServer(LISTS["openrouter"], key=KEY) as double:
        reroute(monkeypatch, {root("openrouter"): double.url})
        one = byok("add", "openrouter", "openai/gpt-oss-20b", "--no-test", "--json")
        small = byok("add", "openrouter", "some/small-model-70b", "--no-test", "--json")
    assert (one.data["entry"]["max_output"], one.data["compaction_limit"]) == (32_000, 99_072)
    assert small.data["entry"]["max_output"] == 8_192
    said = " ".join(finding["message"] for finding in small.json["findings"])
    assert "16,384 tokens" in said
    assert "cannot call tools" in said
    assert ["byok", "add", "openrouter"] in [
        finding["remedy"]["command"] for finding in small.json["findings"]
    ]


def test_a_window_beyond_droid_s_own_limit_needs_no_other(
    byok: Byok, written: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", KEY)
    with OpenAIServer(LISTS["google-gemini"], key=KEY) as double:
        reroute(monkeypatch, {root("google-gemini"): double.url})
        ran = byok("add", "google_gemini", "gemini-2.5-pro", "--no-test", "--json")
    assert ran.data["compaction_limit"] is None
    assert set(written()) == {"customModels"}


def test_a_small_window_of_a_loaded_model_is_an_error_with_the_way_out(
    byok: Byok, factory_home: Path
) -> None:
    with OpenAIServer(LISTS["lm-studio"]) as double:
        name = LISTS["lm-studio"].model
        ran = byok("add", "lm-studio", name, "--endpoint", double.url, "--no-test", "--json")
    (finding,) = [each for each in ran.json["findings"] if "window" in each["message"]]
    assert finding["level"] == "error"
    assert "lms load google/gemma-4-e4b --context-length 32000" in finding["remedy"]["text"]


@pytest.mark.parametrize(
    ("given", "written_url"),
    [
        ("https://gpu.example", "https://gpu.example/v1"),
        ("https://gpu.example/v1", "https://gpu.example/v1"),
        ("https://gpu.example/v1/chat/completions", "https://gpu.example/v1"),
        ("https://gpu.example/team", "https://gpu.example/team/v1"),
    ],
)
def test_a_shared_endpoint_is_given_as_root_or_base_url(
    byok: Byok, written: Callable[..., Any], given: str, written_url: str
) -> None:
    byok("add", "vllm", "m-70b", "--endpoint", given, "--no-check")
    assert written("config.json")["custom_models"][0]["base_url"] == written_url


@pytest.mark.parametrize(
    ("name", "given", "written_url"),
    [
        ("openrouter", "https://gw.example", "https://gw.example/api/v1"),
        ("openrouter", "https://gw.example/api/v1/", "https://gw.example/api/v1"),
        ("openrouter", "https://gw.example/api", "https://gw.example/api/v1"),
        ("openrouter", "https://gw.example/v1", "https://gw.example/v1"),
        ("deepinfra", "https://gw.example", "https://gw.example/v1/openai"),
        (
            "google-gemini",
            "https://generativelanguage.googleapis.com/v1beta/",
            "https://generativelanguage.googleapis.com/v1beta/openai",
        ),
        ("anthropic", "https://gw.example/v1", "https://gw.example"),
        ("anthropic", "https://gw.example/v1/messages", "https://gw.example"),
    ],
)
def test_another_root_keeps_the_provider_s_path(
    byok: Byok, written: Callable[..., Any], name: str, given: str, written_url: str
) -> None:
    byok("add", name, "m-70b", "--endpoint", given, "--no-check")
    assert written()["customModels"][0]["baseUrl"] == written_url


def test_a_model_that_the_service_lacks_is_not_written(
    byok: Byok, factory_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENROUTER_API_KEY", KEY)
    with OpenAIServer(LISTS["openrouter"], key=KEY) as double:
        reroute(monkeypatch, {root("openrouter"): double.url})
        ran = byok("add", "openrouter", "openai/gpt-oss-20")
    assert ran.code == 1
    assert "`openai/gpt-oss-20b`" in ran.err
    assert not (factory_home / ".factory").exists()


@pytest.mark.parametrize("bad", ["html", "server_error", "redirect_302", "closed_at_once"])
def test_a_service_that_lies_writes_nothing_and_says_where_to_look(
    byok: Byok, factory_home: Path, monkeypatch: pytest.MonkeyPatch, bad: str
) -> None:
    monkeypatch.setenv("GROQ_API_KEY", KEY)
    with fault(bad) as url:
        reroute(monkeypatch, {root("groq"): url})
        ran = byok("add", "groq", "m", "--timeout", "1")
        listed = byok("add", "groq", "--timeout", "1")
    assert (ran.code, listed.code) == (1, 1)
    assert "online" in ran.err
    assert not (factory_home / ".factory").exists()


def test_the_real_engine_is_added_by_its_name(
    byok: Byok, engine: Engine, factory_home: Path
) -> None:
    offer = byok("add", "llama_cpp", "--endpoint", engine.url, "--json", "--timeout", "20")
    (model,) = offer.data["models"]
    assert (model["window"], model["longest_window"], model["tools"]) == (2048, 8192, False)
    ran = byok(
        "add", "llama-cpp", model["name"], "--endpoint", engine.url, "--json", "--timeout", "20"
    )
    assert ran.code == 1  # it cannot call tools, and its window is 2,048
    assert [each["status"] for each in ran.data["results"]] == ["passed", "passed", "warning"]
    assert ran.data["entry"]["name"] == "SmolLM 2 135M Instruct.Q4 1 [llama.cpp]"
    assert ran.data["compaction_limit"] == 28_000


def test_the_real_droid_lists_every_written_entry(
    byok: Byok, droid: Droid, factory_home: Path
) -> None:
    for name in (*LISTS, "llama-cpp"):
        model = LISTS[name].model if name in LISTS else "some-model-70b"
        assert byok("add", name, model, "--no-check").code == 0
    entries = byok("list", "--json").data["entries"]
    assert {entry["fate"] for entry in entries} == {"listed"}
    assert [id_ for id_, _ in droid.models(factory_home)] == [entry["id"] for entry in entries]
    assert len(entries) == len(LISTS) + 1
