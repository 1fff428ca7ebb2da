"""One model held against the memory that is free: at each window, and up to which one it fits."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal

from factory_byok.core.facts import Known, Reading, Server, Unknown
from factory_byok.core.units import GIB, Bytes, Tokens
from factory_byok.sizing.fitting.candidate import Candidate, server_settings
from factory_byok.sizing.fitting.free import Free
from factory_byok.sizing.memory.demand import NO_LONGEST, Demand, demand, largest_that
from factory_byok.sizing.memory.families import slots_of
from factory_byok.sizing.memory.micro_batch import usual_micro_batch
from factory_byok.sizing.memory.placement import Placement, cards_needed, place
from factory_byok.sizing.memory.shape import least

Where = Literal["gpu", "split", "memory", "nowhere", "cloud", "unknown"]

STEPS: Final = (Tokens(4_096), Tokens(32_768), Tokens(65_536), Tokens(131_072))
FIRST: Final = Tokens(32_000)  # the window that Factory's page asks for (docs.factory.ai)
# llama.cpp kept logits for a whole micro-batch up to b9432. Ollama 0.30 began with b8986
# (LLAMA_CPP_VERSION in its pull request 16031); pull request 17055 of 2026-07-06 brought b9888,
# which 0.31.2 of 2026-07-08 is the first to hold for sure.
FEW_LOGITS: Final = (0, 31, 2)
COARSER: Final = "q8_0"
PICTURES: Final = GIB  # stays free too for a model that sees pictures: Ollama asks llama.cpp so
NOTHING: Final = Demand(Bytes(0), Bytes(0), Bytes(0), Bytes(0))
ELSEWHERE: Final = "the model runs in the cloud"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the user wants to know: `gpus` 0 leaves the number of cards to Ollama.

    `all_logits` is an old engine, see `demand`.
    """

    window: Tokens = FIRST
    kv_type: str = "f16"
    parallel: int = 1
    gpus: int = 0
    all_logits: bool = False


def asked_of(server: Server | None, window: Tokens = FIRST) -> Asked:
    """The question as this server would run the model: with its kind of cache and its slots."""
    kv_type, slots = server_settings(server)
    old = server is not None and _before(server.version, FEW_LOGITS)
    return Asked(window, kv_type, slots, all_logits=old)


def _before(version: str, first: tuple[int, ...]) -> bool:
    """Whether a version, such as 0.29.1, comes before another; False for what is no version."""
    found = re.match(r"(\d{1,6})\.(\d{1,6})(?:\.(\d{1,6}))?", version)
    return found is not None and tuple(int(each or 0) for each in found.groups()) < first


@dataclass(frozen=True, slots=True)
class AtWindow:
    """The demand at one window on this machine; `placed` is None when no card could be read.

    `slow` is what each token would read of the part that lies in system memory: of a mixture of
    experts that is the few that work, because llama.cpp moves experts first.
    """

    window: Tokens
    need: Demand
    where: Where
    placed: Placement | None
    slow: Bytes = Bytes(0)


@dataclass(frozen=True, slots=True)
class Coarser:
    """What a coarser KV cache would change."""

    kv_type: str
    need: Demand
    largest_on_gpu: Reading[Tokens]


@dataclass(frozen=True, slots=True)
class Fit:
    """A model on this machine.

    `asked.window` is never above the longest. `need` is for one CUDA card, or for as many cards as
    were asked for, so that it is the same everywhere; `here` and `windows` are for this machine's
    own cards. `least` is set when the metadata leaves the cache open: the demand is between it and
    `here`, and the windows are the smallest that may fit. Those are 0 when none fits and Unknown
    when that could not be judged. `served` is what the server gives it now, with `served_as`.
    """

    candidate: Candidate
    asked: Asked
    free: Free
    need: Demand
    here: AtWindow
    windows: tuple[AtWindow, ...]
    largest_on_gpu: Reading[Tokens]
    largest_in_memory: Reading[Tokens]
    coarser: Coarser | None = None
    least: Demand | None = None
    served: AtWindow | None = None
    served_as: Asked = Asked()


