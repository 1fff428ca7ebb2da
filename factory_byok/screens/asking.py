"""Questions on a terminal, by rich: a yes or no, a word, a secret. All go to stderr."""

from typing import Any

from factory_byok.core.masking import leaving


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

    try:
        return kind.ask(Text(leaving(question)), console=Console(stderr=True), **how)
    except EOFError:
        raise KeyboardInterrupt from None
