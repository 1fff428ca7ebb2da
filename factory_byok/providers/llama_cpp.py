"""llama.cpp's server: its list of models and `/props` (tools/server/README.md of llama.cpp)."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Final

from factory_byok.core.facts import Json, Known, Model, Reading, Server
from factory_byok.core.http import Deadline, Http, NoAnswer
from factory_byok.core.json_fields import as_object, count, text
from factory_byok.providers import openai_compatible as generic

TITLE: Final = "llama.cpp"
BASE_URL: Final = "http://localhost:8080/v1"
DIALECT: Final = "generic-chat-completion-api"
KEY: Final = "not-needed"
KEY_VARIABLE: Final = ""
HOSTED: Final = False
FIXED: Final = True
EXAMPLES: Final = ()

LISTING: Final = generic.Listing("llama-cpp")


def probe(
    http: Http,
    endpoint: str,
    deadline: Deadline,
    wanted: Collection[str] = (),
) -> Reading[Server]:
    """Asks for the models, then for what `/props` adds."""
    server = generic.probe(http, endpoint, deadline, LISTING)
    if not isinstance(server, Known) or not isinstance(server.value.models, Known):
        return server
    try:
        reply = http.send("GET", f"{endpoint}/props", deadline=deadline.left())
        props = reply.json() if reply.status == 200 else None
    except NoAnswer:
        return server
    return Known(parse(server.value, as_object(props), wanted))


def parse(server: Server, props: Mapping[str, Json], wanted: Collection[str] = ()) -> Server:
    """The server with what `/props` adds: version, window and whether the template knows tools.

    One that serves a single model answers to every name (measured), so it has the wanted ones too.
    """
    models = server.models.value
    if len(models) == 1 and text(props, "model_path"):
        only = _told(models[0], props)
        others = [name for name in dict.fromkeys(wanted) if name != only.name]
        models = (only, *(replace(only, name=name) for name in others))
    return replace(server, version=text(props, "build_info"), models=Known(models))


def _told(model: Model, props: Mapping[str, Json]) -> Model:
    """The only model with what the server says of it; its template decides about tools."""
    window = count(as_object(props, "default_generation_settings"), "n_ctx")
    able = as_object(props, "chat_template_caps").get("supports_tool_calls")
    return replace(
        model,
        told_window=generic.tokens(window) if window else model.told_window,
        capabilities=generic.can_call_tools(able) if isinstance(able, bool) else model.capabilities,
    )
