"""LM Studio: asked through its own list, which tells windows (lmstudio.ai/docs, REST API v0)."""

from collections.abc import Iterator, Mapping
from typing import Final

from factory_byok.core.facts import NOT_READ, Json, Known, Model, Unknown
from factory_byok.core.json_fields import count, texts, word
from factory_byok.providers.provider import Listing, Provider, can_call_tools, tokens

NOT_LOADED: Final = Unknown("LM Studio chooses it when it loads the model")


def parse_own_row(row: Mapping[str, Json]) -> Iterator[Model]:
    """The model of a row of `/api/v0/models`.

    Only a loaded model has a window, which is often far below the longest.
    """
    name = word(row, "id")
    if not name:
        return
    loaded = count(row, "loaded_context_length")
    able = texts(row, "capabilities")
    tools = NOT_READ if able is None else can_call_tools("tool_use" in able)
    embeds = word(row, "type") == "embeddings"
    yield Model(
        name=name,
        quantization=word(row, "quantization"),
        family=word(row, "arch"),
        capabilities=Known(("embedding",)) if embeds else tools,
        longest_window=tokens(count(row, "max_context_length")),
        told_window=tokens(loaded) if loaded else NOT_LOADED,
    )


PROVIDER: Final = Provider(
    name="lm-studio",
    title="LM Studio",
    base_url="http://localhost:1234/v1",
    dialect="openai",  # Factory's page: LM Studio serves the Responses API
    key="not-needed",
    examples=(("google/gemma-4-e4b", 16_000),),
    # OpenAI's list where its own is not known (before 0.3.6).
    listings=(Listing("/api/v0/models", rows=parse_own_row, whole=True), Listing()),
)
