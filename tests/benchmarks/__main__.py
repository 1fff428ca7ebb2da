"""Prints the benchmark: medians of many runs, each beside its own yardstick of the same run.

Start-up is measured beside an empty Typer program in the same environment, `doctor` beside the
slowest single question that it asks, edits beside parsing the same file once.
"""

import compileall
import fcntl
import json
import os
import platform
import pty
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import factory_byok
from factory_byok.core.actions import Edit
from factory_byok.droid.settings.edit import apply
from factory_byok.droid.settings.jsonc import load
from factory_byok.droid.settings.jsonc.reader import read
from tests.doubles.faults import closed_port, fault
from tests.doubles.ollama import Ollama

PACKAGE: Final = Path(factory_byok.__file__).parent
RUNS: Final = 15
EMPTY: Final = """
import typer
app = typer.Typer()
@app.command()
def main() -> None:
    print("hello")
app()
"""
# A Typer program that prints one table by rich.
TABLE: Final = """
import typer
from rich.console import Console
from rich.table import Table
app = typer.Typer()
@app.command()
def main() -> None:
    table = Table("Name", "Model")
    table.add_row("Model 0", "model-0:32b")
    Console().print(table)
app()
"""
# A Typer program that asks one of the questions that `byok doctor` asks, and nothing else.
QUESTION: Final = """
import typer
from factory_byok.core.addresses import default_endpoint
from factory_byok.core.world import World
from factory_byok.diagnosis import collect
app = typer.Typer()
@app.command()
def main(wanted: str = "") -> None:
    world, ask = World.real(), collect.Ask()
    default = default_endpoint(world.env.get("OLLAMA_HOST", ""))
    entries = collect.look(world).entries
    where = collect.wanted_endpoints(entries, default, ())
    for name, question in collect.questions(world, ask, entries, default, where).items():
        if not wanted:
            print(name)
        elif str(name) == wanted:
            question()
app()
"""
PEAK: Final = """
import resource, subprocess, sys
command = [sys.executable, "-m", "factory_byok", *sys.argv[1:]]
subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
"""


