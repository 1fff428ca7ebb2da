"""byok setup in a real terminal: questions answered by typing, and ctrl-c in the middle."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.commands.terminal import Person
from tests.doubles.ollama import Ollama, Registry, Script, a_model

pytestmark = pytest.mark.outside

Make = Callable[..., Ollama]
NAME = "qwen3:8b"
INSTALLED = "installed-coder:7b"
COPY = "qwen3:8b-ctx32000"


def setup(where: str, *words: str) -> Person:
    """Somebody who runs `byok setup`."""
    return Person("setup", "--endpoint", where, *words)


@pytest.fixture
def server(ollama: Make) -> Ollama:
    """A double with one model to download."""
    return ollama([], registry=Registry([a_model(NAME, 7.6)]))


def entries(home: Path) -> list[str]:
    """The models of droid's entries."""
    path = home / ".factory/config.json"
    rows = json.loads(path.read_text())["custom_models"] if path.exists() else []
    return [row["model"] for row in rows]


def test_the_whole_path_by_typed_answers(server: Ollama, empty_home: Path) -> None:
    person = setup(server.url)
    person.sees("This machine").sees("Memory").sees("answers at").sees("another provider")
    person.sees("any model's name").types("no such name!")
    person.sees("neither a number").sees("any model's name").types(NAME)
    person.sees("default model?").types("y")
    person.sees("- Download qwen3:8b").sees("a window of 32,000 tokens").sees("for an hour after")
    person.sees("Qwen 3 8B [Local]").sees("droid's default model").sees("Prove that it calls")
    assert entries(empty_home) == [] and not server.asked("/api/pull")
    person.sees("Do this?").types("y")
    person.sees("OLLAMA_KEEP_ALIVE=1h").sees("tools   passed").sees("window  passed").sees(
        "is ready for droid"
    )
    person.sees("droid exec -m 'custom:Qwen-3-8B-[Local]-0'")
    assert person.ends() == 0
    assert entries(empty_home) == [COPY]
    assert COPY in server.state.models
    settings = json.loads((empty_home / ".factory/settings.json").read_text())
    assert settings["sessionDefaultSettings"]["model"] == "custom:Qwen-3-8B-[Local]-0"


def test_a_slip_in_a_name_is_caught_and_a_download_can_be_declined(
    server: Ollama, empty_home: Path
) -> None:
    server.state.models[INSTALLED] = a_model(INSTALLED, 7.6)
    person = setup(server.url).sees(f"1  {INSTALLED}").sees("any model's name (1)")
    person.types("qwen2.5-codr:7b").sees("closest:").sees("qwen2.5-coder:7b")
    person.sees("any model's name").types(NAME).sees("default model?").types("n")
    person.sees("- Download qwen3:8b").sees("Do this?").types("n")
    person.sees("You said no: nothing was changed")
    assert person.ends() == 1
    assert "Context window" not in person.seen
    assert not (empty_home / ".factory").exists()
    again = setup(server.url, "--model", "qwen3-codr:30b").sees("Take `qwen3-coder:30b`?")
    again.types("y").sees("default model?").types("n")
    again.sees("Download qwen3-coder:30b").sees("Do this?").presses_ctrl_c()
    assert again.ends() == 130
    assert not server.asked("/api/pull")


def test_a_finished_machine_needs_only_enter(server: Ollama, empty_home: Path) -> None:
    quick = [sys.executable, "-m", "factory_byok", "setup", "--endpoint", server.url, "--yes"]
    subprocess.run([*quick, "--model", NAME, "-q", "--default"], check=True, capture_output=True)
    before = (empty_home / ".factory/config.json").read_bytes()
    person = setup(server.url)
    person.sees(f"droid has `{COPY}` already").sees("any model's name").types("")
    person.sees("Plan").sees("Prove that it calls").sees("Do this?").types("y")
    person.sees("is on the server already").sees("32,000 tokens").sees("is in ~/.factory")
    person.sees("nothing was changed")
    assert person.ends() == 0
    assert (empty_home / ".factory/config.json").read_bytes() == before


