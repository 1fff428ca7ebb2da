"""The scripts of the documentation, run as they are printed.

No Docker engine runs where the tests do, so the Dockerfile's lines are followed by hand: its RUN
lines in a fresh environment, with its variables, in its working folder.
"""

import importlib
import json
import os
import re
import subprocess
import sys
import venv
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.doubles.faults import closed_port
from tests.doubles.ollama import Ollama, Registry, a_model
from tests.doubles.real_parts import missing
from tests.printed import printed

pytestmark = [pytest.mark.outside, pytest.mark.xdist_group("fresh environment")]

Make = Callable[..., Ollama]
Ran = subprocess.CompletedProcess[str]
ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent


def run(command: list[str], folder: Path, variables: Mapping[str, str], limit: float = 120) -> Ran:
    """One program without a terminal."""
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=limit,
    )


def path_with(folder: Path) -> dict[str, str]:
    """PATH with the programs of an environment first."""
    return {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}


@pytest.fixture
def team(tmp_path: Path) -> Path:
    """A folder with the README's manifest."""
    folder = tmp_path / "team"
    folder.mkdir()
    (folder / "byok.toml").write_text(printed("byok.toml"), "utf-8")
    return folder


def test_the_script_sets_up_a_machine_and_can_be_repeated(
    team: Path, empty_home: Path, ollama: Make
) -> None:
    double = ollama([], registry=Registry([a_model("qwen3:4b", 4.0)]))
    (team / "onboarding.sh").write_text(printed("onboarding.sh"), "utf-8")
    variables = {"OLLAMA_HOST": double.url, **path_with(BIN)}
    for _ in range(2):
        ran = run(["sh", "onboarding.sh"], team, variables)
        assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "Already matches byok.toml" in ran.stdout
    assert json.loads((team / "byok-doctor.json").read_text())["command"] == "doctor"
    (entry,) = json.loads((empty_home / ".factory/config.json").read_text())["custom_models"]
    assert entry["model"] == "qwen3:4b-ctx32000"


def test_the_script_ends_with_1_when_the_server_is_down(team: Path, empty_home: Path) -> None:
    (team / "onboarding.sh").write_text(printed("onboarding.sh"), "utf-8")
    variables = {"OLLAMA_HOST": f"127.0.0.1:{closed_port()}", **path_with(BIN)}
    ran = run(["sh", "onboarding.sh"], team, variables)
    assert ran.returncode == 1
    assert "No usable answer" in ran.stdout
    assert not (empty_home / ".factory").exists()


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A fresh environment that finds byok's wheel as if it were published: PATH and pip's place."""
    folder = tmp_path_factory.mktemp("fresh")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    wheel = run([*pip, "wheel", "--quiet", "--no-deps", "-w", str(folder), str(ROOT)], folder, {})
    if wheel.returncode:
        missing(f"no wheel could be built: {wheel.stderr[-300:]}")
    venv.create(folder / "venv", with_pip=True)
    programs = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
    return {**path_with(programs), "PIP_FIND_LINKS": str(folder)}


def test_the_image_holds_the_entries(team: Path, empty_home: Path, fresh: dict[str, str]) -> None:
    variables = dict(fresh)
    ran = Ran([], 0)
    for line in printed("Dockerfile").splitlines():
        word, _, rest = line.partition(" ")
        if word == "ENV":
            name, _, value = rest.partition("=")
            variables[name] = value
        elif word == "COPY":
            assert rest in ("byok.toml .", "byok /opt/byok")
        elif word == "RUN":
            ran = run(["sh", "-c", rest.replace("/opt/byok", str(ROOT))], team, variables)
            assert ran.returncode == 0, f"{line}\n{ran.stdout}{ran.stderr}"
        else:
            assert word in ("FROM", "WORKDIR")
    assert "host.docker.internal:11434" in ran.stdout
    assert "droid offers 1 entry" in ran.stdout


def test_the_ci_job_takes_a_good_manifest_and_refuses_a_bad_one(
    team: Path, empty_home: Path, fresh: dict[str, str]
) -> None:
    job = printed("byok.yml")
    commands = re.findall(r"^ +- run: (.+?)(?: #.*)?$", job, re.M)
    assert len(commands) == 3
    for command in commands:
        ran = run(["sh", "-c", command.replace("./.byok", str(ROOT))], team, fresh)
        assert ran.returncode == 0, f"{command}\n{ran.stdout}{ran.stderr}"
    (team / "byok.toml").write_text("versoin = 1\n", "utf-8")
    ran = run(["sh", "-c", commands[1]], team, fresh)
    assert ran.returncode == 1
    assert "line 1" in ran.stderr and "`version`" in ran.stderr


def test_the_ci_job_and_the_playbook_are_yaml() -> None:
    try:
        yaml: Any = importlib.import_module("yaml")  # comes with ansible-core
    except ImportError:
        missing("PyYAML is not installed")
    job = yaml.safe_load(printed("byok.yml"))
    steps = job["jobs"]["manifest"]["steps"]
    assert [step["run"].split()[0] for step in steps if "run" in step] == ["pip", "byok", "byok"]
    assert len(yaml.safe_load(printed("fleet.yml"))) == 2
