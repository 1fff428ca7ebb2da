"""Any server that speaks OpenAI's protocol: who answers at `/v1/models`, and with which models."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from factory_byok.core.facts import NOT_READ, Json, Known, Model, Reading, Server, Unknown
from factory_byok.core.http import Deadline, Http, NoAnswer, Reply
from factory_byok.core.json_fields import as_object, count, text, texts
from factory_byok.core.units import Parameters, Tokens

TITLE: Final = "OpenAI-compatible server"
BASE_URL: Final = "http://localhost:8000/v1"
DIALECT: Final = "generic-chat-completion-api"
KEY: Final = "not-needed"
KEY_VARIABLE: Final = ""
HOSTED: Final = False
FIXED: Final = False  # it has no usual address
EXAMPLES: Final = ()

NAME: Final = "openai-compatible"
UNTOLD: Final = Unknown("the server does not tell windows")

# Who calls itself the owner of the models it lists: vLLM's and LM Studio's documentation, and
# llama.cpp as captured.
_OWNERS: Final = {
    "vllm": "vllm",
    "llamacpp": "llama-cpp",
    "organization_owner": "lm-studio",
}
# The window that a request gets: vLLM; OpenRouter, Fireworks, Baseten; Groq; LM Studio.
_TOLD: Final = ("max_model_len", "context_length", "context_window", "loaded_context_length")
# What the model was trained for: LM Studio; the services, on which no setting raises it.
_LONGEST: Final = ("max_context_length", "context_length", "context_window")

Rows = Callable[[Mapping[str, Json]], Iterable[Model]]


def parse_row(row: Mapping[str, Json]) -> Iterator[Model]:
    """The model of one row, with what the known servers tell in it; none for a row without id."""
    name = text(row, "id")
    if not name:
        return
    meta = as_object(row, "meta")  # llama.cpp
    most = count(row, "max_completion_tokens")
    most = most or count(as_object(row, "top_provider"), "max_completion_tokens")
    weights = count(meta, "n_params")
    yield Model(
        name=name,
        parameters=Known(Parameters(weights)) if weights else NOT_READ,
        capabilities=capabilities(row),
        longest_window=tokens(_first(row, _LONGEST) or count(meta, "n_ctx_train")),
        told_window=tokens(_first(row, _TOLD) or count(meta, "n_ctx")),
        longest_output=tokens(most),
    )


def bearer(key: str) -> dict[str, str]:
    """How most servers take a key."""
    return {"Authorization": f"Bearer {key}"} if key else {}


@dataclass(frozen=True, slots=True)
class Listing:
    """How a provider lists its models.

    `path` goes behind the endpoint, less `cut` at its end; the rows stand `under` that name.
    `suffixes` are words that may follow any name behind a colon.
    """

    provider: str = NAME
    path: str = "/v1/models"
    cut: str = ""
    under: str = "data"
    rows: Rows = parse_row
    headers: Callable[[str], dict[str, str]] = bearer
    suffixes: tuple[str, ...] = ()


LISTING: Final = Listing()


def probe(
    http: Http, endpoint: str, deadline: Deadline, listing: Listing = LISTING, key: str = ""
) -> Reading[Server]:
    """Asks for the list of models; a refusal for want of a key still shows a living server."""
    url = f"{endpoint.removesuffix(listing.cut)}{listing.path}"
    try:
        reply = http.send("GET", url, headers=listing.headers(key), deadline=deadline.left())
    except NoAnswer as silence:
        return Unknown(silence.message, silence.kind)
    return parse(reply, listing)


def parse(reply: Reply, listing: Listing = LISTING) -> Reading[Server]:
    """The server behind a reply to the question for its models."""
    if reply.status in (401, 403) and reply.body:
        return Known(_server(listing, Unknown("the server wants a key to tell its models", "key")))
    stranger = not_an_api(reply)
    if stranger:
        return stranger
    if reply.status != 200:
        return Known(_server(listing, Unknown(f"its list of models answers {reply.status}")))
    try:
        body = reply.json()
        models = tuple(parse_models(body, listing))
    except NoAnswer:
        return Unknown("It answers /v1/models with broken JSON", "json")
    server = _server(listing, Known(models))
    return Known(replace(server, provider=_owner(body)) if listing.provider == NAME else server)


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


def parse_models(body: Json, listing: Listing = LISTING) -> Iterator[Model]:
    """The models in a `/v1/models` reply; Ollama writes null for none. Raises NoAnswer (`json`)."""
    listed = body.get(listing.under) if isinstance(body, dict) else body
    if not isinstance(body, dict) or not isinstance(listed, list | None):
        raise NoAnswer("json", "The reply does not list models")
    for each in listed or []:
        if isinstance(each, dict):
            yield from listing.rows(each)


def capabilities(row: Mapping[str, Json]) -> Reading[tuple[str, ...]]:
    """Whether a row says that its model calls tools, in the words of the known services."""
    says = row.get("supports_tools")  # Fireworks, Hugging Face
    listed = texts(row, "supported_parameters")  # OpenRouter
    listed = texts(row, "supported_features") if listed is None else listed  # Baseten
    if listed is not None:
        says = "tools" in listed
    return can_call_tools(says) if isinstance(says, bool) else NOT_READ


def can_call_tools(yes: bool) -> Known[tuple[str, ...]]:
    """The capabilities of a chat model that does or does not call tools."""
    return Known(("completion", "tools") if yes else ("completion",))


def tokens(value: int | None) -> Reading[Tokens]:
    """A number of tokens that a server may tell."""
    return Known(Tokens(value)) if value else UNTOLD


def _first(row: Mapping[str, Json], fields: Iterable[str]) -> int | None:
    """The first of some fields that holds a positive whole number."""
    return next((value for field in fields if (value := count(row, field))), None)


def _owner(body: Json) -> str:
    """The provider that the rows of a list name as their owner; else just any."""
    listed = as_object(body).get("data")
    rows = listed if isinstance(listed, list) else []
    owners = {text(row, "owned_by") for row in rows if isinstance(row, dict)}
    known = {_OWNERS[owner] for owner in owners if owner in _OWNERS}
    return known.pop() if len(known) == 1 else NAME


def _server(listing: Listing, models: Reading[tuple[Model, ...]]) -> Server:
    """A server of this kind."""
    return Server(
        provider=listing.provider,
        models=models,
        loaded=Unknown("the server does not tell what is loaded"),
        suffixes=listing.suffixes,
    )


def _short(text: str) -> str:
    """At most 60 characters of what a stranger said, without control characters."""
    return "".join(c for c in text[:60] if c.isprintable())
