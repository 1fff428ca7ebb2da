"""Who walks along the guided path: what it is shown and asked; somebody, or nobody."""

from typing import Any, Literal

Screen = Literal[
    "opening", "heading", "step", "failure", "warning", "machine", "silence", "offer",
    "misunderstood", "providers", "names", "entry", "results",
]  # fmt: skip


class Guide:
    """Nobody: every choice is the usual one, nothing is shown. A screen's guide is somebody."""

    @property
    def asks(self) -> bool:
        """Whether there is somebody to ask."""
        return False

    def agrees(self, question: str, *, default: bool = True) -> bool:
        """A yes or no; yes when nobody is there."""
        return True

    def answer(self, question: str, default: str) -> str:
        """A word; the default when nobody is there."""
        return default

    def secret(self, question: str) -> str:
        """A word that is not shown; "" when nobody is there."""
        return ""

    def show(self, screen: Screen, *facts: Any) -> None:
        """Shows a screen made of these facts; `screens/setup.py` has one function for each."""
