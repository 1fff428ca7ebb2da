"""One table over machines in order, adrift, without a server, and without byok."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.doubles.faults import closed_port
from tests.doubles.ollama import Ollama, Registry, a_model
from tests.doubles.real_parts import missing
from tests.printed import printed

pytestmark = pytest.mark.outside

Make = Callable[..., Ollama]
BIN = Path(sys.executable).parent
BASE = "qwen3:4b"


def on(host: Mapping[str, str], *words: str) -> "subprocess.CompletedProcess[str]":
    """One byok on one machine."""
    return subprocess.run(
        [str(BIN / "byok"), *words],
        env={**os.environ, **host},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The repository of the team: the README's manifest and playbook."""
    team = tmp_path / "team"
    team.mkdir()
    for name in ("byok.toml", "fleet.yml"):
        (team / name).write_text(printed(name), "utf-8")
    return team


@pytest.fixture
def machines(tmp_path: Path, ollama: Make, folder: Path) -> dict[str, dict[str, str]]:
    """The variables of four machines, each with a home and a server of its own."""

    def machine(name: str, url: str) -> dict[str, str]:
        home = tmp_path / name
        home.mkdir()
        return {"HOME": str(home), "FACTORY_HOME_OVERRIDE": str(home), "OLLAMA_HOST": url}

    def server() -> str:
        return ollama([], registry=Registry([a_model(BASE, 7.6)])).url

    ada, ben = machine("ada", server()), machine("ben", server())
    for each in (ada, ben):
        ran = on(each, "apply", str(folder / "byok.toml"))
        assert ran.returncode == 0, ran.stdout + ran.stderr
    assert on(ben, "set", "Qwen 3 4B [Team]", "max_output=77").returncode == 0
    cyd = machine("cyd", f"http://127.0.0.1:{closed_port()}")
    return {"ada": ada, "ben": ben, "cyd": cyd, "dan": {**cyd, "PATH": "/usr/bin:/bin"}}


def play(folder: Path, tmp_path: Path, machines: Mapping[str, Mapping[str, str]]) -> str:
    """Runs the playbook over the machines; the table."""
    ansible = shutil.which("ansible-playbook", path=str(BIN))
    if ansible is None:
        missing("ansible-core is not installed")
    hosts: dict[str, Any] = {
        name: {
            "ansible_connection": "local",
            "ansible_python_interpreter": sys.executable,
            "byok_environment": {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", **variables},
        }
        for name, variables in machines.items()
    }
    inventory = tmp_path / "hosts.json"
    inventory.write_text(json.dumps({"all": {"hosts": hosts}}), "utf-8")
    ran = subprocess.run(
        [ansible, "-i", str(inventory), "fleet.yml"],
        cwd=folder,
        env={
            **os.environ,
            "ANSIBLE_HOME": str(tmp_path / "ansible"),
            "ANSIBLE_LOCAL_TEMP": str(tmp_path / "ansible/tmp"),
            "ANSIBLE_REMOTE_TEMP": str(
                tmp_path / "ansible/remote"
            ),  # else ~/.ansible of the system
            "ANSIBLE_NOCOLOR": "1",
            "LC_ALL": "C.UTF-8",
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return (folder / "fleet.md").read_text("utf-8")


def test_one_table_tells_every_machine(
    folder: Path, tmp_path: Path, machines: dict[str, dict[str, str]]
) -> None:
    before = {path: path.read_bytes() for path in tmp_path.rglob("*/.factory/*")}
    table = play(folder, tmp_path, machines)
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()]
    assert rows[0] == ["Machine", "Status", "What"]
    found = {row[0]: row[1:] for row in rows[2:]}
    assert found["ada"] == ["ok", ""]
    assert found["ben"] == ["drift", "entry.max_output"]
    assert found["cyd"][0] == "error"
    assert found["cyd"][1].startswith(f"No usable answer from {machines['cyd']['OLLAMA_HOST']}")
    assert found["dan"][0] == "no byok"
    assert {path: path.read_bytes() for path in tmp_path.rglob("*/.factory/*")} == before
