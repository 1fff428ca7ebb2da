"""Which cards Ollama leaves out: those that a variable hides, and most integrated graphics."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

# Since 0.30 (ollama discover/; ollama/ollama issues 16690, 16433, 16423): it drops them, except
# Apple's, NVIDIA's and AMD's gfx1151, unless this variable says otherwise
VARIABLE: Final = "OLLAMA_IGPU_ENABLE"
LEFT_OUT: Final = f"it is integrated: Ollama leaves such graphics out unless {VARIABLE}=1"


@dataclass(frozen=True, slots=True)
class Handle:
    """What a card can be called by: its number and its identifiers (`GPU-…`, `MIG-…`)."""

    index: int
    ids: tuple[str, ...] = ()


def chosen(value: str | None, handles: Sequence[Handle]) -> tuple[int, ...]:
    """The positions of the visible handles, in the variable's order; all when it is not set.

    CUDA's rule (docs.nvidia.com/cuda/cuda-c-programming-guide, CUDA environment variables), which
    ROCm shares: numbers or unique beginnings of identifiers, and everything from the first word on
    that names no card is ignored. So `-1`, `NoDevFiles` and the empty value hide every card.
    Numbers are taken in the order of the PCI bus, which is CUDA's own only with equal cards or with
    CUDA_DEVICE_ORDER=PCI_BUS_ID.
    """
    if value is None:
        return tuple(range(len(handles)))
    picked: list[int] = []
    for word in value.split(","):
        found = _named(word.strip(), handles)
        if not found:
            break
        picked += [position for position in found if position not in picked]
    return tuple(picked)


def _named(word: str, handles: Sequence[Handle]) -> list[int]:
    """The positions that one word names; one number names all instances of a divided card."""
    if word.isascii() and word.isdigit():
        # compared as text, since a number of thousands of digits must not be converted
        digits = word.lstrip("0") or "0"
        return [at for at, handle in enumerate(handles) if str(handle.index) == digits]
    wanted = word.lower()
    found = [
        at for at, each in enumerate(handles) if any(_begins(name, wanted) for name in each.ids)
    ]
    return found if len({handles[at].index for at in found}) == 1 else []


def _begins(name: str, wanted: str) -> bool:
    return bool(name) and len(wanted) > len("GPU-") and name.lower().startswith(wanted)


def integrated_wanted(env: Mapping[str, str]) -> bool:
    """Whether Ollama was told to use integrated graphics; spaces and quotes do not count."""
    return env.get(VARIABLE, "").strip(" \t\"'").lower() in ("1", "t", "true")
