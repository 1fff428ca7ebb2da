"""Models in the order of what an agent needs: tool calls, a long window that fits, many weights."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from factory_byok.core.facts import Known, Reading, Unknown
from factory_byok.core.model_names import same_model
from factory_byok.core.requirements import AIM, FLOOR, SMALLEST
from factory_byok.core.units import Tokens, show_parameters, show_tokens
from factory_byok.sizing.catalogue import FOR_AGENTS, lookup
from factory_byok.sizing.fitting.candidate import Candidate, ToolCalls, by_name
from factory_byok.sizing.fitting.free import Free
from factory_byok.sizing.fitting.one import (
    Asked,
    Where,
    at_window,
    largest_in_memory,
    largest_on_gpu,
)
from factory_byok.sizing.hardware_table import LOCAL

USUAL: Final = Asked()
TOOLS: Final[tuple[ToolCalls, ...]] = ("yes", "unknown", "as text", "no")
LEAST: Final = 256  # tokens: the smallest cache that there is
USEFUL: Final = 4_096  # tokens: Ollama gives no model less by itself
FOR_CODE: Final = ("code", "devstral")  # in the names of models that were trained on code


@dataclass(frozen=True, slots=True)
class Ranked:
    """A model with what decides its rank, and that in words.

    `reach` is where the two windows were looked for: on the GPU, or in memory where there is none.
    `reaches_32k` and `reaches_64k` are None when that could not be judged.
    """

    candidate: Candidate
    reach: Where
    largest_on_gpu: Reading[Tokens]
    largest_in_memory: Reading[Tokens]
    reaches_32k: bool | None
    reaches_64k: bool | None
    reason: str


def candidates(installed: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """The installed models, those that the catalogue recommends, and those of Factory's page.

    A model that is installed under any name of its row is not told twice.
    """
    found = list(installed)
    for name in (*FOR_AGENTS, *(told.model for told in LOCAL)):
        row = lookup(name)
        if any(same_model(each.name, name) or (row and lookup(each.name) == row) for each in found):
            continue
        other = by_name(name)
        if other is not None:
            found.append(other)
    return tuple(found)


def ranked(models: Iterable[Candidate], free: Free, asked: Asked = USUAL) -> tuple[Ranked, ...]:
    """The best model for an agent first, with the cache and the slots that are asked for.

    Real tool calls, then 32,000 and 64,000 tokens on the GPU (in memory where there is no GPU),
    then 30 billion parameters; where those are equal, models made for code, then installed ones,
    then the largest on a GPU, the least work for each token in memory, and the smallest where
    nothing is known.
    """
    return tuple(sorted((judged(each, free, asked) for each in models), key=_order))


def glanced(models: Iterable[Candidate], free: Free, asked: Asked = USUAL) -> tuple[Ranked, ...]:
    """In the order of `ranked`, without looking for every model's largest window."""
    return tuple(sorted((_glance(each, free, asked) for each in models), key=_order))


def _glance(model: Candidate, free: Free, asked: Asked) -> Ranked:
    """What decides a model's rank, and nothing else."""
    if model.cloud:
        return judged(model, free, asked)

    def where(window: int) -> Where:
        longest = model.shape.longest_window
        if longest and window > longest:
            return "nowhere"
        return at_window(model, free, asked, Tokens(window)).where

    known = free.gpus_known and (bool(free.cards) or isinstance(free.memory, Known))

    def fits(found: Where) -> bool:
        return found == "gpu" if free.cards else found != "nowhere"

    # A larger window never needs less: what does not fit at first is not asked for again.
    first = where(USEFUL)
    far = fits(first) and fits(where(AIM)) if known else None
    near = far or (fits(first) and fits(where(FLOOR))) if known else None
    reach: Where = "gpu" if first == "gpu" else "unknown" if first == "unknown" else "split"
    if first == "nowhere" and where(LEAST) == "nowhere":
        reach = "nowhere"
    elif reach == "split" and not free.cards:
        reach = "memory"
    nothing = Unknown("it was not looked for")
    return Ranked(model, reach, nothing, nothing, near, far, "")


