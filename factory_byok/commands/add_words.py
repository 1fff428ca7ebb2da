"""What the words of `byok add` mean: the provider and model, and the key, named or asked for."""

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from factory_byok.core.errors import ByokError, UsageError
from factory_byok.screens.asking import asks, secret

if TYPE_CHECKING:
    from factory_byok.core.world import World
    from factory_byok.providers.provider import Provider
    from factory_byok.workflows.choice import Choice
    from factory_byok.workflows.keys import EntryKey


def about_provider(
    words: "Sequence[str]",
) -> "tuple[dict[str, list[tuple[str, str]]], set[str]]":
    """What `byok add PROVIDER --help` tells of the provider, and the words that it has no use for.

    Both empty without a provider.
    """
    if not words:
        return {}, set()
    from factory_byok.providers import PROVIDERS

    about = PROVIDERS.get(words[0].lower().replace("_", "-"))
    if about is None:
        return {}, set()
    useless = {"--key-env", "--key-stdin"} if about.name == "ollama" else {"--pull"}
    return {about.title: list(_facts(about))}, {"provider", *useless}


def _facts(about: "Provider") -> "Iterator[tuple[str, str]]":
    """Its address, its key, and an example."""
    usual = f"{about.base_url}; another one with `--endpoint`"
    if about.name == "ollama":
        usual = "where OLLAMA_HOST says, else http://localhost:11434; another with `--endpoint`"
    yield "address", usual if about.fixed else "named with `--endpoint http://localhost:8000`"
    if about.hosted:
        names = " or ".join((about.key_variable, *about.also))
        yield "key", f"read from {names}, and written as a variable; `--key-stdin` takes the key"
        yield "key page", about.key_page
    else:
        told = "" if about.name == "ollama" else "; `--key-env` where the server wants one"
        yield "key", f"none needed{told}"
    usual_first = "qwen3-coder:30b" if about.name == "ollama" else "MODEL"
    first = next((name for name, _ in about.examples), usual_first)
    where = "" if about.fixed else " --endpoint http://localhost:8000"
    yield "example", f"byok add {about.name} {first}{where}"


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

    if not asks():
        raise UsageError(
            "PROVIDER is missing", "For example `byok add ollama qwen3:8b`; a terminal asks"
        )
    progress = progress_on(quiet=quiet)
    return ask_choice(world, Terminal(), list(PROVIDERS), progress, timeout=timeout)


def named_key(
    world: "World", choice: "Choice", variable: str, *, stdin: bool, check: bool, ask: bool
) -> "EntryKey":
    """The key by the command line; with `check` a missing one is asked for, by `ask` at a terminal.

    Raises UsageError and ByokError.
    """
    from factory_byok.screens.guide import Terminal
    from factory_byok.workflows.choosing import ask_key
    from factory_byok.workflows.keys import key_for

    if variable and stdin:
        raise UsageError(
            "`--key-env` and `--key-stdin` exclude each other",
            "`--key-env NAME` keeps the key out of droid's files",
        )
    if check and ask and not (variable or stdin) and asks():
        return ask_key(world, Terminal(), choice)
    literal = _from_stdin() if stdin else ""
    return key_for(world, choice, variable=variable, literal=literal, check=check)


def _from_stdin() -> str:
    """The key from standard input. Raises ByokError."""
    typed = secret("Key, not shown") if sys.stdin.isatty() else sys.stdin.readline()
    if not typed.strip():
        raise ByokError("No key came from standard input")
    return typed.strip()
