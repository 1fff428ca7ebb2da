"""llama.cpp's server: its list of models and `/props` (tools/server/README.md of llama.cpp)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from factory_byok.core.facts import Json, Known, Model, Server
from factory_byok.core.json_fields import as_object, count, word
from factory_byok.providers.provider import Provider, can_call_tools, tokens


def enrich(server: Server, props: Mapping[str, Json]) -> Server:
    """The server with what `/props` adds: version, window and whether the template knows tools.

    One that serves a single model answers to every name (measured).
    """
    if not isinstance(server.models, Known):
        return server
    models = server.models.value
    single = len(models) == 1 and bool(word(props, "model_path"))
    models = (_told(models[0], props),) if single else models
    version = word(props, "build_info")
    return replace(server, version=version, models=Known(models), any_name=single)


def _told(model: Model, props: Mapping[str, Json]) -> Model:
    """The only model with what the server says of it; its template decides about tools."""
    window = count(as_object(props, "default_generation_settings"), "n_ctx")
    able = as_object(props, "chat_template_caps").get("supports_tool_calls")
    return replace(
        model,
        told_window=tokens(window) if window else model.told_window,
        capabilities=can_call_tools(able) if isinstance(able, bool) else model.capabilities,
    )


PROVIDER: Final = Provider(
    name="llama-cpp",
    title="llama.cpp",
    base_url="http://localhost:8080/v1",
    key="not-needed",
    more="/props",
    enrich=enrich,
)
