"""byok add loads before it judges, and says what is done when ctrl-c ends it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from factory_byok.exercises.runner import EXERCISES
from factory_byok.providers.ollama import calls
from tests.commands.conftest import Byok
from tests.commands.terminal import Person
from tests.doubles.ollama import Ollama, Reply, Script, a_model

pytestmark = pytest.mark.outside

Make = Callable[..., Ollama]
MODEL = a_model("coder:32b", 32.8, longest_window=131_072)
SMALL = a_model("coder:2k", 32.8, longest_window=131_072, parameters={"num_ctx": 2048})


def test_the_list_tells_the_window_that_window_tells(byok: Byok, ollama: Make) -> None:
    double = ollama([MODEL, SMALL], env={"OLLAMA_CONTEXT_LENGTH": "8192"})
    at = ("--endpoint", double.url, "--json")
    offered = {each["name"]: each["window"] for each in byok("add", "ollama", *at).data["models"]}
    for name, window in offered.items():
        (row,) = byok("window", name, *at).data["models"]
        assert row["window"] == window
    assert offered["coder:2k"] == 2048


@pytest.mark.parametrize("keep_alive", ["5m", "0"])
def test_the_choice_is_judged_by_the_loaded_window(
    byok: Byok, ollama: Make, empty_home: Path, keep_alive: str
) -> None:
    double = ollama([MODEL], env={"OLLAMA_KEEP_ALIVE": keep_alive})
    double.state.automatic_window = 40_000
    ran = byok("add", "ollama", "coder:32b", "--endpoint", double.url, "--json")
    assert ran.code == 0, ran.out
    told = json.dumps(ran.json["findings"])
    assert "assumed" not in told and "Measure it first" not in told
    assert "is 40,000 tokens (measured" in told
    assert ran.data["compaction_limit"] == 40_000 - 10_000
    settings = json.loads((empty_home / ".factory/settings.json").read_text())
    assert list(settings["compactionTokenLimitPerModel"].values()) == [30_000]


def test_a_model_that_the_server_does_not_keep_is_loaded_once_more_and_held(
    byok: Byok, ollama: Make
) -> None:
    double = ollama([MODEL], env={"OLLAMA_KEEP_ALIVE": "0", "OLLAMA_CONTEXT_LENGTH": "64000"})
    assert byok("add", "ollama", "coder:32b", "--endpoint", double.url).code == 0
    assert len(double.state.loads) == 2
    assert double.state.processes() == []


def test_with_yes_a_model_gets_the_window_that_droid_needs(
    byok: Byok, ollama: Make, empty_home: Path
) -> None:
    double = ollama([MODEL])
    words = ("add", "ollama", "coder:32b", "--endpoint", double.url)
    ran = byok(*words, "--yes", "--json")
    assert (ran.code, ran.json["status"]) == (0, "note")
    assert ran.data["copy"] == ran.data["entry"]["model"] == "coder:32b-ctx32000"
    assert ran.data["entry"]["name"] == "Coder 32B [Local]"
    assert "made the copy `coder:32b-ctx32000`" in byok("undo", "--list").out
    assert byok("undo").code == 0
    assert list(double.state.models) == ["coder:32b"]
    assert not (empty_home / ".factory/config.json").exists()
    assert byok(*words).code == 1
    switched = byok(*words, "--yes")
    assert "uses it now" in switched.out and "nothing was changed" not in switched.out
    for again in (byok(*words, "--yes"), byok(*words)):
        assert again.code == 0 and "nothing was changed" in again.out and "Made" not in again.out


@pytest.mark.parametrize(("answer", "code", "last"), [("y", 0, "Ready:"), ("n", 1, "Next:")])
def test_on_a_terminal_the_larger_window_is_asked_for(
    ollama: Make, answer: str, code: int, last: str
) -> None:
    double = ollama([MODEL])
    person = Person("add", "ollama", "coder:32b", "--endpoint", double.url)
    person.sees("too small for droid").sees("32,000").sees("[y/n]").types(answer).sees(last)
    assert person.ends() == code
    assert ("coder:32b-ctx32000" in double.state.models) == (answer == "y")


def test_an_error_about_the_choice_is_the_status_and_the_exit_code(
    byok: Byok, ollama: Make, empty_home: Path
) -> None:
    double = ollama([MODEL])
    double.state.automatic_window = 8192
    ran = byok("add", "ollama", "coder:32b", "--endpoint", double.url, "--json")
    assert (ran.code, ran.json["status"]) == (1, "error")
    assert [each["status"] for each in ran.data["results"]] == ["passed"] * 3
    assert ran.data["written"]


def test_a_model_that_is_not_loaded_is_still_written_and_the_try_says_why(
    byok: Byok, ollama: Make, empty_home: Path
) -> None:
    double = ollama([MODEL])
    double.state.busy = True
    ran = byok("add", "ollama", "coder:32b", "--endpoint", double.url, "--json")
    assert ran.code == 1
    assert ran.data["results"][0]["status"] == "failed"
    assert (empty_home / ".factory/config.json").exists()


def test_a_model_that_answers_in_prose_is_not_called_ready(byok: Byok, ollama: Make) -> None:
    double = ollama([a_model("coder:32b", 32.8, script=Script(on_tools="prose"))])
    double.state.automatic_window = 40_000
    ran = byok("add", "ollama", "coder:32b", "--endpoint", double.url, "--json")
    assert (ran.code, ran.json["status"]) == (0, "warning")  # as `droid exec`, which exits 0
    assert ran.json["next"]["command"][:2] == ["byok", "test"]


def test_ctrl_c_before_the_write_leaves_nothing(
    byok: Byok, ollama: Make, empty_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "load", _pressed)
    ran = byok("add", "ollama", "coder:32b", "--endpoint", ollama([MODEL]).url)
    assert ran.code == 130
    assert not (empty_home / ".factory").exists()


def test_ctrl_c_during_the_try_says_what_is_written_and_how_it_goes_back(
    byok: Byok, ollama: Make, empty_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    double = ollama([MODEL], env={"OLLAMA_CONTEXT_LENGTH": "64000"})
    monkeypatch.setitem(EXERCISES, "chat", _pressed)
    ran = byok("add", "ollama", "coder:32b", "--endpoint", double.url)
    assert ran.code == 130
    assert "Wrote the entry to" in ran.out
    assert "Interrupted. Wrote " in ran.err and "`byok undo` takes it back" in ran.err
    assert "Ready" not in ran.out and "Next: byok test" in ran.out
    assert byok("undo").code == 0
    assert not (empty_home / ".factory/config.json").exists()


def _pressed(*_: object, **__: object) -> Reply:
    """Ctrl-c."""
    raise KeyboardInterrupt


@pytest.mark.parametrize("words", [("add", "ollama"), ("window",), ("test",)])
def test_a_slip_in_a_name_gets_the_right_one_and_no_download(
    byok: Byok, ollama: Make, empty_home: Path, words: tuple[str, ...]
) -> None:
    double = ollama(["qwen2.5-coder:7b"])
    ran = byok(*words, "qwen2.5-codr:7b", "--endpoint", double.url)
    assert ran.code == 1
    assert "Did you mean `qwen2.5-coder:7b`?" in ran.err
    assert "byok pull" not in ran.err
