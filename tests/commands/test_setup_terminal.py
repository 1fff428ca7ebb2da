"""byok setup in a real terminal: questions answered by typing, and ctrl-c in the middle."""

import json
import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.doubles.ollama import Ollama, Registry, Script, a_model

pytestmark = pytest.mark.outside

Make = Callable[..., Ollama]
NAME = "qwen3:8b"
COPY = "qwen3:8b-ctx32000"


class Person:
    """Somebody who types into `byok setup` and reads what it shows."""

    def __init__(self, where: str, *words: str) -> None:
        """Starts byok in a terminal of its own, so that ctrl-c reaches it as a signal."""
        self.pid, self._screen = pty.fork()
        if self.pid == 0:  # pragma: no cover - the other process
            command = [sys.executable, "-m", "factory_byok", "setup", "--endpoint", where, *words]
            os.environ |= {"TERM": "xterm", "COLUMNS": "80", "LINES": "50"}
            os.execv(command[0], command)
        self.seen = ""
        self._read = 0

    def sees(self, mark: str, seconds: float = 60.0) -> "Person":
        """Waits until the screen shows a mark after all that was waited for before."""
        end = time.monotonic() + seconds
        while mark not in self.seen[self._read :]:
            assert time.monotonic() < end, f"no {mark!r} in:\n{self.seen}"
            assert self._more(), f"it ended without {mark!r}:\n{self.seen}"
        self._read += self.seen[self._read :].index(mark) + len(mark)
        return self

    def types(self, text: str) -> "Person":
        """Types a line."""
        os.write(self._screen, text.encode() + b"\r")
        return self

    def presses_ctrl_c(self) -> "Person":
        """Interrupts, after a moment: Python may overlook it while a question is just coming up."""
        time.sleep(0.3)
        os.write(self._screen, b"\x03")
        return self

    def ends(self) -> int:
        """Reads the rest and gives the exit code."""
        end = time.monotonic() + 60
        while time.monotonic() < end and self._more():
            pass
        os.close(self._screen)
        _, status = os.waitpid(self.pid, 0)
        return os.waitstatus_to_exitcode(status)

    def _more(self) -> bool:
        """Reads what came; False at the end."""
        if not select.select([self._screen], [], [], 1.0)[0]:
            return True
        try:
            data = os.read(self._screen, 65536)
        except OSError:  # Linux says so when the other side is closed
            return False
        self.seen += re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", data.decode("utf-8", "replace"))
        return bool(data)


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
    person = Person(server.url)
    person.sees("This machine").sees("Memory").sees("answers at").sees("another provider")
    person.sees("any model's name").types("no such name!")
    person.sees("neither a number").sees("any model's name").types(NAME)
    person.sees("Download qwen3:8b").types("y")
    person.sees("32,000 tokens and use that?").types("")
    person.sees("OLLAMA_KEEP_ALIVE=1h").sees("for an hour after each use?").types("y")
    person.sees("Qwen 3 8B [Local]").sees("Write this entry").types("")
    assert entries(empty_home) == []
    person.sees("default model?").types("y")
    person.sees("Prove it now?").types("")
    person.sees("tools   passed").sees("window  passed").sees("is ready for droid")
    person.sees("droid exec -m 'custom:Qwen-3-8B-[Local]-0'")
    assert person.ends() == 0
    assert entries(empty_home) == [COPY]
    assert COPY in server.state.models
    settings = json.loads((empty_home / ".factory/settings.json").read_text())
    assert settings["sessionDefaultSettings"]["model"] == "custom:Qwen-3-8B-[Local]-0"


def test_a_finished_machine_needs_only_enter(server: Ollama, empty_home: Path) -> None:
    quick = [sys.executable, "-m", "factory_byok", "setup", "--endpoint", server.url, "--yes"]
    subprocess.run([*quick, "--model", NAME, "-q", "--default"], check=True, capture_output=True)
    before = (empty_home / ".factory/config.json").read_bytes()
    person = Person(server.url)
    person.sees(f"droid has `{COPY}` already").sees("any model's name").types("")
    person.sees("is on the server already").sees("32,000 tokens").sees("is in ~/.factory")
    person.sees("Prove it now?").types("").sees("nothing was changed")
    assert person.ends() == 0
    assert (empty_home / ".factory/config.json").read_bytes() == before


