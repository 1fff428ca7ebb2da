"""What a model needs in memory at a window: weights, KV cache, compute and overhead."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from factory_byok.core.facts import Basis
from factory_byok.core.units import Bytes, Tokens
from factory_byok.sizing.memory.cache import (
    PADDING,
    block_bytes,
    kv_cache,
    kv_caches,
)
from factory_byok.sizing.memory.graph import compute_buffer
from factory_byok.sizing.memory.graph_inputs import Case
from factory_byok.sizing.memory.micro_batch import usual_micro_batch
from factory_byok.sizing.memory.shape import Shape

Device = Literal["cuda", "metal", "cpu"]

MIB: Final = 2**20
FLOAT: Final = 4  # bytes of one activation
NO_LONGEST: Final = Tokens(2**20)  # the limit of a search where the model tells no longest window

# What a CUDA card holds beside llama.cpp's own buffers. The driver's context with its kernels takes
# about 3 MiB for each multiprocessor (250 MiB on an idle RTX 3090 with 82 of them, 506 on an RTX
# 5090 with 170); without the card's name that of one with 128 is taken. The scratch of matrix
# libraries and pools is the middle of what public readings leave (`python -m
# tests.sizing.memory.report`); nothing in them grows with the weights.
CONTEXT_PER_MULTIPROCESSOR: Final = 3 * MIB
USUAL_MULTIPROCESSORS: Final = 128
CUDA_CONTEXT: Final = Bytes(CONTEXT_PER_MULTIPROCESSOR * USUAL_MULTIPROCESSORS)
CUDA_SCRATCH: Final = Bytes(256 * MIB)
METAL_CONTEXT: Final = Bytes(128 * MIB)  # assumed: Metal compiles its kernels into this much

# A layer with experts is moved in up to so many parts (common/fit.cpp: up, gate and down).
EXPERT_PARTS: Final = 3

# With several cards llama.cpp pipelines (GGML_SCHED_MAX_COPIES): `n_copies=4` in the log of
# github.com/ollama/ollama/issues/10553. That the mask is what is copied was not measured.
INPUT_COPIES: Final = 4


@dataclass(frozen=True, slots=True)
class Demand:
    """What one model needs at one window, in bytes; `total` is the sum of the four parts.

    `gpus` cards share it, `per_gpu` bytes of it being paid on each of them whatever lies there.
    `beside` lies in system memory even when everything is on the cards, and is no part of the
    total: the token embeddings, the inputs of a micro-batch and the logits. `basis` is how the
    numbers are known and `assumptions` what they rest on, a sentence each. `pieces` is into how
    many parts llama.cpp can split it over devices: its layers, 0 when that is not known.
    `unreported` is the cache that Ollama's own sum forgets.
    """

    weights: Bytes
    kv_cache: Bytes
    compute: Bytes
    overhead: Bytes
    basis: Basis = "computed"
    assumptions: tuple[str, ...] = ()
    gpus: int = 1
    per_gpu: Bytes = Bytes(0)
    beside: Bytes = Bytes(0)
    pieces: int = 0
    unreported: Bytes = Bytes(0)

    @property
    def total(self) -> Bytes:
        """Everything together."""
        return Bytes(self.weights + self.kv_cache + self.compute + self.overhead)

    @property
    def logged(self) -> Bytes:
        """All buffers that llama-server logs, those in system memory too."""
        return Bytes(self.total - self.overhead + self.beside)

    @property
    def reported(self) -> Bytes:
        """What `/api/ps` would give as the size: one of two caches where layers slide.

        Ollama adds up what llama-server logs and keeps only the last cache of a device, the one of
        the sliding layers (github.com/ollama/ollama/pull/17037; exact in the recordings of 0.33).
        """
        return Bytes(self.logged - self.unreported)


def demand(
    shape: Shape,
    window: int,
    kv_type: str = "f16",
    parallel: int = 1,
    gpus: int = 1,
    *,
    device: Device = "cuda",
    micro_batch: int | None = None,
    flash: bool = True,
    context: Bytes | None = None,
    all_logits: bool = False,
) -> Demand:
    """What the model needs at this window, with `parallel` slots of that window each.

    `gpus` 0 means the processor alone. `micro_batch` overrules Ollama's own choice, `context` what
    a CUDA card's context takes. The window is taken as it is: `shape.longest_window` is the
    caller's limit. `flash` is flash attention, the default wherever Ollama supports it;
    `all_logits` an engine up to llama.cpp b9432, which keeps a row of logits for each token of a
    micro-batch (from b9496 on one for each slot). Raises UsageError for an unknown KV cache type.
    """
    device = device if gpus > 0 else "cpu"
    gpus, parallel, window = max(gpus, 1), max(parallel, 1), max(window, 1)
    batch = micro_batch or usual_micro_batch(shape, window * parallel)
    batch = min(batch, window * parallel)
    cache = kv_cache(shape, window, kv_type, parallel, batch, flash=flash)
    on_card = device != "cpu"
    case = Case(
        *(shape, window, batch, parallel, on_card, flash),
        coarse=block_bytes(kv_type) < block_bytes("f16"),
        outputs=batch if all_logits else 0,
    )
    one = compute_buffer(case)
    if shape.drafter is not None:
        one += compute_buffer(Case(shape.drafter, window, batch, parallel, on_card, flash))
    masks = case.masks()
    if gpus > 1:
        one += masks * (INPUT_COPIES - 1)
    logits = shape.vocabulary * FLOAT * parallel
    overhead = _overhead(device, context)
    aside = shape.tokenizer + (shape.host_weights if on_card else 0)
    caches = kv_caches(shape, window, kv_type, parallel, batch, flash=flash)
    inputs = 2 * batch * shape.embedding * FLOAT + masks if on_card else 0
    return Demand(
        weights=Bytes(max(shape.weights - aside, 0)),
        kv_cache=cache,
        compute=Bytes(one * gpus + (0 if on_card else logits)),
        overhead=Bytes(overhead * gpus),
        basis=shape.basis,
        assumptions=shape.assumptions,
        gpus=gpus,
        per_gpu=Bytes(one + overhead),
        beside=Bytes(shape.embedding_bytes + inputs + logits) if on_card else Bytes(0),
        pieces=shape.layers * (EXPERT_PARTS if shape.experts else 1),
        unreported=Bytes(caches[False] if shape.sliding_window else 0),
    )


def _overhead(device: Device, context: Bytes | None) -> int:
    """The bytes beside the buffers on each card."""
    if device == "cpu":
        return 0
    if device == "metal":
        return METAL_CONTEXT
    return (CUDA_CONTEXT if context is None else context) + CUDA_SCRATCH


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
