"""Independent questions asked at the same time, none waited for after the deadline."""

import threading
import time
from _thread import start_new_thread
from collections.abc import Callable, Hashable, Mapping
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class TooSlow(Exception):
    """A question that had no answer at the deadline."""


def together(
    questions: Mapping[K, Callable[[], T]], deadline: float | None = None
) -> dict[K, T | BaseException]:
    """Asks all questions at once and gives their answers in the order of the questions.

    What a question raises is its answer; one that is not done after `deadline` seconds (None: no
    limit) answers TooSlow and is left behind in its thread, which cannot keep byok alive.
    """
    done: SimpleQueue[tuple[K, T | BaseException]] = SimpleQueue()

    def ask(name: K, question: Callable[[], T]) -> None:
        try:
            done.put((name, question()))
        except BaseException as error:  # noqa: BLE001 - the asker judges it
            done.put((name, error))

    end = None if deadline is None else time.monotonic() + deadline
    for name, question in questions.items():
        # Not threading.Thread, whose start waits for its turn among all that were started before.
        start_new_thread(ask, (name, question))
    answers: dict[K, T | BaseException] = dict.fromkeys(questions, TooSlow())
    with suppress(Empty):
        for _ in questions:
            name, answer = done.get(
                timeout=None if end is None else max(0.0, end - time.monotonic())
            )
            answers[name] = answer
    return answers


class Once(Generic[T]):
    """A question whose first answer is everyone's, whether they ask meanwhile or later."""

    def __init__(self, question: Callable[[], T]) -> None:
        """Nothing is asked yet."""
        self._question = question
        self._lock = threading.Lock()
        self._answers: list[T] = []

    def __call__(self) -> T:
        """The answer; what the question raises is raised to each who asks."""
        with self._lock:
            if not self._answers:
                self._answers.append(self._question())
            return self._answers[0]