def test_ctrl_c_in_the_download_says_how_to_go_on(server: Ollama, empty_home: Path) -> None:
    server.registry.pause = 0.5
    person = Person(server.url, "--model", NAME)
    person.sees("Download qwen3:8b").types("y").sees("of 4.6 GB").presses_ctrl_c()
    person.sees("what came stays").sees("byok setup --model qwen3:8b")
    assert person.ends() == 130
    assert "Traceback" not in person.seen
    assert not (empty_home / ".factory").exists()
    server.registry.pause = 0.0
    again = Person(server.url, "--model", NAME)
    again.sees("Download qwen3:8b").types("y").sees("Downloaded")
    again.sees("use that?").presses_ctrl_c()
    again.sees("nothing of this step was left half done").sees("Done so far:").sees("pull")
    assert again.ends() == 130
    assert NAME in server.state.models and COPY not in server.state.models


def test_every_question_takes_no_for_an_answer(server: Ollama, empty_home: Path) -> None:
    server.state.models[NAME] = a_model(NAME, 7.6)
    person = Person(server.url, "--model", NAME)
    person.sees("use that?").types("n").sees("skipped: you said no")
    person.sees("each use?").types("n").sees("Write this entry").types("n")
    person.sees("droid has no entry")
    assert person.ends() == 0
    assert list(server.state.models) == [NAME]
    assert not (empty_home / ".factory").exists()


def test_a_step_that_fails_can_be_tried_again_skipped_or_left(
    server: Ollama, empty_home: Path
) -> None:
    server.registry.failing = "max retries exceeded"
    person = Person(server.url, "--model", NAME)
    person.sees("Download qwen3:8b").types("").sees("max retries exceeded").sees("leave (l)?")
    server.registry.failing = ""
    person.types("t").sees("Download qwen3:8b").types("").sees("Downloaded").sees("use that?")
    server.state.busy = True
    person.types("y").sees("server busy").sees("leave (l)?").types("l").sees("Done so far")
    assert person.ends() == 1
    assert entries(empty_home) == []


def test_another_model_can_be_chosen_after_a_failed_proof(ollama: Make, empty_home: Path) -> None:
    mute = a_model("mute:7b", 7.6, script=Script(on_tools="prose"))
    double = ollama([mute, a_model("good:7b", 7.6)])
    person = Person(double.url, "--model", "mute:7b", "--skip", "window,keep-alive,default")
    person.sees("Write this entry").types("").sees("Prove it now?").types("")
    person.sees("tools   failed").sees("choose another model (m)").types("m")
    person.sees("any model's name").types("good:7b")
    person.sees("Write this entry").types("").sees("Prove it now?").types("n")
    person.sees("droid exec -m")
    assert person.ends() == 0
    assert entries(empty_home) == ["mute:7b", "good:7b"]


def test_a_model_that_cannot_act_is_warned_of_before_the_download(server: Ollama) -> None:
    person = Person(server.url, "--model", "qwen2.5-coder:7b")
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
    person = Person(f"http://127.0.0.1:{free_port}", "--model", NAME)
    person.sees("does not answer").sees("wait until it answers").types("").sees("Waiting for")
    with Ollama([], port=free_port, registry=Registry([a_model(NAME, 7.6)])):
        person.sees("answers at").sees("Download qwen3:8b").presses_ctrl_c()
        assert person.ends() == 130


def test_ctrl_c_leaves_the_wait(free_port: int) -> None:
    person = Person(f"http://127.0.0.1:{free_port}", "--model", NAME)
    person.sees("wait until it answers").types("").sees("Waiting for").presses_ctrl_c()
    person.sees("Nothing was written")
    assert person.ends() == 130


def test_another_provider_is_set_up_too(ollama: Make, free_port: int, empty_home: Path) -> None:
    other = ollama([a_model("some-model:32b")])
    person = Person(f"http://127.0.0.1:{free_port}")
    person.sees("p for another provider").types("p").sees("openrouter")
    person.sees("name of the provider").types("openai-compatible")
    person.sees("Address of").types(f"{other.url}/v1")
    person.sees("some-model:32b").sees("name of the model").types("")
    person.sees("runs it").sees("Write this entry").types("").sees("default model?").types("")
    person.sees("Prove it now?").types("").sees("tools   passed").sees("window  failed")
    person.sees("skip this step (s)").types("s").sees("droid exec -m")
    assert person.ends() == 0
    assert entries(empty_home) == ["some-model:32b"]
