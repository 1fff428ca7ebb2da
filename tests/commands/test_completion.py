"""Completion: the protocol by itself, and the real shells with a real Tab key."""

import json
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from factory_byok.commands import VERBS
from factory_byok.completion import offer
from factory_byok.completion.shells import split
from factory_byok.core.world import World
from tests.commands.conftest import Byok
from tests.doubles.faults import fault
from tests.doubles.fixtures import MakeOllama
from tests.doubles.ollama.reply import Reply
from tests.doubles.real_parts import missing

NAME = "Qwen 2.5 Coder 32B [Local]"
ID = "custom:Qwen-2.5-Coder-32B-[Local]-0"
MOST_SECONDS = 2.0  # a whole process on two shared cores; 0.15 s is usual


@pytest.fixture
def entry(factory: Path) -> None:
    """One entry in droid's file."""
    row = {
        "model_display_name": NAME,
        "model": "qwen2.5-coder:32b",
        "base_url": "http://127.0.0.1:9/v1",
        "api_key": "not-needed",
        "provider": "generic-chat-completion-api",
        "max_tokens": 16000,
    }
    (factory / "config.json").write_text(json.dumps({"custom_models": [row]}))


def values(*words: str, start: str = "") -> list[str]:
    """The offered words."""
    return [each.value for each in offer(list(words), start, World.real()).words]


# --- what is offered -----------------------------------------------------------------------------


def test_every_verb_is_offered_first() -> None:
    assert values() == list(VERBS)
    assert values(start="sn") == ["snapshot"]
    assert values("--json") == list(VERBS)


def test_options_are_those_of_the_verb_and_once() -> None:
    assert "--deep" in values("doctor", start="--")
    assert "--deep" not in values("doctor", "--deep", start="--")
    assert "--deep" not in values("list", start="--")
    assert "--json" in values("list", start="-")
    assert "--help" in values("list", start="-")
    assert values("doctor", "--", start="-") == []


@pytest.mark.parametrize("verb", VERBS)
def test_the_offered_options_are_those_of_its_help(byok: Byok, verb: str) -> None:
    told = byok(verb, "--help").out
    assert [name for name in values(verb, start="--") if name not in told] == []


def test_an_option_offers_its_values() -> None:
    assert values("doctor", "--format") == ["text", "markdown", "html"]
    assert values("doctor", start="--format=ma") == ["--format=markdown"]
    assert values("list", "--color", start="al") == ["always"]
    assert values("doctor", "--timeout") == []
    assert offer(["doctor", "--from"], "", World.real()).files
    assert offer(["snapshot", "-o"], "", World.real()).files


@pytest.mark.outside
@pytest.mark.usefixtures("entry")
def test_entries_are_offered_by_id_and_by_name() -> None:
    for verb in ("remove", "set", "test"):
        assert ID in values(verb, start="c")
    assert values("remove", start="Qw") == [NAME]
    assert values("remove", ID) == []
    assert values("set", ID, start="max") == ["max_output="]
    assert "dialect=openai" in values("set", ID, start="dialect=")


def test_checks_are_offered_in_both_spellings_and_once() -> None:
    assert values("explain", start="window_t") == ["window_too_small"]
    assert values("explain", start="window-t") == ["window-too-small"]
    assert "file_rejected" not in values("fix", "file-rejected")
    assert values("explain", "file_rejected") == []
    assert values("explain", start="manif") == ["manifest"]


def test_providers_and_what_they_offer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_API_KEY", "sk-not-to-be-shown")
    assert {"ollama", "openrouter", "vllm"} <= set(values("add"))
    assert "openai/gpt-oss-120b" in values("add", "groq")
    assert "SOME_API_KEY" in values("add", "groq", "x", "--key-env")
    assert not any("sk-not" in word for word in values("add", "groq", "x", "--key-env"))


@pytest.mark.outside
def test_models_are_those_of_the_server(ollama: MakeOllama) -> None:
    double = ollama(["qwen2.5-coder:7b", "smollm2"])
    told = ("--endpoint", double.base_url)
    assert values("window", *told, start="q") == ["qwen2.5-coder:7b"]
    assert values("fit", *told, start="smol")[0] == "smollm2:latest"
    assert values("add", "ollama", *told, start="smol")[0] == "smollm2:latest"
    assert "qwen3-coder:30b" in values("pull")


