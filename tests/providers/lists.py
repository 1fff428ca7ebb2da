"""A provider's documented list, read by its own file."""

import json
from types import ModuleType

from factory_byok.core.facts import Known, Model, Server, Unknown
from factory_byok.core.http import Reply
from factory_byok.providers.openai_compatible import Listing, parse
from tests.doubles.services import LISTS


def read(module: ModuleType, name: str, listing: Listing | None = None) -> Server:
    """The server behind the provider's list."""
    reply = Reply(200, {}, json.dumps(LISTS[name].body).encode(), 0.0)
    reading = parse(reply, listing or module.LISTING)
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
