"""What the words of `byok add` mean: the provider and model, and the key, named or asked for."""

import sys
from typing import TYPE_CHECKING

from factory_byok.core.errors import ByokError, UsageError

if TYPE_CHECKING:
    from factory_byok.core.world import World
    from factory_byok.workflows.choice import Choice
    from factory_byok.workflows.keys import EntryKey


def named_choice(world: "World", provider: str, model: str | None, endpoint: str) -> "Choice":
    """The choice that the words mean; a model's name alone is Ollama's. Raises UsageError."""
    from factory_byok.core.model_names import parse_name
    from factory_byok.providers import PROVIDERS
    from factory_byok.workflows.choice import choose, place

    name = provider.strip().lower().replace("_", "-")
    named = ":" in provider or "/" in provider or any(map(str.isdigit, provider))
    if model is None and name not in PROVIDERS and named and parse_name(provider) is not None:
        provider, model = "ollama", provider
    return (
        place(world, provider, endpoint)
        if model is None
        else choose(world, provider, model, endpoint)
    )


def asked_choice(world: "World", *, timeout: float, quiet: bool) -> "tuple[Choice, EntryKey]":
    """The choice and its key, asked for on a terminal. Raises UsageError without one."""
    from factory_byok.providers import PROVIDERS
    from factory_byok.screens.guide import Terminal
    from factory_byok.screens.progress import progress_on
    from factory_byok.workflows.choosing import ask_choice

    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(
            "PROVIDER is missing", "For example `byok add ollama qwen3:8b`; a terminal asks"
        )
    progress = progress_on(quiet=quiet)
    return ask_choice(world, Terminal(), list(PROVIDERS), progress, timeout=timeout)


def literal_key(variable: str, *, wanted: bool) -> str:
    """The key from standard input when that is wanted, else ""."""
    if variable and wanted:
        raise UsageError("`--key-env` and `--key-stdin` exclude each other")
    if not wanted:
        return ""
    if sys.stdin.isatty():
        from factory_byok.screens.asking import secret

        key = secret("Key, not shown").strip()
    else:
        key = sys.stdin.readline().strip()
    if not key:
        raise ByokError("No key came from standard input")
    return key
