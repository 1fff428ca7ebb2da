"""What `byok add` and `byok setup` ask: a wrong word asks again, a key is pasted unseen."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, get_args

import pytest

from factory_byok.core.errors import ByokError
from factory_byok.core.world import World
from factory_byok.screens.setup import SCREENS
from factory_byok.workflows.choice import place
from factory_byok.workflows.choosing import ask_address, ask_key, ask_model, ask_provider
from factory_byok.workflows.offered_models import Offered
from factory_byok.workflows.setup.guide import Guide, Screen


class Script(Guide):
    """Somebody who gives these answers, and hears what was misunderstood."""

    def __init__(self, *answers: str) -> None:
        self._answers: Iterator[str] = iter(answers)
        self.heard: list[str] = []

    def answer(self, question: str, default: str) -> str:
        """The next answer; Enter takes the default."""
        return next(self._answers) or default

    def secret(self, question: str) -> str:
        """The next answer."""
        self.heard.append(question)
        return next(self._answers)

    def show(self, screen: Screen, *facts: Any) -> None:
        """Hears why it is asked again."""
        self.heard += facts if screen == "misunderstood" else ()


WORLD = replace(World.real(), env={})
NAMES = ("ollama", "lm-studio", "openrouter")


def models(*names: str) -> list[Offered]:
    """What a server offers."""
    return [Offered(name) for name in names]


def test_a_wrong_provider_asks_again_and_offers_the_nearest() -> None:
    guide = Script("lmstudio", "7", "2")
    assert ask_provider(guide, NAMES, {}) == "lm-studio"
    assert "did you mean lm-studio?" in guide.heard[0]
    assert ask_provider(Script("LM Studio"), NAMES, {}) == "lm-studio"
    assert ask_provider(Script(""), NAMES, {}) == "ollama"
    assert ask_provider(Script(), ("lm-studio",), {}) == "lm-studio"


def test_a_wrong_address_asks_again() -> None:
    guide = Script("ftp://x", "http://gpu:8000")
    assert ask_address(WORLD, guide, "vllm") == "http://gpu:8000"
    assert len(guide.heard) == 1
    assert ask_address(WORLD, Script(), "openrouter") == ""


def test_a_key_is_pasted_with_the_page_where_it_is_made() -> None:
    choice = place(WORLD, "openrouter", "")
    guide = Script("sk-or-1234")
    key = ask_key(WORLD, guide, choice)
    assert (key.written, key.secret) == ("sk-or-1234", "sk-or-1234")
    assert "https://openrouter.ai/keys" in guide.heard[0]
    with pytest.raises(ByokError):
        ask_key(WORLD, Script(""), choice)
    known = replace(WORLD, env={"OPENROUTER_API_KEY": "sk-or-5678"})
    assert ask_key(known, Script(), choice).written == "${OPENROUTER_API_KEY}"


def test_an_unknown_model_asks_again_with_the_closest() -> None:
    choice, studio = place(WORLD, "ollama", ""), place(WORLD, "lm-studio", "")
    guide = Script("qwen", "2")
    assert ask_model(guide, studio, models("llama3.1:8b", "qwen3:8b")) == "qwen3:8b"
    assert "closest: qwen3:8b" in guide.heard[0]
    assert ask_model(Script("qwen3"), choice, models("qwen3:latest")) == "qwen3"
    slip = Script("qwen3-codr:30b", "qwen3-coder:30b")  # Ollama downloads what its library has
    assert ask_model(slip, choice, models("llama3.1:8b")) == "qwen3-coder:30b"
    with pytest.raises(ByokError):
        ask_model(Script(), choice, [])


def test_every_screen_of_the_guide_is_drawn() -> None:
    assert set(SCREENS) == set(get_args(Screen))
