"""The KV cache: exact from the shape, padded as llama.cpp pads."""

from collections.abc import Mapping
from typing import Final

from factory_byok.core.errors import UsageError
from factory_byok.core.units import Bytes
from factory_byok.sizing.memory.attention import Attention
from factory_byok.sizing.memory.families import has
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


def sliding_cells(shape: Shape, window: int, micro_batch: int, streams: int = 1) -> int:
    """Cells of a sliding layer: the sliding windows of its sequences and one micro-batch more."""
    return min(padded(window * streams), padded(shape.sliding_window * streams + micro_batch))


def layer_bytes(layer: Attention, cells: int, kv_type: str, widest: int = 0) -> int:
    """The bytes of one layer's cache with so many cells; `widest` overrules the width of values."""
    keys = layer.kv_heads * layer.key_length
    values = layer.kv_heads * layer.value_length
    elements = keys + (max(values, widest) if layer.value_length else 0)
    return cells * -(-elements * block_bytes(kv_type) // BLOCK)


def widest_values(shape: Shape) -> int:
    """The width of values in every layer's cache where they lie turned: that of the widest.

    So it is without flash attention (llama.cpp, `n_embd_v_gqa_max`).
    """
    return max((layer.kv_heads * layer.value_length for layer in shape.attention), default=0)


def checkpoint(shape: Shape, kv_type: str) -> Bytes:
    """What llama.cpp keeps of one conversation to go back to, in system memory; 0 for most models.

    Only what a cache forgets needs it: the tokens that sliding layers see, and recurrent states.
    """
    sliding = (layer for layer in shape.attention if layer.sliding)
    seen = sum(layer_bytes(layer, shape.sliding_window, kv_type) for layer in sliding)
    return Bytes(seen + shape.state)


def kv_caches(
    shape: Shape,
    window: int,
    kv_type: str,
    parallel: int,
    micro_batch: int,
    *,
    flash: bool = True,
    unified: bool = False,
) -> dict[bool, int]:
    """The bytes of the layers that see the whole window (False), and of those that slide (True).

    `flash` is flash attention; `unified` one cache that all slots share.
    """
    streams = parallel if unified else 1
    sliding = sliding_cells(shape, window, micro_batch, streams) * (parallel // streams)
    cells = {False: padded(window) * parallel, True: sliding}
    widest = 0 if flash else widest_values(shape)
    layers = list(shape.attention)
    if has(shape.architecture, "values-everywhere"):
        layers += [Attention(0, 0, widest)] * (shape.layers - len(layers))
    found = {False: 0, True: 0}
    for layer in layers:
        found[layer.sliding] += layer_bytes(layer, cells[layer.sliding], kv_type, widest)
    return found


def kv_cache(
    shape: Shape, window: int, kv_type: str, parallel: int, micro_batch: int, **how: bool
) -> Bytes:
    """Everything that is kept for the tokens of `parallel` conversations of `window` tokens.

    Recurrent states are part of it; `how` is as in `kv_caches`. Equal to llama.cpp's own logs to
    the MiB (tests/sizing/memory).
    """
    caches = sum(kv_caches(shape, window, kv_type, parallel, micro_batch, **how).values())
    state = shape.state * parallel * (1 + shape.drafts)  # one to go back to for each draft
    beside = 0
    if shape.drafter is not None:
        beside = kv_cache(shape.drafter, window, kv_type, parallel, micro_batch, **how)
    return Bytes(caches + state + beside)
