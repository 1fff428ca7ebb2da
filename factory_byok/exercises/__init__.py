"""Exercising a running model as droid does: one exercise per file, in the order of the registry."""

from collections.abc import Callable
from typing import Final

from factory_byok.core.facts import Exercise
from factory_byok.exercises import chat, speed, stream, tools, window
from factory_byok.exercises.session import Session

EXERCISES: Final[dict[str, Callable[[Session], Exercise]]] = {
    "chat": chat.run,
    "stream": stream.run,
    "tools": tools.run,
    "window": window.run,
    "speed": speed.run,
}
