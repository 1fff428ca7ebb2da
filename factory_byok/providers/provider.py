"""What byok knows of a provider before it asks anybody, and how its list of models is read."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from factory_byok.core.facts import NOT_READ, Json, Known, Model, Reading, Server, Unknown
from factory_byok.core.json_fields import as_object, count, texts, word
from factory_byok.core.units import Parameters, Tokens

UNTOLD: Final = Unknown("the server does not tell windows")

# The window that a request gets: vLLM; OpenRouter, Fireworks, Baseten; Groq; LM Studio.
_TOLD: Final = ("max_model_len", "context_length", "context_window", "loaded_context_length")
# What the model was trained for: LM Studio; the services, on which no setting raises it.
_LONGEST: Final = ("max_context_length", "context_length", "context_window")

Rows = Callable[[Mapping[str, Json]], Iterable[Model]]
Enrich = Callable[[Server, Mapping[str, Json]], Server]


def parse_row(row: Mapping[str, Json]) -> Iterator[Model]:
    """The model of one row, with what the known servers tell in it; none for a row without id."""
    name = word(row, "id")
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
    `whole` says that the server has no model that is not in it.
    """

    path: str = "/v1/models"
    cut: str = ""
    under: str = "data"
    rows: Rows = parse_row
    headers: Callable[[str], dict[str, str]] = bearer
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Provider:
    """A kind of server or service, by its `name` in byok.

    `key` is the placeholder that an entry gets where none is needed, `key_variable` the variable
    that holds it elsewhere, `also` other variables that its users know, `key_page` where a
    key is made. `fixed` says that `base_url` is its usual address. `examples` are models with
    their output limits. Of `listings` the first that tells a model counts. `more` is one further
    path, whose reply `enrich` adds. `suffixes` may follow any model's name behind a colon.
    """

    name: str
    title: str
    base_url: str
    dialect: str = "generic-chat-completion-api"
    key: str = ""
    key_variable: str = ""
    key_page: str = ""
    also: tuple[str, ...] = ()
    fixed: bool = True
    examples: tuple[tuple[str, int], ...] = ()
    listings: tuple[Listing, ...] = (Listing(),)
    more: str = ""
    enrich: Enrich = lambda server, _body: server
    suffixes: tuple[str, ...] = ()

    @property
    def hosted(self) -> bool:
        """Whether it is somebody's service, which wants a key."""
        return bool(self.key_variable)


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
