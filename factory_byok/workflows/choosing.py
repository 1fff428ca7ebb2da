"""Questions of `byok add` and `byok setup`: which provider, where, with which key, which model.

A wrong word asks again and says why; nothing is written here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches

from factory_byok.core.errors import ByokError, UsageError
from factory_byok.core.model_names import parse_name
from factory_byok.core.progress import Progress
from factory_byok.core.world import World
from factory_byok.diagnosis.missing_models import meant, nearest
from factory_byok.providers import PROVIDERS
from factory_byok.workflows.choice import Choice, choose, place
from factory_byok.workflows.keys import EntryKey, key_for
from factory_byok.workflows.offered_models import Offered, offered
from factory_byok.workflows.setup.guide import Guide

HOSTED_PATIENCE = 10.0  # seconds for a service's list of models


def ask_choice(
    world: World, guide: Guide, names: Sequence[str], progress: Progress, *, timeout: float
) -> tuple[Choice, EntryKey]:
    """A provider, its address where it has none of its own, its key, and one of its models.

    Raises ByokError when it does not answer, or when its key is missing.
    """
    name = ask_provider(guide, names, world.env)
    where = ask_address(world, guide, name)
    choice = place(world, name, where)
    key = ask_key(world, guide, choice)
    patience = max(timeout, HOSTED_PATIENCE if choice.hosted else 0.0)
    models = offered(world, choice, timeout=patience, progress=progress, secret=key.secret)
    model = ask_model(guide, choice, models)
    return choose(world, name, model, where), key


def ask_provider(guide: Guide, names: Sequence[str], env: Mapping[str, str]) -> str:
    """A provider by its number or name; a single one is not asked for."""
    if len(names) == 1:
        return names[0]
    keys = [(PROVIDERS[name].key_variable, *PROVIDERS[name].also) for name in names]
    had = [next((each for each in some if env.get(each, "").strip()), "") for some in keys]
    guide.show("providers", [(names[at], keys[at][0], had[at]) for at in range(len(names))])
    while True:
        word = guide.answer("Number or name of the provider", names[0]).strip().lower()
        if word.isdigit() and 1 <= int(word) <= len(names):
            return names[int(word) - 1]
        name = word.replace("_", "-").replace(" ", "-")
        if name in names:
            return name
        near = get_close_matches(name, names, 1)
        like = f"; did you mean {near[0]}?" if near else ""
        guide.show("misunderstood", f"`{word}` is neither a provider nor a number here{like}")


def ask_address(world: World, guide: Guide, name: str) -> str:
    """The server of a provider that runs on a machine of the user's; "" for a service."""
    about = PROVIDERS[name]
    if about.hosted or name == "ollama":
        return ""
    while True:
        usual = about.base_url or "http://localhost:8000"
        word = guide.answer(f"Address of {about.title}", usual).strip()
        try:
            place(world, name, word)
        except UsageError as error:
            guide.show("misunderstood", f"{error.message}. {error.hint}")
            continue
        return word


def ask_key(world: World, guide: Guide, choice: Choice) -> EntryKey:
    """The key of a service: its variable's, else pasted without being shown. Raises ByokError."""
    key = key_for(world, choice, check=False)
    if not choice.hosted or key.secret:
        return key
    about = choice.about
    pasted = guide.secret(f"Key for {about.title}, not shown (made at {about.key_page})").strip()
    if not pasted:
        raise ByokError(
            f"{about.title} needs a key, and `{about.key_variable}` has no value here",
            f"Make one at {about.key_page}, then paste it or run `export {about.key_variable}=...`",
        )
    return replace(key, written=pasted, secret=pasted)


def ask_model(guide: Guide, choice: Choice, models: Sequence[Offered]) -> str:
    """One of the models that a server told, by number or name; for Ollama one of the library, too.

    Raises ByokError when there is none.
    """
    if not models:
        raise ByokError(f"{choice.about.title} at {choice.address} offers no model")
    guide.show("names", models)
    names = [model.name for model in models]
    while True:
        word = guide.answer("Number or name of the model", names[0]).strip()
        if word.isdigit() and 1 <= int(word) <= len(names):
            return names[int(word) - 1]
        if word in names or f"{word}:latest" in names:
            return word
        right = meant(word, names)
        if choice.provider == "ollama" and parse_name(word) and not (right or word.isdigit()):
            return word
        near = [right] if right else nearest(word, names)
        like = f"; closest: {', '.join(near)}" if near else ""
        guide.show("misunderstood", f"{choice.about.title} has no `{word}`{like}")
