"""The fork of the guided path for another provider than Ollama."""

from typing import Final

from factory_byok.providers import PROVIDERS
from factory_byok.workflows.choosing import ask_choice
from factory_byok.workflows.setup.state import Done, Way

ANOTHER: Final = "p"


def another_provider(way: Way, name: str = "") -> Done:
    """Asks for the provider, unless it is named, its address, its key and the model.

    Raises ByokError when it does not answer, or when its key is missing.
    """
    names = [name] if name else [each for each in PROVIDERS if each != "ollama"]
    choice, key = ask_choice(way.world, way.guide, names, way.progress, timeout=way.wanted.timeout)
    way.forget_model()
    way.choice, way.key, way.secret = choice, key.written, key.secret
    return "done", f"{choice.about.title} at {choice.address}"