def test_ctrl_c_in_the_download_says_how_to_go_on(server: Ollama, empty_home: Path) -> None:
    server.registry.pause = 0.5
    person = setup(server.url, "--model", NAME, "--skip", "default")
    person.sees("Do this?").types("y").sees("MB of 4.6 GB").presses_ctrl_c()
    person.sees("What came of the download stays")
    person.sees("Interrupted. Nothing was changed").sees("Next: byok setup --model qwen3:8b")
    assert person.ends() == 130
    assert "Traceback" not in person.seen
    assert not (empty_home / ".factory").exists()
    server.registry.pause = 0.0
    server.state.load_seconds = 5.0
    again = setup(server.url, "--model", NAME, "--skip", "default")
    again.sees("Do this?").types("y").sees("Downloaded").sees("to see its window").presses_ctrl_c()
    again.sees("Done so far:").sees("pull").sees("Interrupted. Downloaded `qwen3:8b`")
    assert again.ends() == 130
    assert NAME in server.state.models and COPY not in server.state.models


def test_a_plan_that_is_only_shown_is_not_asked_about(server: Ollama, empty_home: Path) -> None:
    server.state.models[NAME] = a_model(NAME, 7.6)
    person = setup(server.url, "--model", NAME, "--dry-run").sees("default model?").types("y")
    person.sees("Plan").sees("default model").sees("Nothing was changed")
    assert person.ends() == 0
    assert list(server.state.models) == [NAME]
    assert not (empty_home / ".factory").exists()


def test_a_step_that_fails_can_be_tried_again_skipped_or_left(
    server: Ollama, empty_home: Path
) -> None:
    server.registry.failing = "max retries exceeded"
    server.state.busy = True
    person = setup(server.url, "--model", NAME, "--skip", "default")
    person.sees("Do this?").types("y").sees("max retries exceeded").sees("leave (l)?")
    server.registry.failing = ""
    person.types("t").sees("Downloaded").sees("server busy").sees("leave (l)?").types("l")
    person.sees("Done so far")
    assert person.ends() == 1
    assert entries(empty_home) == []


def test_another_model_can_be_chosen_after_a_failed_proof(ollama: Make, empty_home: Path) -> None:
    mute = a_model("mute:7b", 7.6, script=Script(on_tools="prose"))
    double = ollama([mute, a_model("good:7b", 7.6)])
    person = setup(double.url, "--model", "mute:7b", "--skip", "window,keep-alive,default")
    person.sees("Do this?").types("y")
    person.sees("tools   warning").sees("choose another model (m)").types("m")
    person.sees("any model's name").types("good:7b").sees("Plan").sees("Do this?").types("y")
    person.sees("skip this step (s)").types("s").sees("droid exec -m")
    assert person.ends() == 0
    assert entries(empty_home) == ["mute:7b", "good:7b"]


def test_a_model_that_cannot_act_is_warned_of_before_the_download(server: Ollama) -> None:
    person = setup(server.url, "--model", "qwen2.5-coder:7b")
    person.sees("writes tool calls as text").sees("Take it all the same?").types("n")
    person.sees("any model's name").presses_ctrl_c()
    assert person.ends() == 130
    assert not server.asked("/api/pull")


@pytest.fixture
def free_port() -> Iterator[int]:
    """A port where nothing listens yet."""
    with Ollama([]) as scout:
        port = scout.port
    yield port


def test_ollama_is_waited_for_until_it_answers(free_port: int) -> None:
    person = setup(f"http://127.0.0.1:{free_port}", "--model", NAME)
    person.sees("does not answer").sees("wait until it answers").types("").sees("Waiting for")
    with Ollama([], port=free_port, registry=Registry([a_model(NAME, 7.6)])):
        person.sees("answers at").sees("default model?").presses_ctrl_c()
        assert person.ends() == 130


def test_ctrl_c_leaves_the_wait(free_port: int) -> None:
    person = setup(f"http://127.0.0.1:{free_port}", "--model", NAME)
    person.sees("wait until it answers").types("").sees("Waiting for").presses_ctrl_c()
    person.sees("Interrupted. Nothing was changed").sees("Next: byok setup --model")
    assert person.ends() == 130


def test_another_provider_is_set_up_too(ollama: Make, free_port: int, empty_home: Path) -> None:
    other = ollama([a_model("some-model:32b")])
    person = setup(f"http://127.0.0.1:{free_port}")
    person.sees("p for another provider").types("p").sees("openrouter")
    person.sees("name of the provider").types("openai-compatible")
    person.sees("Address of").types(f"{other.url}/v1")
    person.sees("some-model:32b").sees("name of the model").types("")
    person.sees("default model?").types("").sees("Do this?").types("y")
    person.sees("runs it").sees("tools   passed").sees("window  warning")
    person.sees("skip this step (s)").types("s").sees("droid exec -m")
    assert person.ends() == 0
    assert entries(empty_home) == ["some-model:32b"]
