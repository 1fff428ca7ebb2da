"""The arrays that `/api/show` leaves out unless it is asked with `verbose`, remembered by digest.

Which layers keep a cache, and how wide, stands there for many models of 2026. The full reply holds
the whole vocabulary, tens of megabytes, so each file is asked about only once on one machine.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Final

from factory_byok.core import cache
from factory_byok.core.concurrency import together
from factory_byok.core.facts import Json, Known, Model, Reading, Server
from factory_byok.core.http import Deadline
from factory_byok.core.json_fields import as_object
from factory_byok.core.world import World
from factory_byok.providers.ollama.details import in_full
from factory_byok.sizing.memory import read_shape

NAME: Final = "shapes"
MOST_KEPT: Final = 100  # models; the oldest go first
WORDS: Final = ".vocab_size"  # worked out from the vocabulary, which comes along


def complete(
    world: World, endpoint: str, models: Iterable[Model], deadline: Deadline
) -> tuple[Model, ...]:
    """The models with the arrays that their sums need; one that cannot be had stays as it was."""
    listed = tuple(models)
    lacking = [each for each in listed if each.shape and _missing(each)]
    if not lacking:
        return listed
    kept = as_object(cache.recall(world, NAME))
    found = {each.name: _filled(each, as_object(kept, each.digest)) for each in lacking}
    unknown = [each for each in lacking if _missing(found[each.name])]
    asked = {each.name: partial(in_full, world.http, endpoint, each, deadline) for each in unknown}
    answers = together(asked) if asked else {}
    for each in unknown:
        told = answers.get(each.name)
        if isinstance(told, Model) and not _missing(told):
            found[each.name] = told
            kept = {**kept, each.digest: _learnt(each, told)} if each.digest else kept
    if answers:
        newest: dict[str, Json] = dict(list(kept.items())[-MOST_KEPT:])
        cache.keep(world, NAME, newest)
    return tuple(found.get(each.name, each) for each in listed)


def completed(
    world: World, endpoint: str, told: Reading[Server], deadline: Deadline
) -> Reading[Server]:
    """A server as it was told, with the arrays of those models that were asked about."""
    if not isinstance(told, Known) or not told.value.is_ollama:
        return told
    models = told.value.models
    if not isinstance(models, Known):
        return told
    whole = complete(world, endpoint, models.value, deadline)
    return told if whole == models.value else Known(replace(told.value, models=Known(whole)))


def _missing(model: Model) -> tuple[str, ...]:
    """The keys that the sums of a model lack."""
    return read_shape(model.shape, model.weights).needs_verbose


def _filled(model: Model, kept: Mapping[str, Json]) -> Model:
    """The model with what is remembered of its file."""
    return replace(model, shape={**model.shape, **kept}) if kept else model


def _learnt(before: Model, after: Model) -> dict[str, Json]:
    """What the full reply told: the missing arrays, and how many words there are."""
    wanted = _missing(before)
    return {
        key: value for key, value in after.shape.items() if key in wanted or key.endswith(WORDS)
    }
