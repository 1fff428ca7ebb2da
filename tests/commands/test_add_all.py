"""byok add PROVIDER --all and --prune: a whole server in one plan, asked about once."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.commands.conftest import Byok
from tests.commands.terminal import Person
from tests.doubles.ollama import Ollama, a_cloud_model, a_model
from tests.doubles.openai_server import OpenAIServer, reroute
from tests.doubles.services import LISTS, Listed

pytestmark = pytest.mark.outside

Make = Callable[..., Ollama]
CODER = a_model("coder:32b", 32.8, longest_window=131_072)
EMBEDS = a_model("nomic-embed-text", 0.2, capabilities=("embedding",))
MUTE = a_model("mute:32b", 32.8, capabilities=("completion",))
OTHER = "http://10.0.0.9:11434/v1"


@pytest.fixture
def server(ollama: Make) -> Ollama:
    """A chat model, one in the cloud, one that only embeds and one that calls no tools."""
    return ollama([CODER, a_cloud_model(), EMBEDS, MUTE], env={"OLLAMA_CONTEXT_LENGTH": "64000"})


def models(home: Path, file: str = "config.json", key: str = "custom_models") -> list[str]:
    """The models of droid's entries."""
    path = home / ".factory" / file
    return [row["model"] for row in json.loads(path.read_text())[key]] if path.exists() else []


def put(home: Path, *entries: tuple[str, str]) -> None:
    """Entries of the user's: a model and a base URL each."""
    rows = [
        {
            "model_display_name": f"Mine {number}",
            "model": model,
            "base_url": url,
            "api_key": "x",
            "provider": "generic-chat-completion-api",
            "max_tokens": 4000,
        }
        for number, (model, url) in enumerate(entries)
    ]
    (home / ".factory").mkdir(exist_ok=True)
    (home / ".factory/config.json").write_text(json.dumps({"custom_models": rows}))


def test_all_adds_what_droid_can_use_and_says_why_the_rest_is_left(
    byok: Byok, server: Ollama, empty_home: Path
) -> None:
    words = ("add", "ollama", "--all", "--endpoint", server.url)
    assert "no terminal to ask" in byok(*words).err
    assert "nothing was changed" in byok(*words, "--dry-run").out
    assert models(empty_home) == []
    ran = byok(*words, "--yes", "--json")
    assert ran.code == 0, ran.out
    assert models(empty_home) == ["coder:32b", "qwen3-coder:480b-cloud"]
    told = {each["name"].split(":")[0]: each["why"] for each in ran.data["left_out"]}
    assert told["nomic-embed-text"] == "it cannot chat"
    assert told["mute"].startswith("it cannot call tools")
    assert [each["model"] for each in ran.data["added"]] == models(empty_home)
    assert server.state.loads == []
    again = byok(*words, "--yes", "--json").data
    assert (again["added"], again["written"]) == ([], False)
    assert again["already"] == ["coder:32b", "qwen3-coder:480b-cloud"]
    assert byok("undo").code == 0
    assert not (empty_home / ".factory/config.json").exists()


def test_it_is_asked_once_on_a_terminal(server: Ollama, empty_home: Path) -> None:
    words = ("add", "ollama", "--all", "--endpoint", server.url)
    person = Person(*words).sees("coder:32b").sees("it cannot chat").sees("[y/n]").types("n")
    assert (person.ends(), models(empty_home)) == (1, [])
    person = Person(*words).sees("[y/n]").types("y").sees("Added 2 entries").sees("Next: byok test")
    assert (person.ends(), len(models(empty_home))) == (0, 2)


def test_what_stops_droid_is_an_error_here_too(byok: Byok, ollama: Make) -> None:
    double = ollama([a_model("tiny:32b", parameters={"num_ctx": 2048}, longest_window=4096)])
    ran = byok("add", "ollama", "--all", "--yes", "--json", "--endpoint", double.url)
    assert (ran.code, ran.json["status"]) == (1, "error")


def test_names_of_a_service_are_told_apart(
    byok: Byok, empty_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENROUTER_API_KEY", "sk-or-1")
    names = ["a/coder", "b/coder", "a/coder:free", "text-embedding-3-small", "*"]
    body = {"data": [{"id": name, "object": "model"} for name in names]}
    with OpenAIServer(Listed("/api/v1/models", body, names[0])) as double:
        reroute(monkeypatch, {"https://openrouter.ai": double.url})
        ran = byok("add", "openrouter", "--all", "--yes", "--json")
    assert ran.code == 0, ran.out
    assert models(empty_home, "settings.json", "customModels") == names[:3]
    assert len({each["id"] for each in ran.data["added"]}) == 3
    assert [each["name"] for each in ran.data["left_out"]] == names[3:]


def test_prune_removes_only_what_is_gone_at_this_server(
    byok: Byok, server: Ollama, empty_home: Path
) -> None:
    stay = [("coder:32b", server.base_url), ("gone:7b", OTHER), ("new:1t-cloud", server.base_url)]
    stay.append(("coder:32b-ctx32000", server.base_url))
    put(empty_home, *stay, ("gone:7b", server.base_url))
    words = ("add", "ollama", "--prune", "--endpoint", server.url)
    dry = byok(*words, "--dry-run")
    assert "Would remove 1 entry" in dry.out and "Next: the same command" in dry.out
    ran = byok(*words, "--yes", "--json")
    assert ran.code == 0, ran.out
    assert models(empty_home) == [name for name, _ in stay]
    assert [each["model"] for each in ran.data["removed"]] == ["gone:7b"]
    assert len(ran.data["left_out"]) == 2
    assert byok("undo").code == 0
    assert len(models(empty_home)) == 5
    both = byok(*words, "--all", "--yes", "--json").data
    assert [each["model"] for each in both["added"]] == ["qwen3-coder:480b-cloud"]
    assert "gone:7b" not in models(empty_home)[2:]


ONE = {"data": [{"id": "qwen.gguf", "owned_by": "llamacpp"}]}
EMPTY: dict[str, Any] = {"data": []}


@pytest.mark.parametrize(
    ("provider", "listed", "why"),
    [
        ("vllm", Listed("/v1/models", EMPTY, "m"), "lists no model at all"),
        ("lm-studio", Listed("/v1/models", ONE, "m"), "may serve models that it does not list"),
        ("llama-cpp", Listed("/v1/models", ONE, "m"), "may serve models that it does not list"),
        ("openai-compatible", Listed("/v1/models", {"data": [{"id": "*"}]}, "m"), "may serve"),
        ("openai-compatible", LISTS["groq"], "does not list its models"),
    ],
)
def test_a_list_that_proves_nothing_removes_nothing(
    byok: Byok, empty_home: Path, provider: str, listed: Listed, why: str
) -> None:
    with OpenAIServer(listed) as double:
        put(empty_home, ("gone:7b", f"{double.url}/v1"))
        ran = byok("add", provider, "--prune", "--yes", "--endpoint", double.url)
    assert ran.code == 1
    assert why in " ".join(ran.err.split())
    assert models(empty_home) == ["gone:7b"]
