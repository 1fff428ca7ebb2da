"""Any server that speaks OpenAI's protocol: who answers at `/v1/models`, and with which models."""

from collections.abc import Iterator
from typing import Final

from factory_byok.facts import Json, Known, Model, Reading, Server, Unknown
from factory_byok.units import Tokens
from factory_byok.wire import Deadline, Http, NoAnswer, Reply

TITLE: Final = "OpenAI-compatible server"
BASE_URL: Final = "http://localhost:8000/v1"
DIALECT: Final = "generic-chat-completion-api"
KEY: Final = "not-needed"
FIXED: Final = False  # it has no usual address

# Fields in which servers tell a model's window: vLLM, OpenRouter and LM Studio, llama.cpp.
_WINDOWS: Final = ("max_model_len", "context_length", "max_context_length", "context_window")


def probe(http: Http, endpoint: str, deadline: Deadline) -> Reading[Server]:
    """Asks `/v1/models` without a key; a refusal for want of one still shows a living server."""
    try:
        reply = http.send("GET", f"{endpoint}/v1/models", deadline=deadline.left())
    except NoAnswer as silence:
        return Unknown(silence.message, silence.kind)
    return parse(reply)


def parse(reply: Reply) -> Reading[Server]:
    """The server behind a reply to `/v1/models`."""
    if reply.status in (401, 403) and reply.body:
        return Known(_server(Unknown("the server wants a key to tell its models")))
    stranger = not_an_api(reply)
    if stranger:
        return stranger
    if reply.status != 200:
        return Known(_server(Unknown(f"/v1/models answers {reply.status}")))
    try:
        return Known(_server(Known(tuple(parse_models(reply.json())))))
    except NoAnswer:
        return Unknown("It answers /v1/models with broken JSON", "json")


def not_an_api(reply: Reply) -> Unknown | None:
    """Why a reply can't come from a model server: HTML, a redirect, an error of its own, text."""
    if reply.status == 403 and not reply.body:
        return Unknown("It answers 403 to this Host name", "forbidden")
    if 300 <= reply.status < 400:
        where = reply.headers.get("location", "")
        return Unknown(f"It redirects to {_short(where) or 'nowhere'}", "redirect")
    if reply.content_type == "text/html" or reply.body[:64].lstrip().lower().startswith(b"<"):
        return Unknown("It answers with a web page", "html")
    if reply.status >= 500:
        return Unknown(f"It answers with error {reply.status}", "status")
    if reply.body.lstrip()[:1] not in (b"{", b"["):
        return Unknown(f"It answers {reply.status} with something that is not JSON", "other")
    return None


def parse_models(body: Json) -> Iterator[Model]:
    """The models in a `/v1/models` reply; Ollama writes null for none. Raises NoAnswer (`json`)."""
    listed = body.get("data") if isinstance(body, dict) else body
    if not isinstance(body, dict) or not isinstance(listed, list | None):
        raise NoAnswer("json", "The reply does not list models")
    for each in listed or []:
        name = each.get("id") if isinstance(each, dict) else None
        if isinstance(each, dict) and isinstance(name, str) and name:
            yield Model(name=name, longest_window=_window(each))


def _window(model: dict[str, Json]) -> Reading[Tokens]:
    """The window that a `/v1/models` row tells."""
    for field in _WINDOWS:
        value = model.get(field)
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return Known(Tokens(value))
    return Unknown("the server does not tell windows")


def _server(models: Reading[tuple[Model, ...]]) -> Server:
    """A server of this kind."""
    return Server(
        provider="openai-compatible",
        models=models,
        loaded=Unknown("the server does not tell what is loaded"),
    )


def _short(text: str) -> str:
    """At most 60 characters of what a stranger said, without control characters."""
    return "".join(c for c in text[:60] if c.isprintable())
