"""A provider's documented list, read as byok reads it."""

import json

from factory_byok.core.facts import Known, Model, Server, Unknown
from factory_byok.core.http import Reply
from factory_byok.providers import PROVIDERS
from factory_byok.providers.listed_models import parse
from tests.doubles.services import LISTS


def read(name: str) -> Server:
    """The server behind the provider's list."""
    reply = Reply(200, {}, json.dumps(LISTS[name].body).encode())
    reading = parse(reply, PROVIDERS[name])
    assert isinstance(reading, Known)
    return reading.value


def told(model: Model | None) -> tuple[int | None, int | None, bool | None]:
    """A model's window, output limit and whether it calls tools; None for what is not told."""
    assert model is not None
    window, output, able = model.told_window, model.longest_output, model.capabilities
    return (
        None if isinstance(window, Unknown) else window.value,
        None if isinstance(output, Unknown) else output.value,
        None if isinstance(able, Unknown) else "tools" in able.value,
    )