def judged(model: Candidate, free: Free, asked: Asked = USUAL) -> Ranked:
    """One model with its reach."""
    if model.cloud:
        away = Unknown("the model runs in the cloud", "cloud")
        longest = model.shape.longest_window
        enough = [longest >= tokens if longest else None for tokens in (FLOOR, AIM)]
        reason = _reason(model, "cloud", Known(longest) if longest else away)
        return Ranked(model, "cloud", away, away, enough[0], enough[1], reason)
    on_gpu = largest_on_gpu(model, free, asked)
    together = largest_in_memory(model, free, asked)
    largest = on_gpu if free.cards else together
    reach = _reach(free, on_gpu, together)
    known = isinstance(largest, Known) and free.gpus_known
    return Ranked(
        candidate=model,
        reach=reach,
        largest_on_gpu=on_gpu,
        largest_in_memory=together,
        reaches_32k=largest.value >= FLOOR if known else None,
        reaches_64k=largest.value >= AIM if known else None,
        reason=_reason(model, reach, on_gpu if reach == "gpu" else together),
    )


def _reach(free: Free, on_gpu: Reading[Tokens], together: Reading[Tokens]) -> Where:
    """Where the model would run at some window."""
    if isinstance(on_gpu, Known) and on_gpu.value >= USEFUL:
        return "gpu"
    if isinstance(on_gpu, Unknown) or isinstance(together, Unknown):
        return "unknown"
    if not together.value:
        return "nowhere"
    return "split" if free.cards else "memory"


def _order(each: Ranked) -> tuple[object, ...]:
    """The key to sort by, the best first."""
    model = each.candidate
    shape = model.shape
    work = shape.weights * shape.active_share
    return (
        TOOLS.index(model.tools),
        _lack(each.reaches_32k, each.reach),
        _lack(each.reaches_64k, each.reach),
        each.reach == "nowhere",
        shape.parameters < SMALLEST,
        not any(word in model.name.lower() for word in FOR_CODE),
        not model.installed,
        {"memory": work, "unknown": shape.weights}.get(each.reach, -shape.parameters),
        model.name,
    )


def _lack(reaches: bool | None, reach: Where) -> int:
    """How far from reaching a window here: the cloud is after this machine, not known after it."""
    if reaches is None:
        return 2
    return (1 if reach == "cloud" else 0) if reaches else 3


def _reason(model: Candidate, reach: Where, largest: Reading[Tokens]) -> str:
    """Why it stands where it stands, a sentence without a period."""
    return "; ".join((_TOOLS[model.tools], *_windows(model, reach, largest), *_size(model)))


_TOOLS: Final[dict[ToolCalls, str]] = {
    "yes": "calls tools",
    "unknown": "not known whether it calls tools",
    "as text": "writes tool calls as text on Ollama, so droid cannot act on them",
    "no": "cannot call tools",
}


_PLACES: Final[dict[Where, str]] = {
    "gpu": "on the GPU",
    "split": "with a part in memory, which is slow",
    "memory": "in memory, which is slow",
    "cloud": "in the cloud",
}


def _windows(model: Candidate, reach: Where, largest: Reading[Tokens]) -> Iterator[str]:
    """The windows in words: how far it reaches here, and where it ends anyway."""
    longest = model.shape.longest_window
    if reach == "nowhere":
        yield "does not fit here"
    elif isinstance(largest, Unknown):
        yield "runs in the cloud" if reach == "cloud" else "not known how large a window fits"
    else:
        yield f"up to {show_tokens(largest.value)} {_PLACES[reach]}"
    if longest and longest < AIM:
        yield f"its longest window is {show_tokens(longest)}"


def _size(model: Candidate) -> Iterator[str]:
    """The number of parameters in words."""
    count = model.shape.parameters
    if count:
        yield (
            show_parameters(count) if count >= SMALLEST else f"{show_parameters(count)}, under 30B"
        )
