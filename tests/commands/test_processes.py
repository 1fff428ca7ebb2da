"""byok as real processes: many at once, killed, in a pipe, in a terminal."""

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.commands.terminal import Person

pytestmark = pytest.mark.outside

BYOK = [sys.executable, "-m", "factory_byok"]


def run(*words: str, **more: str) -> "subprocess.CompletedProcess[str]":
    """One byok without a terminal."""
    return subprocess.run(
        [*BYOK, *words],
        env={**os.environ, **more},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_fifty_adds_at_once_leave_fifty_entries(empty_home: Path) -> None:
    words = [("add", "ollama", f"m{number}:32b", "--no-check") for number in range(50)]
    with ThreadPoolExecutor(6) as pool:
        codes = list(pool.map(lambda each: run(*each).returncode, words))
    assert codes == [0] * 50
    folder = empty_home / ".factory"
    models = json.loads((folder / "config.json").read_text())["custom_models"]
    assert {each["model"] for each in models} == {f"m{number}:32b" for number in range(50)}
    limits = json.loads((folder / "settings.json").read_text())["compactionTokenLimitPerModel"]
    assert len(limits) == 50
    assert sorted(path.name for path in folder.iterdir()) == ["config.json", "settings.json"]


def test_a_closed_pipe_is_no_error() -> None:
    reader = subprocess.Popen([*BYOK, "explain"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert reader.stdout is not None
    assert reader.stderr is not None
    reader.stdout.close()
    with reader.stderr:
        told = reader.stderr.read().decode()
    assert reader.wait(30) in (0, 1)
    assert "Traceback" not in told


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a device that is full")
@pytest.mark.parametrize(
    "words",
    [
        ["add", "ollama", "m:7b", "--no-check"],
        ["list", "--json"],
        ["no-such", "--json"],
        ["--help"],
    ],
    ids=" ".join,
)
def test_output_to_a_full_disk_is_said(empty_home: Path, words: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        both = subprocess.run([*BYOK, *words], stdout=full, stderr=full, check=False, timeout=60)
        done = subprocess.run(
            [*BYOK, *words], stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=60
        )
    assert (both.returncode, done.returncode) == (1, 1)
    assert "error: The output could not be written: there is no space left" in done.stderr
    assert (empty_home / ".factory").exists() == ("add" in words)  # what was done stays


def test_ctrl_c_ends_with_130_and_no_traceback(empty_home: Path) -> None:
    from tests.doubles.faults import fault

    with fault("hang") as url:
        env = {**os.environ, "OLLAMA_HOST": url.removeprefix("http://")}
        asking = subprocess.Popen(
            [*BYOK, "doctor", "--timeout", "20"],
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        time.sleep(2)
        asking.send_signal(signal.SIGINT)
        out, err = asking.communicate(timeout=20)
    assert asking.returncode == 130
    assert b"Traceback" not in out + err


@pytest.mark.parametrize(
    "more", [{"NO_COLOR": "1", "FORCE_COLOR": "1"}, {"TERM": "dumb"}, {}], ids=str
)
def test_no_colour_where_it_is_not_wanted(more: dict[str, str]) -> None:
    assert "\x1b[" not in run("fit", **more).stdout


def test_colour_when_asked_for() -> None:
    assert "\x1b[" in run("fit", "--color", "always").stdout
    assert "\x1b[" in run("fit", FORCE_COLOR="1").stdout


def test_a_stream_of_a_narrow_encoding_is_written_all_the_same() -> None:
    ran = run("doctor", PYTHONIOENCODING="ascii", PYTHONUTF8="0", LC_ALL="C")
    assert "Traceback" not in ran.stderr
    assert ran.returncode in (0, 1)


def test_fix_asks_on_a_terminal_and_takes_no_for_an_answer(empty_home: Path) -> None:
    path = empty_home / ".factory/settings.json"
    path.parent.mkdir()
    path.write_text('{"customModels": [],}')
    person = Person("fix", "file-rejected").sees("customModels").sees("[y/n]").types("n")
    assert person.ends() == 1
    assert path.read_text() == '{"customModels": [],}'


def test_a_key_that_is_typed_on_a_terminal_is_not_shown(empty_home: Path) -> None:
    person = Person("add", "openai", "gpt-4.1", "--key-stdin", "--no-check").sees("Key, not shown")
    time.sleep(1)  # the terminal stops showing what is typed only behind the prompt
    assert person.types("sk-typed-by-hand-0123456789").ends() == 0
    assert "typed-by-hand" not in person.seen
    assert "typed-by-hand" in (empty_home / ".factory/config.json").read_text()


@pytest.mark.parametrize("more", [(), ("--key-stdin", "--no-check")], ids=["missing", "stdin"])
def test_a_key_that_is_typed_before_it_is_asked_for_is_not_shown(
    empty_home: Path, more: tuple[str, ...]
) -> None:
    key = "sk-typed-too-early-0123456789"
    person = Person("add", "openrouter", "openai/gpt-oss-20b", "--timeout", "0.1", *more)
    person.hides_typing().types(key).sees("not shown")
    time.sleep(0.3)
    person.types(key).ends()
    assert "too-early" not in person.seen


def test_version_tells_byok_python_droid_and_ollama() -> None:
    told = run("--version").stdout
    for word in ("byok ", "python ", "droid ", "Ollama "):
        assert word in told


def test_help_names_every_verb_without_importing_them() -> None:
    from factory_byok.commands import VERBS

    told = run("--help")
    assert told.returncode == 0
    assert [verb for verb in VERBS if f"  {verb} " not in told.stdout] == []


def test_list_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom factory_byok.cli import run\nrun(['list'])\n"
        "heavy = {'httpx', 'rich', 'psutil', 'jsonschema', 'cpuinfo', 'pynvml', 'filelock'}\n"
        "sys.exit(', '.join(sorted(heavy & sys.modules.keys())) or 0)"
    )
    env = dict(os.environ)  # readline tells COLUMNS to children behind Python's back
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=env
    )
    assert ran.stderr == ""


def test_the_same_add_at_once_leaves_one_entry(empty_home: Path) -> None:
    with ThreadPoolExecutor(6) as pool:
        words = ("add", "ollama", "same:32b", "--no-check")
        codes = list(pool.map(lambda _: run(*words).returncode, range(6)))
    assert codes == [0] * 6
    assert len(json.loads((empty_home / ".factory/config.json").read_text())["custom_models"]) == 1


def test_a_misspelt_verb_is_guessed() -> None:
    ran = run("lst")
    assert ran.returncode == 2
    assert "Did you mean `byok list`?" in ran.stderr


def test_byok_alone_shows_its_help() -> None:
    ran = run()
    assert ran.returncode == 0
    assert "byok doctor" in ran.stdout