def fit(
    candidate: Candidate,
    free: Free,
    asked: Asked,
    *,
    extra: bool = False,
    served: Asked | None = None,
) -> Fit:
    """Holds a model against what is free. `extra` adds the asked window to the usual ones.

    `served` is how the server runs it, where that may differ from what is asked. Raises UsageError
    for an unknown KV cache type.
    """
    longest = candidate.shape.longest_window
    window = Tokens(min(asked.window, longest)) if longest else asked.window
    slots = slots_of(candidate.shape.architecture, asked.parallel)
    asked = replace(asked, window=window, parallel=slots)
    if candidate.cloud:
        return _in_the_cloud(candidate, free, asked)
    need = demand(candidate.shape, window, asked.kv_type, asked.parallel, max(asked.gpus, 1))
    coarser = None
    if asked.kv_type == "f16":
        other = replace(asked, kv_type=COARSER)
        less = at_window(candidate, free, other, window).need
        coarser = Coarser(COARSER, less, largest_on_gpu(candidate, free, other))
    most = longest or NO_LONGEST
    served_window = Tokens(min(candidate.window, most))
    windows = [*_steps(longest), *([window] if extra else [])]
    windows += [Tokens(min(candidate.loaded_at, most)), served_window]
    now = replace(served or asked, window=served_window)
    return Fit(
        candidate=candidate,
        asked=asked,
        free=free,
        need=need,
        here=at_window(candidate, free, asked, window),
        windows=tuple(
            at_window(candidate, free, asked, each) for each in sorted(set(windows)) if each
        ),
        largest_on_gpu=largest_on_gpu(candidate, free, asked),
        largest_in_memory=largest_in_memory(candidate, free, asked),
        coarser=coarser,
        least=_least(candidate, free, asked),
        served=at_window(candidate, free, now, served_window) if served_window else None,
        served_as=now,
    )


def _least(candidate: Candidate, free: Free, asked: Asked) -> Demand | None:
    """The least that the model may need here; None when it is known what it needs."""
    sparse = least(candidate.shape)
    if sparse is None:
        return None
    return at_window(replace(candidate, shape=sparse), free, asked, asked.window).need


def _in_the_cloud(candidate: Candidate, free: Free, asked: Asked) -> Fit:
    """A model that needs nothing here, and of which nothing here says how far it reaches."""
    here = AtWindow(asked.window, NOTHING, "cloud", Placement(Bytes(0), Bytes(0)))
    away = Unknown(ELSEWHERE, "cloud")
    return Fit(candidate, asked, free, NOTHING, here, (), away, away)


def _steps(longest: Tokens) -> Iterator[Tokens]:
    """The usual windows, none above the longest, which ends them."""
    yield from (step for step in STEPS if not longest or step < longest)
    if longest:
        yield longest


def at_window(candidate: Candidate, free: Free, asked: Asked, window: Tokens) -> AtWindow:
    """The demand at one window with as many cards as it needs here, and where it lands."""
    shape = candidate.shape
    slots = slots_of(shape.architecture, asked.parallel)
    batch = usual_micro_batch(shape, window * slots, free.for_batch)
    margin = free.margin + (PICTURES if candidate.pictures else 0)

    def over(gpus: int) -> Demand:
        return demand(
            *(shape, window, asked.kv_type, slots, gpus),
            device=free.device,
            micro_batch=batch,
            context=free.context,
            all_logits=asked.all_logits,
        )

    gpus = asked.gpus
    if not gpus and len(free.cards) > 1:
        gpus = cards_needed(over, free.on_cards, margin)
    need = over(gpus or 1)
    if not free.gpus_known:
        return AtWindow(window, need, "unknown", None)
    memory = free.memory.value if isinstance(free.memory, Known) else Bytes(0)
    placed = place(need, free.on_cards, memory, margin)
    slow = round(placed.in_memory * shape.active_share)
    return AtWindow(window, need, _where(placed, free), placed, Bytes(slow))


def _where(placed: Placement, free: Free) -> Where:
    """A placement in one word."""
    if free.cards and placed.fits_gpu:
        return "gpu"
    if isinstance(free.memory, Unknown):
        return "unknown"
    if placed.missing:
        return "nowhere"
    return "split" if placed.on_gpu else "memory"


def largest_on_gpu(candidate: Candidate, free: Free, asked: Asked) -> Reading[Tokens]:
    """The largest window that fits on the cards alone; 0 when none does or there is no card."""
    if not free.gpus_known:
        return Unknown("the graphics cards could not be read")
    if not free.cards:
        return Known(Tokens(0))
    return Known(_largest(candidate, free, asked, lambda found: found.where == "gpu"))


def largest_in_memory(candidate: Candidate, free: Free, asked: Asked) -> Reading[Tokens]:
    """The largest window that the cards and system memory hold together; 0 when none does."""
    if not free.gpus_known:
        return Unknown("the graphics cards could not be read")
    if isinstance(free.memory, Unknown):
        return free.memory
    return Known(_largest(candidate, free, asked, lambda found: found.where != "nowhere"))


def _largest(
    candidate: Candidate, free: Free, asked: Asked, fits: Callable[[AtWindow], bool]
) -> Tokens:
    """The largest window at which the placement is as wanted."""
    most = candidate.shape.longest_window or NO_LONGEST
    return largest_that(lambda window: fits(at_window(candidate, free, asked, window)), most)
