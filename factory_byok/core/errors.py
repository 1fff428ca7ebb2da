"""What can go wrong in a way that the user can mend, and the exit codes of every verb."""

from typing import Final

OK: Final = 0
FAILED: Final = 1
USAGE: Final = 2
BUG: Final = 3
INTERRUPTED: Final = 130


class ByokError(Exception):
    """A failure that ends a verb with one clear sentence and, where there is one, the next step.

    `message` is one sentence without a final period; `hint` is what to do about it.
    """

    exit_code: int = FAILED

    def __init__(self, message: str, hint: str = "") -> None:
        """Keeps the sentence and the hint for the renderer."""
        super().__init__(message)
        self.message = message
        self.hint = hint


class Interrupted(KeyboardInterrupt):
    """Ctrl-c in the middle of a change; `told` says what is half done and worth going on from."""

    def __init__(self, told: str) -> None:
        """Keeps the sentence."""
        super().__init__(told)
        self.told = told


class UsageError(ByokError):
    """The words on the command line do not fit (exit code 2)."""

    exit_code = USAGE
