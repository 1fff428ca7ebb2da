"""Many byok at once, and another program between them: nobody's entry is lost, nobody's is hit."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.outside

EACH = 8


def snake(name: str) -> dict[str, Any]:
    plain = {"model_display_name": name, "model": f"{name.lower()}:7b"}
    server = {"base_url": "http://127.0.0.1:9/v1", "api_key": "k"}
    return {**plain, **server, "provider": "generic-chat-completion-api", "max_tokens": 4000}


def put_in_front(path: Path, name: str) -> bool:
    """What another program does: reads, changes, renames; False when byok was faster."""
    raw = path.read_bytes()
    body = json.loads(raw)
    body["custom_models"].insert(0, snake(name))
    temporary = path.with_name("other.tmp")
    temporary.write_text(json.dumps(body, indent=2))
    if path.read_bytes() != raw:
        return False
    temporary.replace(path)
    return True


def test_parallel_adds_sets_and_removes_lose_nothing(factory: Path, empty_home: Path) -> None:
    path = factory / "config.json"
    names = [f"P{number}" for number in range(2 * EACH)]
    path.write_text(json.dumps({"custom_models": [snake(name) for name in names]}, indent=2))
    commands: list[tuple[str, ...]] = [("remove", name) for name in names[:EACH]]
    commands += [("set", name, "max_output=5000") for name in names[EACH:]]
    commands += [
        ("add", "ollama", f"n{number}:7b", "--name", f"N{number}", "--no-check")
        for number in range(EACH)
    ]
    env = {**os.environ, "HOME": str(empty_home), "FACTORY_HOME_OVERRIDE": str(empty_home)}
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "factory_byok", *words],
            env=env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for words in commands
    ]
    put: list[str] = []
    while any(each.poll() is None for each in running) and len(put) < EACH:
        name = f"X{len(put)}"
        if put_in_front(path, name):
            put.append(name)
        try:
            running[len(put)].wait(0.5)
        except subprocess.TimeoutExpired:
            continue
    errors = [each.communicate(timeout=240)[1] for each in running]
    assert [each.returncode for each in running] == [0] * len(running), errors
    there = {
        each["model_display_name"]: each for each in json.loads(path.read_text())["custom_models"]
    }
    added = [f"N{number}" for number in range(EACH)]
    assert set(there) >= {*names[EACH:], *added}
    assert not set(there) & set(names[:EACH])
    assert {there[name]["max_tokens"] for name in names[EACH:]} == {5000}
    limits = json.loads((factory / "settings.json").read_text())["compactionTokenLimitPerModel"]
    assert len(limits) == EACH
    left = {each.name for each in factory.iterdir()} - {"other.tmp"}
    assert left == {"config.json", "settings.json"}