def timed(command: list[str], home: Path, **more: str) -> float:
    """Seconds of one run."""
    env = {**os.environ, "HOME": str(home), "FACTORY_HOME_OVERRIDE": str(home), **more}
    start = time.perf_counter()
    subprocess.run(
        command,
        env=env,
        cwd=home,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return time.perf_counter() - start


def timed_on_terminal(command: list[str], home: Path) -> float:
    """Seconds of one run whose output goes to a terminal of 80 columns."""
    env = {**os.environ, "HOME": str(home), "FACTORY_HOME_OVERRIDE": str(home), "TERM": "xterm"}
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    start = time.perf_counter()
    running = subprocess.Popen(command, env=env, cwd=home, stdout=theirs, stderr=theirs)
    os.close(theirs)
    with suppress(OSError):  # how Linux tells that the other side is closed
        while os.read(ours, 65_536):
            pass
    running.wait()
    os.close(ours)
    return time.perf_counter() - start


def medians(commands: dict[str, Callable[[], float]], runs: int = RUNS) -> dict[str, float]:
    """Median seconds of each, taken in turn so that a noisy machine disturbs all alike."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, run in commands.items():
            times[name].append(run())
    return {name: statistics.median(each) for name, each in times.items()}


def home_with(entries: int, folder: Path) -> Path:
    """A home whose settings hold so many entries."""
    models = [
        {
            "displayName": f"Model {number}",
            "model": f"model-{number}:32b",
            "baseUrl": "http://localhost:11434/v1",
            "apiKey": "not-needed",
            "provider": "generic-chat-completion-api",
            "maxOutputTokens": 16000,
        }
        for number in range(entries)
    ]
    place = folder / f"home{entries}" / ".factory"
    place.mkdir(parents=True)
    (place / "settings.json").write_text(json.dumps({"customModels": models}, indent=2))
    return place.parent


def row(name: str, seconds: float, yardstick: float, of: str) -> None:
    """One line: the ratio first, since it is what travels between machines."""
    print(f"{name:34} {seconds / yardstick:6.2f} x {of:26} ({seconds * 1000:7.0f} ms)")


def start_up(folder: Path, byok: list[str]) -> None:
    """Verbs that need no network beside an empty Typer program."""
    empty = folder / "empty.py"
    empty.write_text(EMPTY)
    one, many = home_with(1, folder), home_with(1000, folder)
    found = medians(
        {
            "empty": lambda: timed([sys.executable, str(empty)], one),
            "byok --version": lambda: timed([*byok, "--version"], one),
            "byok --help": lambda: timed([*byok, "--help"], one),
            "byok list, 1 entry": lambda: timed([*byok, "list"], one),
            "byok list --json, 1 entry": lambda: timed([*byok, "list", "--json"], one),
            "byok list, 1,000 entries": lambda: timed([*byok, "list"], many),
        }
    )
    for name, seconds in found.items():
        if name != "empty":
            row(name, seconds, found["empty"], "an empty Typer program")


def on_a_terminal(folder: Path, byok: list[str]) -> None:
    """A table on a terminal beside a Typer program that prints one by rich."""
    table = folder / "table.py"
    table.write_text(TABLE)
    home = home_with(2, folder)
    found = medians(
        {
            "table": lambda: timed_on_terminal([sys.executable, str(table)], home),
            "byok list on a terminal": lambda: timed_on_terminal([*byok, "list"], home),
        }
    )
    name = "byok list on a terminal"
    row(name, found[name], found["table"], "one rich table in Typer")


def doctor(folder: Path, byok: list[str]) -> None:
    """The doctor beside its slowest single question: a start, an answer, a time-out."""
    home = home_with(0, folder)
    beside_slowest_question(folder, byok, home)
    with Ollama(["smollm2"]) as server, fault("hang") as hanging:
        cases = {
            "doctor, server answers": server.url,
            "doctor, server refuses": f"http://127.0.0.1:{closed_port()}",
            "doctor, server hangs": hanging,
        }
        runs: dict[str, Callable[[], float]] = {
            name: lambda url=url: timed([*byok, "doctor"], home, OLLAMA_HOST=url)  # type: ignore[misc]
            for name, url in cases.items()
        }
        runs["list"] = lambda: timed([*byok, "list"], home)
        found = medians(runs, 5)
    for name, seconds in found.items():
        if name == "doctor, server hangs":
            row(name, seconds, found["list"] + 2.0, "`list` and 2 s of waiting")
        elif name != "list":
            row(name, seconds, found["list"], "`list`")


def beside_slowest_question(folder: Path, byok: list[str], home: Path) -> None:
    """The doctor with a live server beside the slowest of its questions asked alone."""
    program = folder / "question.py"
    program.write_text(QUESTION)
    alone = [sys.executable, str(program)]
    with Ollama(["smollm2"]) as server:
        env = {**os.environ, "HOME": str(home), "OLLAMA_HOST": server.url}
        names = subprocess.run(alone, env=env, capture_output=True, text=True, check=True).stdout
        cases: dict[str, Callable[[], float]] = {
            name: lambda name=name: timed(  # type: ignore[misc]
                [*alone, "--wanted", name], home, OLLAMA_HOST=server.url
            )
            for name in names.splitlines()
        }
        found = medians(cases, 3)
        slowest = max(found, key=lambda name: found[name])
        pair = medians(
            {
                "alone": cases[slowest],
                "doctor": lambda: timed([*byok, "doctor"], home, OLLAMA_HOST=server.url),
            },
            9,
        )
    row("doctor, server answers", pair["doctor"], pair["alone"], f"its question {slowest[:24]}")


def edits(folder: Path, byok: list[str]) -> None:
    """Verbs and single edits over 10,000 entries, beside parsing the same file once.

    One parse is Python's, the other byok's own, which finds faults; a verb looks at all files, does
    its edit, imagines droid's view of the result and writes with a record for undo.
    """
    home = home_with(10_000, folder)
    path = home / ".factory/settings.json"
    text = path.read_text()
    entry = Edit("add", str(path), "/customModels/-", {"model": "new:32b"})
    first = Edit("remove", str(path), "/customModels/0")
    parses = medians({"values": _timing(load, text), "faults": _timing(read, text)}, 5)
    single = medians(
        {
            "one edit: add": _timing(apply, text, [entry]),
            "one edit: remove": _timing(apply, text, [first]),
        },
        5,
    )
    row("parsing for faults", parses["faults"], parses["values"], "parsing the values")
    for name, seconds in single.items():
        row(f"{name}, 10,000 entries", seconds, parses["values"], "parsing the values")
    start = medians({"start": lambda: timed([*byok, "--version"], home)}, 5)["start"]
    add = [*byok, "add", "ollama", "new:32b", "--no-check", "--file", "settings"]
    remove = [*byok, "remove", "New 32B [Local]"]
    found = medians(
        {
            "byok list": lambda: timed([*byok, "list"], home),
            "byok add": lambda: timed(add, home),
            "byok remove": lambda: timed(remove, home),
        },
        3,
    )
    for name, seconds in found.items():
        row(f"{name}, 10,000 entries", seconds - start, parses["faults"], "parsing for faults")


def _timing(work: Callable[..., object], *words: object) -> Callable[[], float]:
    """A function that does some work and gives its seconds."""

    def run() -> float:
        start = time.perf_counter()
        work(*words)
        return time.perf_counter() - start

    return run


def memory(folder: Path) -> None:
    """Peak memory of whole commands, in MiB."""
    home = folder / "home1"
    for verb in ("list", "doctor"):
        env = {**os.environ, "HOME": str(home), "FACTORY_HOME_OVERRIDE": str(home)}
        done = subprocess.run(
            [sys.executable, "-c", PEAK, verb], env=env, capture_output=True, text=True, check=False
        )
        print(f"peak memory of byok {verb:14} {done.stdout.strip():>6} MiB")


def main() -> None:
    """Prints everything, with the machine and the date.

    byok is compiled first, as pip does when it installs; typer and rich came that way.
    """
    compileall.compile_dir(PACKAGE, quiet=1)
    byok = [sys.executable, "-m", "factory_byok"]
    python = f"Python {platform.python_version()}, {os.cpu_count()} CPUs"
    print(f"{datetime.now(UTC):%Y-%m-%d}, {platform.platform()}, {python}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        start_up(folder, byok)
        on_a_terminal(folder, byok)
        doctor(folder, byok)
        edits(folder, byok)
        memory(folder)


if __name__ == "__main__":
    main()
