"""The memory that this machine has for a model: on its cards and beside them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from factory_byok.core.facts import Gpu, Known, Loaded, Machine, Reading, Unknown
from factory_byok.core.units import Bytes, show_bytes
from factory_byok.sizing.memory.context import FEWEST, MOST, context_of
from factory_byok.sizing.memory.demand import CUDA_CONTEXT, Device
from factory_byok.sizing.memory.placement import FREE_ON_EACH, MARGIN


@dataclass(frozen=True, slots=True)
class Card:
    """One card that Ollama would use, with its free and its whole memory in bytes.

    `context` is what CUDA itself takes on it, None when that is not known.
    """

    name: str
    free: Bytes
    total: Bytes
    context: Bytes | None = None


@dataclass(frozen=True, slots=True)
class Free:
    """What a model may take: each card's free bytes, and system memory beside them.

    `gpus_known` is False when there may be a card but none could be read; `device` is "cpu" when
    there is surely none. `notes` are sentences about what had to be supposed.
    """

    cards: tuple[Card, ...]
    memory: Reading[Bytes]
    gpus_known: bool = True
    device: Device = "cuda"
    notes: tuple[str, ...] = ()

    @property
    def on_cards(self) -> tuple[Bytes, ...]:
        """The free bytes of each card."""
        return tuple(card.free for card in self.cards)

    @property
    def gpu_total(self) -> Bytes:
        """The free bytes of all cards together."""
        return Bytes(sum(self.on_cards))

    @property
    def context(self) -> Bytes | None:
        """What CUDA itself takes on the card that needs most of it; None when no card tells."""
        return max((card.context for card in self.cards if card.context), default=None)

    @property
    def margin(self) -> Bytes:
        """The bytes of each card that no model gets, less what a sum for CUDA counts of them."""
        return MARGIN if self.device == "cuda" else FREE_ON_EACH

    @property
    def usable(self) -> Bytes:
        """What a model gets of all cards together."""
        return Bytes(sum(max(free - self.margin, 0) for free in self.on_cards))

    @property
    def for_batch(self) -> Bytes | None:
        """The memory by which Ollama chooses its micro-batch; None when that is not known."""
        if self.cards:
            return self.gpu_total
        known = self.gpus_known and isinstance(self.memory, Known)
        return self.memory.value if known else None


ELSEWHERE: Final = "the model would run on the server's machine, whose memory byok cannot read"


def nowhere_known(why: str = ELSEWHERE) -> Free:
    """A machine of which nothing is known."""
    return Free((), Unknown(why), gpus_known=False, notes=(f"{why[:1].upper()}{why[1:]}",))


def free_memory(machine: Machine, loaded: Iterable[Loaded] = ()) -> Free:
    """What is free on a machine, with what its Ollama holds now: it makes room for another model.

    Cards that share the system's memory share one pool, which counts once, and not at all beside a
    card with memory of its own.
    """
    notes: list[str] = []
    own: list[Card] = []
    shared: list[Card] = []
    for gpu in _counting(machine):
        card = _card(gpu, notes)
        if card is not None:
            (shared if gpu.unified else own).append(card)
    pool = None if own else max(shared, key=lambda card: card.total, default=None)
    cards = [*own, *([pool] if pool else [])]
    if own:
        notes += [
            f"{card.name} shares the system's memory: beside a card it is not counted as one"
            for card in shared
        ]
    memory = _memory(machine, pool)
    unread = list(_unread(machine))
    notes += [f"Not counted: {why}" for why in unread]
    known = bool(cards) or (bool(machine.gpus) and not unread)
    found = Free(
        cards=tuple(cards),
        memory=memory,
        gpus_known=known,
        device=_device(machine, cards, known=known),
        notes=tuple(notes),
    )
    most = machine.memory.value.total if isinstance(machine.memory, Known) else 0
    return _with_released(found, tuple(loaded), most)


def whole_memory(machine: Machine) -> Free:
    """What a model could take when nothing else ran."""
    gpus = {
        vendor: Known(tuple(replace(gpu, free=gpu.memory) for gpu in told.value))
        if isinstance(told, Known)
        else told
        for vendor, told in machine.gpus.items()
    }
    memory = machine.memory
    if isinstance(memory, Known):
        memory = Known(replace(memory.value, available=memory.value.total))
    return free_memory(replace(machine, memory=memory, gpus=gpus))


def _device(machine: Machine, cards: list[Card], *, known: bool) -> Device:
    """What would compute: Metal, CUDA or its like, or surely the processor alone."""
    if not cards and known:
        return "cpu"
    return "metal" if cards and machine.system == "darwin" else "cuda"


def _counting(machine: Machine) -> Iterator[Gpu]:
    """The cards that were read and that Ollama would use."""
    for told in machine.gpus.values():
        if isinstance(told, Known):
            yield from (gpu for gpu in told.value if not gpu.left_out)


def _unread(machine: Machine) -> Iterator[str]:
    """Why cards that may be there could not be read."""
    for vendor, told in machine.gpus.items():
        if isinstance(told, Unknown):
            yield f"{vendor} cards ({told.why})"
    for gpu in _counting(machine):
        if isinstance(gpu.memory, Unknown):
            yield f"{gpu.name} ({gpu.memory.why})"


def _card(gpu: Gpu, notes: list[str]) -> Card | None:
    """A card with what is free on it; None when its memory is not known."""
    if isinstance(gpu.memory, Unknown):
        return None
    total = gpu.memory.value
    context = context_of(gpu.name) if gpu.vendor == "nvidia" else None
    if gpu.vendor == "nvidia" and context is None:
        notes.append(
            f"What CUDA itself takes on {gpu.name} is not known: {show_bytes(FEWEST)} to "
            f"{show_bytes(MOST)}, and {show_bytes(CUDA_CONTEXT)} are counted"
        )
    if isinstance(gpu.free, Known):
        return Card(gpu.name, Bytes(min(gpu.free.value, total)), total, context)
    notes.append(f"How much of {gpu.name} is free is not known: all of it is counted")
    return Card(gpu.name, total, total, context)


def _memory(machine: Machine, pool: Card | None) -> Reading[Bytes]:
    """The system memory that is left beside a pool which the cards share with it."""
    if isinstance(machine.memory, Unknown):
        return machine.memory
    return Known(Bytes(max(machine.memory.value.available - (pool.free if pool else 0), 0)))


def _with_released(found: Free, loaded: tuple[Loaded, ...], most: int) -> Free:
    """The same with the memory that loaded models would give back, `most` bytes at the most."""
    on_gpu: int = sum(each.on_gpu for each in loaded)
    beside = sum(max(each.size - each.on_gpu, 0) for each in loaded)
    if not on_gpu + beside:
        return found
    cards = []
    for card in found.cards:
        back = min(on_gpu, card.total - card.free)
        on_gpu -= back
        cards.append(replace(card, free=Bytes(card.free + back)))
    memory = found.memory
    if isinstance(memory, Known):
        memory = Known(Bytes(max(memory.value, min(memory.value + beside, most))))
    held = show_bytes(sum(each.size for each in loaded))
    note = f"The {held} that Ollama holds now count as free: it makes room for another model"
    return replace(found, cards=tuple(cards), memory=memory, notes=(*found.notes, note))
