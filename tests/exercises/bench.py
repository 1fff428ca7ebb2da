"""What the tests of the exercises share: an aim, a session with short deadlines, one exercise."""

from typing import Any

from factory_byok.core.facts import Exercise, Known, Server
from factory_byok.core.http import Deadline, Http
from factory_byok.droid.settings.target import Target
from factory_byok.exercises.conversation import Tool
from factory_byok.exercises.limits import Limits
from factory_byok.exercises.runner import exercises
from factory_byok.exercises.session import Session
from factory_byok.providers.ollama import probe as probes
from tests.doubles.ollama import Ollama

WEATHER = Tool(
    "get_weather",
    "Get the weather report for a city.",
    {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
)
GENERIC = "generic-chat-completion-api"
DIALECTS = (GENERIC, "openai", "anthropic")
SECRET = "sk-test-0123456789"
SHORT = Limits(load=20.0, answer=20.0, window=60.0, speed=10.0, tools=60.0, pause=0.05)
ENGINE = Limits(load=60.0, answer=60.0, window=30.0, speed=10.0, tools=120.0)


def an_aim(url: str, **changes: Any) -> Target:
    """What droid would send to the server at a root."""
    dialect = changes.pop("dialect", GENERIC)
    base = url if dialect == "anthropic" else f"{url}/v1"
    given = {"entry": "custom:Test-0", "base_url": base, "model": "smollm2", "key": SECRET}
    return Target(dialect=dialect, **{**given, **changes})


def a_session(aim: Target, limits: Limits = SHORT, server: Server | None = None) -> Session:
    """A session that says nothing."""
    return Session(Http(), aim, limits, lambda _: None, server)


def seen(ollama: Ollama, model: str = "smollm2") -> Server:
    """What a probe sees of the double."""
    reading = probes.probe(Http(), ollama.url, Deadline(5.0), [model])
    assert isinstance(reading, Known)
    return reading.value


def on_ollama(ollama: Ollama, *names: str, limits: Limits = SHORT, **aim: Any) -> list[Exercise]:
    """The named exercises against the double."""
    model = aim.get("model", "smollm2")
    session = a_session(an_aim(ollama.url, **aim), limits, seen(ollama, model))
    return list(exercises(session, names))


def on(url: str, *names: str, limits: Limits = SHORT, **aim: Any) -> list[Exercise]:
    """The named exercises against a server that is no Ollama."""
    return list(exercises(a_session(an_aim(url, **aim), limits), names))
