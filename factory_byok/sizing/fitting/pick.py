"""The one recommendation for a machine: the page's row and model, and byok's own pick beside it.

Doctor, fit, setup, list, add and the README's example all ask here, so that they never differ.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from factory_byok.core.facts import Known, Loaded, Machine, Model, Server
from factory_byok.core.model_names import same_model
from factory_byok.core.requirements import AIM, FLOOR, SMALLEST
from factory_byok.core.units import show_parameters, show_tokens
from factory_byok.sizing.fitting.candidate import Candidate, by_name, installed
from factory_byok.sizing.fitting.free import Free, free_memory
from factory_byok.sizing.fitting.one import Asked, asked_of
from factory_byok.sizing.fitting.ranking import USUAL, Ranked, best_of, candidates, judged
from factory_byok.sizing.recommendation import Own, Recommendation, recommend


def recommended(
    machine: Machine, server: Server | None = None, free: Free | None = None
) -> Recommendation:
    """Everything for one machine; `server` is the Ollama whose models count beside the table's."""
    loaded: Iterable[Loaded] = ()
    if server is not None and isinstance(server.loaded, Known):
        loaded = server.loaded.value
    own = [] if server is None else [installed(each, server) for each in _models(server)]
    room = free or free_memory(machine, loaded)
    return with_own(recommend(machine), candidates(own), room, asked_of(server))


def with_own(
    page: Recommendation, models: Sequence[Candidate], free: Free, asked: Asked = USUAL
) -> Recommendation:
    """The page's recommendation with byok's own beside it: the best of these models."""
    first = best_of(models, free, asked)
    if first is None:
        return page
    best = judged(first, free, asked)
    return replace(
        page, own=Own(first.name, best.reason, _why(page, best, free, asked), first.installed)
    )


def _models(server: Server) -> Iterator[Model]:
    """The models of a server that can hold a conversation, as far as is known."""
    told = server.models
    for model in told.value if isinstance(told, Known) else ():
        able = model.capabilities
        if not isinstance(able, Known) or "completion" in able.value or not able.value:
            yield model


def _why(page: Recommendation, best: Ranked, free: Free, asked: Asked) -> str:
    """The one reason why byok's pick is not the page's; "" where they agree."""
    named = page.best.suggestion.model
    theirs = by_name(named)
    if theirs is None or same_model(named, best.candidate.name):
        return ""
    other = judged(theirs, free, asked)
    longest = theirs.shape.longest_window
    if best.candidate.tools == "yes" and theirs.tools != "yes":
        return "its tool calls come back as text on Ollama, so droid cannot act on them"
    if best.reaches_32k and not other.reaches_32k:
        return f"it does not hold {show_tokens(FLOOR)} here"
    if best.reaches_64k and not other.reaches_64k and 0 < longest < AIM:
        return f"it ends at {show_tokens(longest)}"
    if best.candidate.shape.parameters >= SMALLEST > theirs.shape.parameters:
        return f"it has {show_parameters(theirs.shape.parameters)} parameters, under 30B"
    return "it is less fit for an agent here"
