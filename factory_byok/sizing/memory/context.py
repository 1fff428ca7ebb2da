"""What a CUDA context takes on a card: about 3 MiB for each of its multiprocessors.

Read as 250 MiB on an idle RTX 3090 (82 multiprocessors) and 506 MiB on an RTX 5090 (170). The
numbers of multiprocessors are NVIDIA's own, from the data sheets of the cards (nvidia.com).
"""

import re
from typing import Final

from factory_byok.core.units import Bytes
from factory_byok.sizing.memory.demand import CONTEXT_PER_MULTIPROCESSOR

# Words of a card's name (in the order in which they are looked for) and its multiprocessors.
MULTIPROCESSORS: Final = (
    ("5090", 170), ("5080", 84), ("5070 ti", 70), ("5070", 48), ("5060 ti", 36), ("5060", 30),
    ("4090", 128), ("4080 super", 80), ("4080", 76), ("4070 ti super", 66), ("4070 ti", 60),
    ("4070 super", 56), ("4070", 46), ("4060 ti", 34), ("4060", 24),
    ("3090 ti", 84), ("3090", 82), ("3080 ti", 80), ("3080", 68), ("3070 ti", 48), ("3070", 46),
    ("3060 ti", 38), ("3060", 28), ("2080 ti", 68), ("2080", 46), ("2070", 36), ("2060", 30),
    ("rtx pro 6000", 188), ("rtx 6000 ada", 142), ("rtx a6000", 84), ("rtx a5000", 64),
    ("rtx a4000", 48), ("b200", 148), ("h200", 132), ("h100", 132), ("a100", 108), ("l40", 142),
    ("a40", 84), ("a10", 72), ("l4", 58), ("t4", 40), ("v100", 80), ("gb10", 48),
)  # fmt: skip
FEWEST: Final = Bytes(24 * CONTEXT_PER_MULTIPROCESSOR)
MOST: Final = Bytes(188 * CONTEXT_PER_MULTIPROCESSOR)


def context_of(name: str) -> Bytes | None:
    """What a CUDA context takes on a card of this name; None for a card that is not listed."""
    told = name.lower()
    for words, count in MULTIPROCESSORS:
        if re.search(rf"(?<![a-z0-9]){words}(?!\\d)", told):
            return Bytes(count * CONTEXT_PER_MULTIPROCESSOR)
    return None
