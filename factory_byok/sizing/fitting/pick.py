"""The one recommendation for a machine: the page's row and model, and byok's own pick beside it.

Doctor, fit, setup, list, add and the README's example all ask here, so that they never differ.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from factory_byok.core.facts import Known, Loaded, Machine, Server
from factory_byok.core.model_names import derived_from, same_model
from factory_byok.core.requirements import AIM, FLOOR, SMALLEST
from factory_byok.core.units import show_parameters, show_tokens
from factory_byok.sizing.fitting.candidate import Candidate, all_installed, by_name
from factory_byok.sizing.fitting.free import Free, free_memory
from factory_byok.sizing.fitting.one import Asked, asked_of
from factory_byok.sizing.fitting.ranking import USUAL, Ranked, candidates, glanced, judged
from factory_byok.sizing.hardware_table import CLOUD
from factory_byok.sizing.recommendation import Own, Recommendation, recommend

MOST_OFFERED: Final = 6
IN_THE_CLOUD: Final = Own(CLOUD.model, "no local model fits this machine")


def recommended(
    machine: Machine, server: Server | None = None, free: Free | None = None
) -> Recommendation:
    """Everything for one machine; `server` is the Ollama whose models count beside the table's."""
    loaded: Iterable[Loaded] = ()
    if server is not None and isinstance(server.loaded, Known):
        loaded = server.loaded.value
    room = free or free_memory(machine, loaded)
    return with_own(recommend(machine), candidates(all_installed(server)), room, asked_of(server))


def with_own(
    page: Recommendation, models: Sequence[Candidate], free: Free, asked: Asked = USUAL
) -> Recommendation:
    """The page's recommendation with byok's own beside it: the first that is worth an offer."""
    first = next(iter(offers(glanced(models, free, asked))), None)
    if first is None:
        return replace(page, own=IN_THE_CLOUD)
    best = judged(first.candidate, free, asked)
    named = best.candidate.name
    why = _why(page, best, free, asked)
    return replace(page, own=Own(named, best.reason, why, best.candidate.installed))


def offers(models: Sequence[Ranked]) -> tuple[Ranked, ...]:
    """The models to choose from: those that fit here and can call tools, the best first.

    When there are none, those that fit. Copies with another window are left to their originals.
    """
    here = [each for each in models if each.reach not in ("nowhere", "cloud")]
    originals = [each for each in here if not derived_from(each.candidate.name)[0]]
    good = [each for each in originals if can_act(each) and each.reaches_32k is not False]
    return tuple((good or originals)[:MOST_OFFERED])


def can_act(each: Ranked) -> bool:
    """Whether droid may act through a model, as far as is known."""
    return each.candidate.tools in ("yes", "unknown")


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
