"""Independent questions asked at the same time, none waited for after the deadline."""

import threading
import time
from collections.abc import Callable, Hashable, Mapping
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
    limit) answers TooSlow and is left behind in a daemon thread, which cannot keep byok alive.
    """
    answers: dict[K, T | BaseException] = {}

    def ask(name: K, question: Callable[[], T]) -> None:
        try:
            answers[name] = question()
        except BaseException as error:  # noqa: BLE001 - the asker judges it
            answers[name] = error

    threads = [
        threading.Thread(target=ask, args=(name, question), daemon=True)
        for name, question in questions.items()
    ]
    for thread in threads:
        thread.start()
    end = None if deadline is None else time.monotonic() + deadline
    for thread in threads:
        thread.join(None if end is None else max(0.0, end - time.monotonic()))
    return {name: answers.get(name, TooSlow()) for name in questions}


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
