"""Everything is asked at the same time: the whole takes as long as its slowest question."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from factory_byok.core.concurrency import Once, together
from factory_byok.core.facts import Unknown
from factory_byok.core.http import Deadline, Http, NoAnswer, Reply
from factory_byok.diagnosis.collect import Ask, collect
from factory_byok.hardware.processes import asked_once
from tests.hardware.worlds import a_world

SLOW = 0.2  # seconds that a refusal takes
TOTAL = 1.0  # seconds that doctor gives a server


class Refusing(Http):
    """Every server refuses after a while; other addresses of it do not answer at all."""

    def send(self, method: str, url: str, *, deadline: float | Deadline = 2.0, **_: Any) -> Reply:
        if "localhost" in url:
            time.sleep(SLOW)
            raise NoAnswer("refused", "The connection was refused")
        time.sleep(deadline.left() if isinstance(deadline, Deadline) else deadline)
        raise NoAnswer("timeout", "There was no answer")


@pytest.mark.parametrize("count", [1, 100])
def test_silent_endpoints_cost_no_more_together_than_one(tmp_path: Path, count: int) -> None:
    folder = tmp_path / ".factory"
    folder.mkdir()
    entries = [
        {
            "displayName": f"m{port}",
            "model": f"m{port}",
            "baseUrl": f"http://localhost:{20_000 + port}/v1",
            "apiKey": "not-needed",
            "provider": "generic-chat-completion-api",
        }
        for port in range(count)
    ]
    (folder / "settings.json").write_text(json.dumps({"customModels": entries}), "utf-8")
    world = replace(a_world(tmp_path), home=tmp_path, open_http=Refusing)
    start = time.monotonic()
    snap = collect(world, Ask(timeout=TOTAL, machine=False, droid=False))
    took = time.monotonic() - start
    assert len(snap.servers) == count + 1
    assert all(isinstance(server, Unknown) for server in snap.servers.values())
    assert took < TOTAL + 1.5  # in a row 100 of them take two minutes


def test_a_question_of_many_is_asked_once() -> None:
    asked: list[int] = []

    def question() -> int:
        asked.append(1)
        time.sleep(0.05)
        return len(asked)

    once = Once(question)
    questions: dict[int, Callable[[], int]] = dict.fromkeys(range(20), once)
    assert set(together(questions).values()) == {1}


def test_a_question_that_fails_fails_for_each_who_asks() -> None:
    def question() -> int:
        raise ValueError("no")

    once = Once(question)
    for _ in range(2):
        with pytest.raises(ValueError, match="no"):
            once()


def test_the_machine_s_connections_are_read_once(tmp_path: Path) -> None:
    lock, read = threading.Lock(), []

    class Psutil:
        CONN_LISTEN = "LISTEN"
        Error = OSError

        def net_connections(self, kind: str) -> list[Any]:
            with lock:
                read.append(kind)
            return []

    world = asked_once(replace(a_world(tmp_path), load=lambda name: Psutil()))
    for _ in range(3):
        assert world.load("psutil").net_connections(kind="tcp") == []
        assert world.load("psutil").CONN_LISTEN == "LISTEN"
    assert read == ["tcp"]
