"""The key of a new entry: what the file will hold, and the secret behind it for one question."""

import re
from dataclasses import dataclass, field
from typing import Final

from factory_byok.core.errors import ByokError, UsageError
from factory_byok.core.world import World
from factory_byok.workflows.choice import Choice

_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class EntryKey:
    """`written` is what the entry will hold (`${NAME}`, a placeholder, a literal), `secret` the key
    itself as far as byok has it; neither is printed.
    """

    written: str = field(repr=False)
    secret: str = field(default="", repr=False)


def key_for(
    world: World, choice: Choice, *, variable: str = "", literal: str = "", check: bool = True
) -> EntryKey:
    """The key by the command line, else by the provider's usual variable, else its placeholder.

    Raises UsageError for what is no variable's name, and with `check` ByokError when a hosted
    provider would get no key.
    """
    if variable and not _VARIABLE.fullmatch(variable):
        raise UsageError(  # what stands there may be the key itself
            "What `--key-env` was given is not the name of a variable",
            "Give the NAME of the variable that holds the key, as `OPENAI_API_KEY`",
        )
    if literal:
        return EntryKey(literal, literal)
    if not choice.hosted:
        return EntryKey(f"${{{variable}}}" if variable else choice.about.key)
    name = variable or _usual(world, choice)
    secret = world.env.get(name, "").strip()
    if check and not secret:
        raise _no_key(choice, name)
    return EntryKey(f"${{{name}}}", secret)


def _usual(world: World, choice: Choice) -> str:
    """The provider's variable that has a value here, else the one that its users know best."""
    names: tuple[str, ...] = (choice.about.key_variable, *choice.about.also)
    return next((name for name in names if world.env.get(name, "").strip()), names[0])


def _no_key(choice: Choice, name: str) -> ByokError:
    """A hosted provider without a key."""
    return ByokError(
        f"Nothing was written: {choice.about.title} needs a key, and `{name}` has no value here",
        "`--key-env NAME` names the variable that holds it, `--key-stdin` reads the key itself; "
        f"`--no-check` writes `${{{name}}}` for later",
    )
