"""How many tokens the engine reads at once: Ollama's choice, which sizes the compute buffer."""

from typing import Final

from factory_byok.core.units import GIB, Bytes
from factory_byok.sizing.memory.shape import Shape

MIB: Final = 2**20
F16: Final = 2  # bytes of one cached element in Ollama's guess

# Ollama's micro-batch by the tokens of all slots (llm/llama_server.go)
# and how much room it wants before it takes a larger one than the smallest.
MICRO_BATCHES: Final = ((4096, 512), (32768, 1024))
LARGEST_MICRO_BATCH: Final = 2048
SMALLEST_MICRO_BATCH: Final = 512
SURCHARGE: Final = {1024: (768 * MIB, 0.75), 2048: (2 * GIB, 0.60)}  # bytes, share of what is free

# Sums that must not depend on a machine suppose this card when they ask for the micro-batch.
USUAL_CARD: Final = Bytes(24 * GIB)


def usual_micro_batch(shape: Shape, tokens: int, available: Bytes | None = None) -> int:
    """The micro-batch that Ollama takes for so many tokens in all slots together.

    With `available` bytes of memory it takes a smaller one when room is short. Without, a usual
    card must have the room even at the model's longest window, so that one model's sums at two
    windows compare and none falls when the window grows.
    """
    wanted = next((batch for most, batch in MICRO_BATCHES if tokens <= most), LARGEST_MICRO_BATCH)
    if available is None:
        longest = shape.longest_window
        # the largest surcharge for all, else the demand could fall between two windows
        roomy = longest > 0 and _has_room(shape, longest, LARGEST_MICRO_BATCH, USUAL_CARD)
        return wanted if roomy else SMALLEST_MICRO_BATCH
    while wanted > SMALLEST_MICRO_BATCH and not _has_room(shape, tokens, wanted, available):
        wanted //= 2
    return wanted


def _has_room(shape: Shape, tokens: int, batch: int, available: int) -> bool:
    """Whether Ollama grants this micro-batch beside what it predicts for so many tokens."""
    surcharge, share = SURCHARGE[batch]
    return predicted(shape, tokens) + surcharge <= share * available


def predicted(shape: Shape, tokens: int) -> int:
    """Ollama's own rough guess before it loads (PredictServerVRAM)."""
    heads = min((layer.kv_heads for layer in shape.attention), default=0)
    head = shape.embedding // shape.heads if shape.heads else 0
    return shape.weights + 2 * shape.layers * heads * head * tokens * F16
