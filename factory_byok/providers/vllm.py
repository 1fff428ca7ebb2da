"""vLLM: OpenAI's protocol with the window in the list (docs.vllm.ai, OpenAI-compatible server)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from factory_byok.core.facts import Json, Server
from factory_byok.core.json_fields import word
from factory_byok.providers.provider import Listing, Provider


def enrich(server: Server, body: Mapping[str, Json]) -> Server:
    """The server with the version that `/version` tells; a gateway before it may not know it."""
    return replace(server, version=word(body, "version"))


PROVIDER: Final = Provider(
    name="vllm",
    title="vLLM",
    base_url="http://localhost:8000/v1",
    key="not-needed",
    listings=(Listing(whole=True),),  # any other name is answered by 404
    more="/version",
    enrich=enrich,
)