@pytest.mark.outside
def test_a_name_that_steers_the_terminal_or_is_a_key_is_not_offered(ollama: MakeOllama) -> None:
    key = "sk-proj-4Hq8ZtWm2LxP0v"
    rows = [{"name": name, "size": 1} for name in ("fine:7b", "a\x1b]0;pwn\x07:7b", "b\nc", key)]
    double = ollama([])
    double.replies["/api/tags"] = Reply(200, json.dumps({"models": rows}).encode())
    offered = values("add", "ollama", "--endpoint", double.url)
    assert "fine:7b" in offered
    assert not any(sign in "|".join(offered) for sign in ("\x1b", "\n", key))


@pytest.mark.outside
def test_a_server_that_hangs_costs_half_a_second_and_is_not_spoken_of() -> None:
    with fault("hang") as url:
        start = time.monotonic()
        assert values("window", "--endpoint", url) == []
        assert time.monotonic() - start < 0.9
    assert values("window", "--endpoint", "nonsense:") == []


def test_a_broken_file_or_verb_offers_nothing(factory: Path) -> None:
    (factory / "config.json").write_text("{")
    assert values("remove") == []
    assert values("nosuch", "--") == []
    assert values("explain", "a", "b", "c") == []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("byok ", ["byok", ""]),
        ("byok remove Qwen\\ 2.5", ["byok", "remove", "Qwen 2.5"]),
        ("byok remove 'Qwen 2.5' --d", ["byok", "remove", "Qwen 2.5", "--d"]),
        ('byok remove "Qwen 2', ["byok", "remove", "Qwen 2"]),
        ("", [""]),
    ],
)
def test_a_line_is_split_as_shells_do(line: str, words: list[str]) -> None:
    assert split(line)[0] == words


# --- the protocol --------------------------------------------------------------------------------


def asked(shell: str, line: str, **more: str) -> "subprocess.CompletedProcess[str]":
    """byok asked as a shell asks it."""
    env = {
        **os.environ,
        "_BYOK_COMPLETE": f"complete_{shell}",
        "_TYPER_COMPLETE_ARGS": line,
        "COMP_WORDS": "\n".join(split(line)[0]),
        "COMP_CWORD": str(len(split(line)[0]) - 1),
        **more,
    }
    return subprocess.run(
        [sys.executable, "-m", "factory_byok"],
        env=env, capture_output=True, text=True, check=False, timeout=30,
    )  # fmt: skip


@pytest.mark.outside
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_is_answered_in_its_form(shell: str) -> None:
    start = time.monotonic()
    ran = asked(shell, "byok explain window_t")
    assert time.monotonic() - start < MOST_SECONDS
    lines = {
        "bash": "window_too_small\n",
        "zsh": "window_too_small:Context window\n",
        "fish": "window_too_small\tContext window\n",
    }
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, lines[shell], "")
    assert asked(shell, "byok doctor --from ").returncode == 10
    assert asked(shell, "byok nosuch ").stdout == ""


@pytest.mark.outside
@pytest.mark.usefixtures("entry")
def test_bash_gets_only_what_follows_its_own_break() -> None:
    pieces = "byok\nremove\ncustom\n:\nQw"
    ran = asked("bash", "", COMP_WORDS=pieces, COMP_CWORD="4")
    assert ran.stdout == "Qwen-2.5-Coder-32B-\\[Local\\]-0\n"
    ran = asked("bash", "", COMP_WORDS="byok\ndoctor\n--format\n=\nh", COMP_CWORD="4")
    assert ran.stdout == "html\n"


@pytest.mark.outside
def test_a_failure_is_silent() -> None:
    for more in ({"_BYOK_COMPLETE": "complete_nosuch"}, {"COMP_CWORD": "x"}, {"HOME": ""}):
        ran = asked("bash", "byok remove ", **more)
        assert "Traceback" not in ran.stderr + ran.stdout


@pytest.mark.outside
def test_completion_imports_nothing_heavy() -> None:
    code = (
        "import os, sys\nimport factory_byok.cli\nfrom factory_byok.completion import answer\n"
        "answer(os.environ)\n"
        "heavy = {'httpx', 'rich', 'psutil', 'jsonschema', 'cpuinfo', 'pynvml', 'filelock'}\n"
        "sys.exit(', '.join(sorted(heavy & sys.modules.keys())) or 0)"
    )
    env = {
        **os.environ,
        "_BYOK_COMPLETE": "complete_fish",
        "_TYPER_COMPLETE_ARGS": "byok remove ",
    }
    ran = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False
    )
    assert ran.stderr == ""


