"""Questions on a terminal, by rich: a yes or no, a word, a secret. All go to stderr."""

import os
import sys
from contextlib import suppress
from typing import Any, Final

from factory_byok.core.masking import leaving

_BEFORE: Final[list[Any]] = []  # how the terminal was set before its typing was hidden


def hide_typing() -> None:
    """Shows nothing of what is typed ahead of a question, since that may be the key.

    Without a terminal, and behind one (`&`), nothing is changed; nor on Windows, which shows what
    is typed only when it is read.
    """
    with suppress(ImportError, OSError, ValueError):
        import termios

        with suppress(termios.error):
            if os.tcgetpgrp(0) == os.getpgrp():
                mode = termios.tcgetattr(0)
                _BEFORE.append(list(mode))
                mode[3] &= ~termios.ECHO
                termios.tcsetattr(0, termios.TCSANOW, mode)


def show_typing() -> None:
    """Sets the terminal as it was before `hide_typing`."""
    if _BEFORE:
        import termios

        with suppress(termios.error):
            termios.tcsetattr(0, termios.TCSANOW, _BEFORE.pop())


def asks() -> bool:
    """Whether somebody is there to answer: stdin and stderr are a terminal."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def agrees(question: str, *, default: bool = True) -> bool:
    """A yes or no. Raises KeyboardInterrupt for ctrl-c and ctrl-d."""
    from rich.prompt import Confirm

    return bool(_asked(Confirm, question, default=default))


def answer(question: str, default: str = "") -> str:
    """A word; with a default, Enter takes it. Raises KeyboardInterrupt for ctrl-c and ctrl-d."""
    from rich.prompt import Prompt

    return str(_asked(Prompt, question, **({"default": default} if default else {})))


def secret(question: str) -> str:
    """A word that is not shown. Raises KeyboardInterrupt for ctrl-c and ctrl-d."""
    from rich.prompt import Prompt

    return str(_asked(Prompt, question, password=True))


def _asked(kind: Any, question: str, **how: Any) -> Any:
    """What was typed; an end of input is a leaving."""
    from rich.console import Console
    from rich.text import Text

    if "password" not in how:
        show_typing()
    try:
        return kind.ask(Text(leaving(question)), console=Console(stderr=True), **how)
    except EOFError:
        raise KeyboardInterrupt from None
