"""More of Ollama's `/api/show`: of many models at once, and the arrays that only `verbose` tells.

Which layers keep a cache, and how wide, stands in arrays for many models of 2026. The verbose reply
holds the whole vocabulary, tens of megabytes, so each file is asked about only once on one machine
and then remembered by its digest.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Final

from factory_byok.core import cache
from factory_byok.core.concurrency import together
from factory_byok.core.facts import Json, Known, Model, Reading, Server
from factory_byok.core.http import MOST_BYTES, Deadline, Http
from factory_byok.core.json_fields import as_object
from factory_byok.core.world import World
from factory_byok.providers.ollama.replies import parse_show
from factory_byok.sizing.memory.shape import read_shape

MOST_SHOWS: Final = 48  # of more models only the first so many are asked about
MOST_VERBOSE: Final = 128 * 2**20  # bytes
NAME: Final = "shapes"
MOST_KEPT: Final = 100  # models; the oldest go first
WORDS: Final = ".vocab_size"  # worked out from the vocabulary, which comes along

Models = tuple[Model, ...]


def changed(told: Reading[Server], change: Callable[[Models], Models]) -> Reading[Server]:
    """A server as it was told; an Ollama with its models changed."""
    if not isinstance(told, Known) or not told.value.is_ollama:
        return told
    models = told.value.models
    known = isinstance(models, Known) and models.value
    return Known(replace(told.value, models=Known(change(known)))) if known else told


def details(http: Http, endpoint: str, deadline: Deadline, models: Models) -> Models:
    """The models with what `/api/show` tells of each; one that fails stays as it was."""
    asked = [each for each in models if not each.shape][:MOST_SHOWS]
    told = shown(http, endpoint, asked, deadline)
    return tuple(told.get(each.name, each) for each in models)


def complete(world: World, endpoint: str, deadline: Deadline, models: Models) -> Models:
    """The models with the arrays that their sums need; one that cannot be had stays as it was."""
    lacking = [each for each in models if each.shape and _missing(each)]
    if not lacking:
        return models
    kept = as_object(cache.recall(world, NAME))
    found = {
        each.name: replace(each, shape={**each.shape, **as_object(kept, each.digest)})
        for each in lacking
    }
    unknown = [each for each in lacking if _missing(found[each.name])]
    told = shown(world.http, endpoint, unknown, deadline, verbose=True)
    for each in unknown:
        whole = told.get(each.name)
        if whole and not _missing(whole):
            found[each.name] = whole
            kept = {**kept, each.digest: _learnt(each, whole)} if each.digest else kept
    if told:
        newest: dict[str, Json] = dict(list(kept.items())[-MOST_KEPT:])
        cache.keep(world, NAME, newest)
    return tuple(found.get(each.name, each) for each in models)


def shown(
    http: Http, endpoint: str, models: Iterable[Model], deadline: Deadline, *, verbose: bool = False
) -> dict[str, Model]:
    """What `/api/show` tells of each model, by its name; one that fails is left out."""
    answers = together(
        {each.name: partial(_show, http, endpoint, each, deadline, verbose) for each in models}
    )
    return {name: told for name, told in answers.items() if isinstance(told, Model)}


def _show(http: Http, endpoint: str, model: Model, deadline: Deadline, verbose: bool) -> Model:
    """One exchange. Raises NoAnswer."""
    body: dict[str, Json] = {"model": model.name, **({"verbose": True} if verbose else {})}
    most = MOST_VERBOSE if verbose else MOST_BYTES
    url = f"{endpoint}/api/show"
    reply = http.send("POST", url, body=body, deadline=deadline, most_bytes=most)
    return parse_show(model, reply.json()) if reply.status == 200 else model


def _missing(model: Model) -> tuple[str, ...]:
    """The keys that the sums of a model lack."""
    return read_shape(model.shape, model.weights).needs_verbose


def _learnt(before: Model, after: Model) -> dict[str, Json]:
    """What the full reply told: the missing arrays, and how many words there are."""
    wanted = _missing(before)
    return {
        key: value for key, value in after.shape.items() if key in wanted or key.endswith(WORDS)
    }
