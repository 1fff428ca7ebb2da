"""How much of the weights is the table of token embeddings, which stays in system memory.

llama.cpp never puts that table on a card. A model that writes with the same table as it reads with
has a copy of it there, so that its file fits the card as it is.
"""

from collections.abc import Mapping
from typing import Final

from factory_byok.core.units import BILLION, Bytes

# Families whose models all share one table (their configurations' `tie_word_embeddings`).
TIED: Final = frozenset(
    {"cohere2", "command-r", "gemma", "gemma2", "gemma3", "gemma3n", "gemma4", "granite",
     "granitehybrid", "granitemoe", "lfm2", "lfm2moe", "smollm3", "starcoder2"}
)  # fmt: skip
# In these the small models do (llama 3.2 up to 3B, qwen 2.5 and 3 up to 4B, phi-4-mini).
TIED_WHEN_SMALL: Final = frozenset({"llama", "mistral3", "phi3", "qwen2", "qwen3", "qwen35"})
SMALL: Final = 4.5 * BILLION

# Words of a family's vocabulary, where the metadata leaves the number out.
WORDS: Final[Mapping[str, int]] = {
    "gemma2": 256_000,
    "gemma3": 262_144,
    "gemma4": 262_144,
    "gpt-oss": 201_088,
    "llama4": 202_048,
    "qwen2": 152_064,
    "qwen3": 151_936,
    "qwen35": 248_320,
    "qwen35moe": 248_320,
    "qwen3moe": 151_936,
    "qwen3next": 151_936,
}


def embedding_bytes(vocabulary: int, width: int, weights: int, parameters: int) -> Bytes:
    """The bytes of the table: its share of the weights, at most a half of them."""
    if not parameters:
        return Bytes(0)
    share = min(vocabulary * width / parameters, 0.5)
    return Bytes(round(weights * share))


def is_tied(family: str, parameters: int) -> bool:
    """Whether one table serves to read and to write."""
    return family in TIED or (family in TIED_WHEN_SMALL and parameters < SMALL)
