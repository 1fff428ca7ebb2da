"""Loading for the exercises: the server's keep-alive is measured, and left as it was."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.doubles.ollama import Ollama, Reply, Seen
from tests.exercises.bench import on_ollama

pytestmark = pytest.mark.outside

Make = Callable[..., Ollama]


@pytest.mark.parametrize(("setting", "seconds"), [("5m", 300), ("1h", 3600), ("90s", 90)])
def test_a_long_keep_alive_is_measured_and_not_touched(
    ollama: Make, setting: str, seconds: int
) -> None:
    double = ollama(["smollm2"], env={"OLLAMA_KEEP_ALIVE": setting})
    (chat,) = on_ollama(double, "chat")
    assert abs(float(str(chat.evidence["keep_alive_seconds"])) - seconds) <= 2
    (runner,) = double.state.loaded()
    assert runner.lasts == seconds


@pytest.mark.parametrize("setting", ["0", "10s"])
def test_a_short_one_is_measured_and_the_window_is_seen_all_the_same(
    ollama: Make, setting: str
) -> None:
    double = ollama(["smollm2"], env={"OLLAMA_KEEP_ALIVE": setting})
    chat, stream = on_ollama(double, "chat", "stream")
    assert float(str(chat.evidence["keep_alive_seconds"])) < 60
    assert chat.evidence["window_loaded"] == stream.evidence["window_after"] == 4096
    assert chat.status == stream.status == "passed"
    assert not double.state.loaded()  # as the server itself would have left it
    assert len(double.state.loads) <= 2


@pytest.mark.parametrize("status", [503, 500])
def test_a_refusal_of_the_second_load_is_the_fault_and_no_keep_alive(
    ollama: Make, status: int
) -> None:
    double = ollama(["smollm2"], env={"OLLAMA_KEEP_ALIVE": "0"})
    double.replies["/api/generate"] = _once_then(status)
    (chat,) = on_ollama(double, "chat")
    assert chat.status == "failed"
    assert "window_loaded" not in chat.evidence


def _once_then(status: int) -> Callable[[Seen], Reply]:
    """A load that works, and then one that does not."""
    calls: list[Any] = []

    def answer(seen: Seen) -> Reply:
        calls.append(seen)
        if len(calls) == 1:
            return Reply(200, b'{"done":true,"done_reason":"load"}')
        return Reply(status, b'{"error":"server busy"}')

    return answer
