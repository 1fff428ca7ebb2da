"""The fork of the guided path for another provider than Ollama."""

from typing import Final

from factory_byok.core.errors import ByokError, UsageError
from factory_byok.providers import PROVIDERS
from factory_byok.workflows.choice import choose, place
from factory_byok.workflows.keys import key_for
from factory_byok.workflows.offered_models import offered
from factory_byok.workflows.setup.state import Done, Way

ANOTHER: Final = "p"


def another_provider(way: Way) -> Done:
    """Asks for the provider, its address where it has none of its own, and the model.

    Raises ByokError when it does not answer, or when its key is missing.
    """
    names = [name for name in PROVIDERS if name != "ollama"]
    way.guide.show_providers(_keys(names))
    word = way.guide.answer("Number or name of the provider", names[0]).strip()
    name = names[int(word) - 1] if word.isdigit() and 1 <= int(word) <= len(names) else word
    if name not in names:
        raise ByokError(f"`{word}` is not a provider that byok knows", f"Known: {', '.join(names)}")
    where = _where(way, name)
    choice = place(way.world, name, where)
    key = key_for(way.world, choice, check=False)
    if choice.hosted and not key.secret:
        variable = choice.about.key_variable
        raise ByokError(
            f"{choice.about.title} needs a key, and `{variable}` has no value here",
            f"Get a key there, run `export {variable}=...`, then `byok setup` again",
        )
    way.forget_model()
    way.choice = choose(way.world, name, _model(way, name, where, key.secret), where)
    way.key, way.secret = key.written, key.secret
    return "done", f"{choice.about.title} at {choice.address}"


def _keys(names: list[str]) -> list[tuple[str, str]]:
    """Each provider with the variable of its key; "" for one on a machine of the user's."""
    hosted = {name for name in names if PROVIDERS[name].hosted}
    return [(name, PROVIDERS[name].key_variable if name in hosted else "") for name in names]


def _where(way: Way, name: str) -> str:
    """The server of a provider that runs on a machine of the user's; "" for a service."""
    about = PROVIDERS[name]
    if about.hosted:
        return ""
    return way.guide.answer(f"Address of {about.title}", about.base_url or "http://localhost:8000")


def _model(way: Way, name: str, where: str, secret: str) -> str:
    """The model, out of the list that the server tells."""
    choice = place(way.world, name, where)
    timeout = max(way.wanted.timeout, 10.0 if choice.hosted else 0.0)
    models = offered(way.world, choice, timeout=timeout, progress=way.progress, secret=secret)
    if not models:
        raise ByokError(f"{choice.about.title} at {choice.address} offers no model")
    way.guide.show_names(models)
    examples = [example for example, _ in choice.about.examples]
    known = [model.name for model in models]
    first = next((each for each in examples if each in known), known[0])
    word = way.guide.answer("Name of the model", first).strip()
    if not word:
        raise UsageError("The model's name is empty")
    return word
