"""What a model needs in memory at a window: weights, KV cache, compute and overhead."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from factory_byok.core.facts import Basis
from factory_byok.core.units import Bytes, Tokens
from factory_byok.sizing.memory.cache import (
    PADDING,
    kv_cache,
    layer_bytes,
    padded,
    sliding_cache,
    sliding_cells,
)
from factory_byok.sizing.memory.micro_batch import usual_micro_batch
from factory_byok.sizing.memory.shape import Shape

Device = Literal["cuda", "metal", "cpu"]

MIB: Final = 2**20
FLOAT: Final = 4  # bytes of one activation
NO_LONGEST: Final = Tokens(2**20)  # the limit of a search where the model tells no longest window
HALF: Final = 2  # bytes of one element of the attention mask and of f16

# What a CUDA card holds beside llama.cpp's own buffers: the driver's context with its kernels, and
# scratch that grows with the weights a token passes through. Three numbers fitted on the rows of
# tests/sizing/memory/measured.json (`python -m tests.sizing.memory.report`); public reports have
# 0.3 to 0.6 GiB for a device alone, and readings of a whole card include other use. The most keeps
# the law from growing on beyond the largest dense model among the rows (18 GiB).
CUDA_CONTEXT: Final = Bytes(320 * MIB)
CUDA_SCRATCH: Final = 0.07
MOST_SCRATCH: Final = Bytes(1024 * MIB)
METAL_CONTEXT: Final = Bytes(128 * MIB)  # assumed: Metal compiles its kernels into this much

# With several cards llama.cpp pipelines (GGML_SCHED_MAX_COPIES): `n_copies=4` in the log of
# github.com/ollama/ollama/issues/10553. That the mask is what is copied was not measured.
INPUT_COPIES: Final = 4


@dataclass(frozen=True, slots=True)
class Demand:
    """What one model needs at one window, in bytes; `total` is the sum of the four parts.

    `gpus` cards share it, `per_gpu` bytes of it being paid on each of them whatever lies there.
    `basis` is how the numbers are known and `assumptions` what they rest on, a sentence each.
    """

    weights: Bytes
    kv_cache: Bytes
    compute: Bytes
    overhead: Bytes
    basis: Basis = "computed"
    assumptions: tuple[str, ...] = ()
    gpus: int = 1
    per_gpu: Bytes = Bytes(0)

    @property
    def total(self) -> Bytes:
        """Everything together."""
        return Bytes(self.weights + self.kv_cache + self.compute + self.overhead)


def demand(
    shape: Shape,
    window: int,
    kv_type: str = "f16",
    parallel: int = 1,
    gpus: int = 1,
    *,
    device: Device = "cuda",
    micro_batch: int | None = None,
) -> Demand:
    """What the model needs at this window, with `parallel` slots of that window each.

    `gpus` 0 means the processor alone. `micro_batch` overrules Ollama's own choice. The window is
    taken as it is: `shape.longest_window` is the caller's limit. Raises UsageError for an unknown
    KV cache type. Flash attention is supposed, as in every card that Ollama supports by default.
    """
    device = device if gpus > 0 else "cpu"
    gpus, parallel, window = max(gpus, 1), max(parallel, 1), max(window, 1)
    batch = micro_batch or usual_micro_batch(shape, window * parallel)
    batch = min(batch, window * parallel)
    cache = kv_cache(shape, window, kv_type, parallel, batch)
    one = _compute_on_one(shape, window, batch, gpus)
    rest = 0
    if device == "cuda":
        # never more than an f16 cache would take, to the byte: the rest of the division counts too
        spare = max(kv_cache(shape, window, "f16", parallel, batch) - cache, 0)
        each, rest = divmod(min(_converted(shape, window, kv_type) * gpus, spare), gpus)
        one += each
    output = shape.vocabulary * FLOAT * parallel
    context, scratch = _overhead(shape, device)
    return Demand(
        weights=shape.weights,
        kv_cache=cache,
        compute=Bytes(one * gpus + rest + output),
        overhead=Bytes(context * gpus + scratch),
        basis=shape.basis,
        assumptions=shape.assumptions,
        gpus=gpus,
        per_gpu=Bytes(one + context),
    )


def _compute_on_one(shape: Shape, window: int, batch: int, gpus: int) -> int:
    """The bytes of llama.cpp's compute buffer on one card."""
    masks = sum(
        cells
        for cells, used in (
            (padded(window), any(not layer.sliding for layer in shape.attention)),
            (sliding_cells(shape, window, batch), shape.sliding_window),
        )
        if used
    )
    copies = INPUT_COPIES if gpus > 1 else 1
    return batch * (_activations(shape) * FLOAT + masks * HALF * copies)


