"""LM Studio: asked through its own list, which tells windows (lmstudio.ai/docs, REST API v0)."""

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from factory_byok.core.facts import NOT_READ, Json, Known, Model, Reading, Server, Unknown
from factory_byok.core.http import Deadline, Http
from factory_byok.core.json_fields import count, text, texts
from factory_byok.providers import openai_compatible as generic

TITLE: Final = "LM Studio"
BASE_URL: Final = "http://localhost:1234/v1"
DIALECT: Final = "openai"  # Factory's page: LM Studio serves the Responses API
KEY: Final = "not-needed"
KEY_VARIABLE: Final = ""
HOSTED: Final = False
FIXED: Final = True
EXAMPLES: Final = (("google/gemma-4-e4b", 16_000),)

LISTING: Final = generic.Listing("lm-studio")
NOT_LOADED: Final = Unknown("LM Studio chooses it when it loads the model")


def probe(
    http: Http,
    endpoint: str,
    deadline: Deadline,
    wanted: Collection[str] = (),
) -> Reading[Server]:
    """Asks LM Studio's own list, and OpenAI's where that is not known (before 0.3.6)."""
    own = generic.probe(http, endpoint, deadline, OWN)
    if isinstance(own, Known) and isinstance(own.value.models, Known) and own.value.models.value:
        return own
    return generic.probe(http, endpoint, deadline, LISTING)


def parse(row: Mapping[str, Json]) -> Iterator[Model]:
    """The model of a row of `/api/v0/models`; embeddings are left out.

    Only a loaded model has a window, which is often far below the longest.
    """
    name = text(row, "id")
    if not name or text(row, "type") == "embeddings":
        return
    loaded = count(row, "loaded_context_length")
    able = texts(row, "capabilities")
    yield Model(
        name=name,
        quantization=text(row, "quantization"),
        family=text(row, "arch"),
        capabilities=NOT_READ if able is None else generic.can_call_tools("tool_use" in able),
        longest_window=generic.tokens(count(row, "max_context_length")),
        told_window=generic.tokens(loaded) if loaded else NOT_LOADED,
    )


OWN: Final = generic.Listing("lm-studio", "/api/v0/models", rows=parse)
