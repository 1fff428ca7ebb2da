"""Where a demand lands: on the cards, and what is left for system memory."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from factory_byok.core.units import Bytes
from factory_byok.sizing.memory.demand import CUDA_SCRATCH, MIB, Demand
from factory_byok.sizing.memory.shape import Shape

# What llama.cpp leaves free on each device before it moves layers to the processor (`fit-target`,
# 1,024 MiB, common/fit.cpp); Ollama passes nothing else, but as much again for a model that sees
# pictures. The scratch that a demand counts is taken out of it.
FREE_ON_EACH: Final = Bytes(1024 * MIB)
MARGIN: Final = Bytes(FREE_ON_EACH - CUDA_SCRATCH)


@dataclass(frozen=True, slots=True)
class Placement:
    """How a demand is shared out, in bytes: `on_gpu` and `in_memory` sum up to its total.

    `by_gpu` tells each card's part in the order in which the cards were given; `missing` is what
    neither the cards nor memory can hold.
    """

    on_gpu: Bytes
    in_memory: Bytes
    by_gpu: tuple[Bytes, ...] = ()
    missing: Bytes = Bytes(0)

    @property
    def gpu_share(self) -> float:
        """Which part of it all lies on the cards, from 0 to 1."""
        whole = self.on_gpu + self.in_memory
        return self.on_gpu / whole if whole else 0.0

    @property
    def fits_gpu(self) -> bool:
        """Whether everything lies on the cards."""
        return self.in_memory == 0


def place(
    need: Demand, free_gpu_memory: Sequence[Bytes], memory: Bytes, margin: int = MARGIN
) -> Placement:
    """Puts a demand on the emptiest `need.gpus` of the cards and the rest in system memory.

    As llama.cpp does it, `margin` bytes stay free on each card: what does not fit beside them goes
    to system memory. Each card used pays its own compute buffer and context first; a card without
    room for those gets nothing. `memory` is what the system has available.
    """
    room = [max(free - margin, 0) for free in free_gpu_memory]
    ranked = sorted(range(len(room)), key=lambda card: -room[card])
    used = [card for card in ranked[: need.gpus] if room[card] > need.per_gpu]
    fixed = need.per_gpu * len(used)
    left_on = {card: room[card] - need.per_gpu for card in used}
    body = need.total - fixed
    if need.pieces and (len(used) > 1 or body > sum(left_on.values())):
        piece = max(-(-body // need.pieces), 1)  # a device gets whole ones
        left_on = {card: left // piece * piece for card, left in left_on.items()}
    parts = [0] * len(room)
    shared = min(body, sum(left_on.values())) if used else 0
    left = shared
    for card in used:
        # by their room, as llama.cpp splits layers; the last one takes what rounding left
        portion = (
            left if card == used[-1] else shared * left_on[card] // max(sum(left_on.values()), 1)
        )
        parts[card] = need.per_gpu + portion
        left -= portion
    on_gpu = sum(parts)
    in_memory = need.total - on_gpu
    beside = need.beside if used else 0
    return Placement(
        Bytes(on_gpu),
        Bytes(in_memory),
        tuple(Bytes(part) for part in parts),
        Bytes(max(in_memory + beside - memory, 0)),
    )


def cards_needed(
    need: Callable[[int], Demand], free_gpu_memory: Sequence[Bytes], margin: int = MARGIN
) -> int:
    """The fewest cards that hold it all, else the number of cards (0 when there are none).

    `need` is the demand over so many cards. Ollama too fills one card before it takes a second
    (server/sched.go).
    """
    for count in range(1, len(free_gpu_memory) + 1):
        if place(need(count), free_gpu_memory, Bytes(0), margin).fits_gpu:
            return count
    return len(free_gpu_memory)


def corrected(shape: Shape, loaded_size: Bytes, need: Demand) -> Shape:
    """The shape with its weights set so that its sum as it is loaded meets what `/api/ps` reports.

    That size is exact for one window; what it differs by from the sum lies in what does not depend
    on the window, so that other windows gain by it too. Sizes that no error in the weights would
    explain (a third of them) change nothing: some other setting than supposed is at work there.
    """
    # an Ollama that counts both caches of sliding layers is recognised by the closer sum
    difference = min((loaded_size - guess for guess in (need.reported, need.logged)), key=abs)
    if abs(difference) * 3 > shape.weights:
        return shape
    return replace(shape, weights=Bytes(shape.weights + difference), basis="measured")