def _activations(shape: Shape) -> int:
    """The activations of one token that live at the same time, at their most.

    Read off the buffers that llama-server b10434 reserves for seven shapes at windows from 4096 to
    131072 and three micro-batches, then checked on four more (tests/memory/buffers.json): exact but
    for gpt-oss, which has 2.5 % more. In a feed-forward layer that is three of its widths and three
    of the model's, with the heads' beside them unless layers are recurrent.
    """
    heads = 0 if shape.state else shape.query_width
    dense = 3 * shape.feed_forward + 3 * shape.embedding + heads
    if not shape.experts_used:
        return dense
    routed = shape.experts_used * 2 * (shape.embedding + shape.expert_feed_forward)
    return max(routed, 3 * shape.embedding + heads)


def _converted(shape: Shape, window: int, kv_type: str) -> int:
    """The room for one layer's cache as f16, which CUDA's flash attention makes of a coarser one.

    llama.cpp, ggml/src/ggml-cuda/fattn-common.cuh: prompts are read with kernels for f16. It fits
    the rows with coarse caches at 128000 tokens; on a card of our own it was not measured.
    """
    if kv_type.lower() in ("f32", "f16", "bf16"):
        return 0
    cells = padded(window)
    full = (layer_bytes(layer, cells, "f16") for layer in shape.attention if not layer.sliding)
    return max(full, default=0)


def _overhead(shape: Shape, device: Device) -> tuple[int, int]:
    """The bytes beside the buffers: on each card, and once for all."""
    if device == "cpu":
        return 0, 0
    if device == "metal":
        return METAL_CONTEXT, 0
    scratch = round(shape.weights * shape.active_share * CUDA_SCRATCH)
    return CUDA_CONTEXT, min(scratch, MOST_SCRATCH)


def reported(
    shape: Shape,
    window: int,
    kv_type: str = "f16",
    parallel: int = 1,
    gpus: int = 1,
    *,
    device: Device = "cuda",
    micro_batch: int | None = None,
) -> Bytes:
    """What `/api/ps` would give as the size: no overhead, and one of two caches where layers slide.

    Ollama adds up what llama-server logs and keeps only the last cache of a device, the one of the
    sliding layers (github.com/ollama/ollama/pull/17037; exact in the recordings of 0.33).
    """
    window, parallel = max(window, 1), max(parallel, 1)
    batch = micro_batch or usual_micro_batch(shape, window * parallel)
    whole = demand(shape, window, kv_type, parallel, gpus, device=device, micro_batch=batch)
    logged = whole.total - whole.overhead
    if not shape.sliding_window:
        return Bytes(logged)
    batch = min(batch, window * parallel)
    return Bytes(
        logged
        - whole.kv_cache
        + shape.state * parallel
        + sliding_cache(shape, window, kv_type, parallel, batch)
    )


def largest_window(
    shape: Shape,
    budget: Bytes,
    kv_type: str = "f16",
    parallel: int = 1,
    gpus: int = 1,
    *,
    device: Device = "cuda",
    longest: Tokens | None = None,
) -> Tokens:
    """The largest window whose demand the budget holds; 0 when none does.

    Searched in steps of 256 tokens, as the cache grows, and never above the model's longest window
    (`longest` overrules it; without either the limit is a million tokens).
    """
    most = longest or shape.longest_window or NO_LONGEST

    def holds(window: Tokens) -> bool:
        return demand(shape, window, kv_type, parallel, gpus, device=device).total <= budget

    return largest_that(holds, most)


def largest_that(holds: Callable[[Tokens], bool], most: Tokens) -> Tokens:
    """The largest window up to `most` for which `holds` is true; 0 when it is for none.

    Searched in steps of 256 tokens; what holds at one window must hold at every smaller one.
    """
    low, high = 0, -(-most // PADDING)
    while low < high:
        middle = (low + high + 1) // 2
        fits = holds(Tokens(min(middle * PADDING, most)))
        low, high = (middle, high) if fits else (low, middle - 1)
    return Tokens(min(low * PADDING, most))
