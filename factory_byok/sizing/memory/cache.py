"""The KV cache: exact from the shape, padded as llama.cpp pads."""

from collections.abc import Mapping
from typing import Final

from factory_byok.core.errors import UsageError
from factory_byok.core.units import Bytes
from factory_byok.sizing.memory.attention import Attention
from factory_byok.sizing.memory.shape import Shape

PADDING: Final = 256  # cells of a cache come in such groups (llama.cpp, src/llama-context.cpp)
BLOCK: Final = 32  # elements

# bytes of 32 elements, finest first (ggml's block layouts)
BLOCK_BYTES: Final[Mapping[str, int]] = {
    "f32": 128,
    "f16": 64,
    "bf16": 64,
    "q8_0": 34,
    "q5_1": 24,
    "q5_0": 22,
    "q4_1": 20,
    "q4_0": 18,
    "iq4_nl": 18,
}


def block_bytes(kv_type: str) -> int:
    """The bytes that 32 elements of this type take. Raises UsageError for an unknown type."""
    try:
        return BLOCK_BYTES[kv_type.lower()]
    except KeyError:
        known = ", ".join(BLOCK_BYTES)
        raise UsageError(f"There is no KV cache type `{kv_type}`", f"Types: {known}") from None


def padded(cells: int) -> int:
    """So many cells, rounded up to whole groups."""
    return -(-max(cells, 0) // PADDING) * PADDING


def sliding_cells(shape: Shape, window: int, micro_batch: int) -> int:
    """Cells of a sliding layer for one sequence: the sliding window and one micro-batch more."""
    return min(padded(window), padded(shape.sliding_window + micro_batch))


def layer_bytes(layer: Attention, cells: int, kv_type: str) -> int:
    """The bytes of one layer's cache with so many cells."""
    elements = layer.kv_heads * (layer.key_length + layer.value_length)
    return cells * -(-elements * block_bytes(kv_type) // BLOCK)


def full_cache(shape: Shape, window: int, kv_type: str, parallel: int) -> Bytes:
    """The cache of the layers that keep the whole window, for all slots."""
    cells = padded(window) * parallel
    layers = (layer for layer in shape.attention if not layer.sliding)
    return Bytes(sum(layer_bytes(layer, cells, kv_type) for layer in layers))


def sliding_cache(
    shape: Shape, window: int, kv_type: str, parallel: int, micro_batch: int
) -> Bytes:
    """The cache of the layers that slide, for all slots."""
    cells = sliding_cells(shape, window, micro_batch) * parallel
    layers = (layer for layer in shape.attention if layer.sliding)
    return Bytes(sum(layer_bytes(layer, cells, kv_type) for layer in layers))


def kv_cache(shape: Shape, window: int, kv_type: str, parallel: int, micro_batch: int) -> Bytes:
    """Everything that is kept for the tokens of `parallel` conversations of `window` tokens.

    Recurrent states are part of it. Equal to llama.cpp's own logs to the MiB (tests/memory).
    """
    full = full_cache(shape, window, kv_type, parallel)
    sliding = sliding_cache(shape, window, kv_type, parallel, micro_batch)
    return Bytes(full + sliding + shape.state * parallel)