# --- the verb ------------------------------------------------------------------------------------


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_printed_and_installed_once(
    byok: Byok, empty_home: Path, shell: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = byok("completion", shell).out
    assert "_BYOK_COMPLETE" in printed
    monkeypatch.setenv("SHELL", f"/bin/{shell}")
    start = empty_home / {"bash": ".bashrc", "zsh": ".zshrc", "fish": ".none"}[shell]
    if shell != "fish":
        start.write_text("# mine, without a line end")
    first, second = byok("completion", "--install", "--json"), byok("completion", "--install")
    place = Path(first.data["installed"])
    assert place.read_text() == printed
    assert len(first.data["changed"]) == (1 if shell == "fish" else 2)
    assert "nothing was changed" in second.out
    if shell != "fish":
        mine, ours = start.read_text().splitlines()
        assert mine == "# mine, without a line end"
        assert str(place) in ours


def test_an_unknown_shell_is_said(byok: Byok, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHELL", "/bin/tcsh")
    ran = byok("completion")
    assert ran.code == 2
    assert "byok completion bash" in ran.err


# --- the real shells -----------------------------------------------------------------------------


def program(name: str) -> str:
    """A shell of this machine; CI must have all three."""
    return shutil.which(name) or missing(f"there is no {name} on this machine")


@pytest.fixture
def on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """`byok` as a program on PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "byok").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m factory_byok "$@"\n')
    (folder / "byok").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("TERM", "dumb")
    return folder


class Terminal:
    """A shell in a terminal, and what it shows."""

    def __init__(self, *command: str) -> None:
        """Starts it."""
        self._leader, follower = pty.openpty()
        self._shell = subprocess.Popen(
            command, stdin=follower, stdout=follower, stderr=follower, start_new_session=True
        )
        os.close(follower)

    def type(self, text: str) -> None:
        """Types."""
        os.write(self._leader, text.encode())

    def until(self, done: Callable[[str], bool], seconds: float = 25) -> str:
        """What it shows from now on, until that is enough."""
        seen, end = "", time.monotonic() + seconds
        while not done(seen) and time.monotonic() < end:
            if select.select([self._leader], [], [], 0.2)[0]:
                seen += os.read(self._leader, 65536).decode("utf-8", "replace")
        return seen

    def close(self) -> None:
        """Ends it."""
        self._shell.kill()
        self._shell.wait(10)
        os.close(self._leader)


STARTS = {
    "bash": ("--norc", "--noprofile", "-i"),
    "zsh": ("-f", "-i"),
}
SETS_UP = {
    "bash": "source <(byok completion bash); echo rea''dy\n",
    "zsh": "autoload -Uz compinit; compinit -u -D; source <(byok completion zsh); echo rea''dy\n",
}


@pytest.mark.outside
@pytest.mark.usefixtures("entry", "on_path")
@pytest.mark.parametrize("shell", list(STARTS))
@pytest.mark.parametrize("typed", ["cus\t", "custom:Qw\t", "Qw\t"])
def test_tab_in_a_real_shell_ends_in_the_right_words(shell: str, typed: str) -> None:
    terminal = Terminal(program(shell), *STARTS[shell])
    try:
        terminal.type(SETS_UP[shell])
        terminal.until(lambda seen: "ready" in seen)
        terminal.type(f"byok remove {typed}")
        terminal.until(lambda seen: "Local" in seen, 10)
        terminal.type(" --dry-run; echo code=$?.\n")
        seen = terminal.until(lambda seen: re.search(r"code=\d\.", seen) is not None)
    finally:
        terminal.close()
    assert "code=0." in seen


@pytest.mark.outside
@pytest.mark.usefixtures("entry", "on_path")
def test_fish_completes() -> None:
    fish = program("fish")

    def lines(typed: str) -> list[str]:
        command = f'byok completion fish | source; complete -C "{typed}"'
        words = [fish, "--no-config", "-c", command]
        ran = subprocess.run(words, capture_output=True, text=True, timeout=60, check=True)
        return ran.stdout.splitlines()

    assert any(line.startswith("remove\t") for line in lines("byok rem"))
    assert any(line.startswith(ID) for line in lines("byok remove cus"))
    assert "html" in lines("byok doctor --format ")
