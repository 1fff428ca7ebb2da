"""Somebody at a terminal on the guided path: screens and questions go to stderr."""

import sys
from typing import Any

from factory_byok.screens.output import note
from factory_byok.screens.setup import SCREENS
from factory_byok.screens.style import style_of
from factory_byok.workflows.setup.guide import Guide, Screen


class Terminal(Guide):
    """Asks, and raises KeyboardInterrupt for ctrl-c and ctrl-d."""

    def __init__(self) -> None:
        """The style of stderr."""
        self._style = style_of(sys.stderr, "auto")

    @property
    def asks(self) -> bool:
        """Yes."""
        return True

    def agrees(self, question: str, *, default: bool = True) -> bool:
        """A yes or no."""
        from factory_byok.screens.asking import agrees

        return agrees(f"  {question}", default=default)

    def answer(self, question: str, default: str) -> str:
        """A word."""
        from factory_byok.screens.asking import answer

        return answer(f"  {question}", default)

    def secret(self, question: str) -> str:
        """A word that is not shown."""
        from factory_byok.screens.asking import secret

        return secret(f"  {question}")

    def show(self, screen: Screen, *facts: Any) -> None:
        """Writes the lines of a screen."""
        for line in SCREENS[screen](*facts, self._style):
            note(line)
