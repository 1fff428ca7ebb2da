"""The one probe of all who list their models: who answers, and with which models."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from factory_byok.core.facts import Json, Known, Model, Reading, Server, Unknown
from factory_byok.core.http import Deadline, Http, NoAnswer, Reply
from factory_byok.core.json_fields import as_object, word
from factory_byok.providers.openai_compatible import PROVIDER as ANY
from factory_byok.providers.provider import Listing, Provider

# Who calls itself the owner of the models it lists: vLLM's and LM Studio's documentation, and
# llama.cpp as captured.
_OWNERS: Final = {
    "vllm": "vllm",
    "llamacpp": "llama-cpp",
    "organization_owner": "lm-studio",
}


def probe(
    http: Http,
    endpoint: str,
    deadline: Deadline,
    provider: Provider = ANY,
    key: str = "",
) -> Reading[Server]:
    """Asks for the list of models, then for what the provider tells elsewhere.

    A refusal for want of a key still shows a living server.
    """
    found: Reading[Server] = Unknown("It lists no models")
    for listing in provider.listings:
        found = _ask(http, endpoint, deadline, provider, listing, key)
        models = found.value.models if isinstance(found, Known) else found
        if isinstance(models, Known) and models.value:
            break
    if not isinstance(found, Known) or not provider.more:
        return found
    try:
        reply = http.send("GET", f"{endpoint}{provider.more}", deadline=deadline)
        body = as_object(reply.json()) if reply.status == 200 else {}
    except NoAnswer:  # a gateway in front may not know it
        return found
    return Known(provider.enrich(found.value, body))


def _ask(
    http: Http, endpoint: str, deadline: Deadline, provider: Provider, listing: Listing, key: str
) -> Reading[Server]:
    """The server by one of its lists."""
    url = f"{endpoint.removesuffix(listing.cut)}{listing.path}"
    try:
        reply = http.send("GET", url, headers=listing.headers(key), deadline=deadline)
    except NoAnswer as silence:
        return Unknown(silence.message, silence.kind)
    return parse(reply, provider, listing)


def parse(
    reply: Reply, provider: Provider = ANY, listing: Listing | None = None
) -> Reading[Server]:
    """The server behind a reply to the question for its models."""
    if reply.status == 401 or (reply.status == 403 and reply.body):
        return Known(_server(provider, Unknown("the server wants a key to tell its models", "key")))
    stranger = not_an_api(reply)
    if stranger:
        return stranger
    if reply.status != 200:
        return Known(_server(provider, Unknown(f"its list of models answers {reply.status}")))
    try:
        body = reply.json()
        listing = listing or provider.listings[0]
        models = tuple(parse_models(body, listing))
    except NoAnswer:
        return Unknown("It answers /v1/models with broken JSON", "json")
    server = replace(_server(provider, Known(models)), whole_list=listing.whole)
    return Known(replace(server, provider=_owner(body)) if provider is ANY else server)


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


def parse_models(body: Json, listing: Listing) -> Iterator[Model]:
    """The models in a list of them; Ollama writes null for none. Raises NoAnswer (`json`)."""
    listed = body.get(listing.under) if isinstance(body, dict) else body
    if not isinstance(body, dict) or not isinstance(listed, list | None):
        raise NoAnswer("json", "The reply does not list models")
    for each in listed or []:
        if isinstance(each, dict):
            yield from listing.rows(each)


def _owner(body: Json) -> str:
    """The provider that the rows of a list name as their owner; else just any."""
    listed = as_object(body).get("data")
    rows = listed if isinstance(listed, list) else []
    owners = {word(row, "owned_by") for row in rows if isinstance(row, dict)}
    known = {_OWNERS[owner] for owner in owners if owner in _OWNERS}
    return known.pop() if len(known) == 1 else ANY.name


def _server(provider: Provider, models: Reading[tuple[Model, ...]]) -> Server:
    """A server of this kind."""
    return Server(
        provider=provider.name,
        models=models,
        loaded=Unknown("the server does not tell what is loaded"),
        suffixes=provider.suffixes,
    )


def _short(text: str) -> str:
    """At most 60 characters of what a stranger said, without control characters."""
    return "".join(c for c in text[:60] if c.isprintable())
