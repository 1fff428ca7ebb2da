"""Ollama's replies as facts (github.com/ollama/ollama api/types.go), pure and tolerant."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Final

from factory_byok.core.facts import Cloud, Json, Known, Loaded, Model, Reading, Unknown
from factory_byok.core.http import NoAnswer, Reply
from factory_byok.core.json_fields import as_object, count, texts, word
from factory_byok.core.model_names import parameters_in
from factory_byok.core.units import BILLION, Bytes, Parameters, Tokens

_AMOUNT: Final = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([KMBT]?)", re.IGNORECASE)
_SCALES: Final = {"": 1, "K": 10**3, "M": 10**6, "B": BILLION, "T": 10**12}
_LONGEST_SETTINGS: Final = 2**16  # characters; a model may have many words that stop it
_LONGEST_VERSION: Final = 64
_MOST_LOADED: Final = 128  # Ollama loads three a card by itself (docs.ollama.com/faq)
_NO_CAPABILITIES: Final = Unknown("this Ollama does not tell capabilities")


def parse_version(reply: Reply) -> str | None:
    """Ollama's version from `/api/version`; None when something else answered."""
    if reply.status != 200:
        return None
    try:
        body = reply.json()
    except NoAnswer:
        return None
    return word(as_object(body), "version", _LONGEST_VERSION) or None


def parse_tags(body: Json) -> tuple[Model, ...]:
    """The models of `/api/tags`. Raises NoAnswer (`json`) when it has another shape."""
    return tuple(_listed(each) for each in _rows(body))


def parse_ps(body: Json) -> tuple[Loaded, ...]:
    """The loaded models of `/api/ps`, the first 128; before 0.10 it does not tell the window."""
    return tuple(
        Loaded(
            name=word(each, "name"),
            size=Bytes(count(each, "size") or 0),
            on_gpu=Bytes(count(each, "size_vram") or 0),
            window=_tokens(each, "context_length", "this Ollama does not tell the window"),
        )
        for each in islice(_rows(body), _MOST_LOADED)
    )


def parse_show(model: Model, body: Json) -> Model:
    """The model with what `/api/show` adds; that reply wins over `/api/tags`."""
    if not isinstance(body, dict):
        raise NoAnswer("json", "The reply of /api/show has another shape")
    info = as_object(body, "model_info")
    architecture = word(info, "general.architecture")
    parameters = count(info, "general.parameter_count")
    longest = count(info, f"{architecture}.context_length")
    capabilities = _capabilities(body)
    return replace(
        model,
        parameters=Known(Parameters(parameters)) if parameters else model.parameters,
        longest_window=Known(Tokens(longest)) if longest else model.longest_window,
        capabilities=capabilities if isinstance(capabilities, Known) else model.capabilities,
        remote_host=word(body, "remote_host") or model.remote_host,
        requires=word(body, "requires"),
        settings=parse_settings(word(body, "parameters", _LONGEST_SETTINGS)),
        shape=_shape(info),
    )


def parse_settings(lines: str) -> dict[str, str]:
    """The `parameters` text of `/api/show` (name, spaces, value) as a table; first of each name."""
    settings: dict[str, str] = {}
    for line in lines.splitlines():
        name, _, value = line.strip().partition(" ")
        if name:
            settings.setdefault(name, value.strip())
    return settings


def _listed(each: Mapping[str, Json]) -> Model:
    """One row of `/api/tags`."""
    details = as_object(each, "details")
    name = word(each, "name") or word(each, "model")
    return Model(
        name=name,
        digest=word(each, "digest"),
        weights=Bytes(count(each, "size") or 0),
        parameters=_parameters(word(details, "parameter_size"), name),
        quantization=word(details, "quantization_level"),
        family=word(details, "family"),
        capabilities=_capabilities(each),
        longest_window=_tokens(details, "context_length", "the server's list does not tell it"),
        remote_host=word(each, "remote_host"),
        told_window=_tokens(details, "projected_context_length", "the server does not foretell it"),
    )


def parse_cloud_switch(status: Json) -> bool:
    """Whether `/api/status` says that the cloud is switched off (OLLAMA_NO_CLOUD, server.json)."""
    return as_object(as_object(status), "cloud").get("disabled") is True


def parse_default_window(status: Json) -> Reading[Tokens]:
    """The window for every model, which servers after 0.33 may tell in `/api/status`."""
    return _tokens(as_object(status), "context_length", "this Ollama does not tell its default")


def parse_account(reply: Reply) -> Reading[Cloud]:
    """What `/api/me` says about the account that the server is signed in with."""
    refusals: dict[int, Cloud] = {401: "signed out", 503: "unreachable"}
    if reply.status in refusals:
        return Known(refusals[reply.status])
    if reply.status != 200:
        return Unknown(f"/api/me answers {reply.status}", "status")
    try:
        account = as_object(reply.json())
    except NoAnswer as fault:
        return Unknown(f"/api/me: {fault.message}", "json")
    if not any(word(account, field) for field in ("id", "name", "email")):
        return Unknown("/api/me names no account", "json")
    return Known("usable")


def _parameters(told: str, name: str) -> Reading[Parameters]:
    """The number that the server tells (`7.6B`, `137M`, a bare number), else the name's."""
    found = _AMOUNT.match(told)
    if found:
        number = round(float(found[1]) * _SCALES[found[2].upper()])
        if number > 0:
            return Known(Parameters(number))
    named = parameters_in(name)
    return Known(named) if named else Unknown("neither the server nor the name tells it")


def _shape(info: Mapping[str, Json]) -> dict[str, Json]:
    """The metadata without the tokenizer, of whose megabytes only the number of words counts."""
    kept = {key: value for key, value in info.items() if not key.startswith("tokenizer.")}
    words, named = info.get("tokenizer.ggml.tokens"), f"{word(info, 'general.architecture')}"
    if isinstance(words, list):
        kept.setdefault(f"{named}.vocab_size", len(words))
    return kept


def _rows(body: Json) -> Iterator[Mapping[str, Json]]:
    """The `models` of a reply. Raises NoAnswer (`json`)."""
    models = body.get("models") if isinstance(body, dict) else None
    if not isinstance(body, dict) or "models" not in body or not isinstance(models, list | None):
        raise NoAnswer("json", "The reply does not list models")
    return (each for each in models or [] if isinstance(each, dict) and _named(each))


def _named(row: Mapping[str, Json]) -> bool:
    """Whether a row names a model."""
    return bool(word(row, "name") or word(row, "model"))


def _tokens(body: Mapping[str, Json], key: str, why: str) -> Reading[Tokens]:
    """A number of tokens in a reply."""
    value = count(body, key)
    return Known(Tokens(value)) if value else Unknown(why)


def _capabilities(body: Mapping[str, Json]) -> Reading[tuple[str, ...]]:
    """The capabilities in a reply."""
    told = texts(body, "capabilities")
    return _NO_CAPABILITIES if told is None else Known(told)
