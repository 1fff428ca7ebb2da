"""Pure sums: what a model needs in memory at a window, and where it would land."""

from factory_byok.sizing.memory.attention import Attention
from factory_byok.sizing.memory.cache import BLOCK_BYTES, checkpoint, kv_cache
from factory_byok.sizing.memory.demand import (
    NO_LONGEST,
    Demand,
    Device,
    demand,
    largest_that,
)
from factory_byok.sizing.memory.micro_batch import usual_micro_batch
from factory_byok.sizing.memory.placement import (
    FREE_ON_EACH,
    MARGIN,
    Placement,
    cards_needed,
    corrected,
    place,
)
from factory_byok.sizing.memory.shape import DRAFTS, Shape, guessed_shape, least, read_shape

__all__ = [
    "BLOCK_BYTES",
    "DRAFTS",
    "FREE_ON_EACH",
    "MARGIN",
    "NO_LONGEST",
    "Attention",
    "Demand",
    "Device",
    "Placement",
    "Shape",
    "cards_needed",
    "checkpoint",
    "corrected",
    "demand",
    "guessed_shape",
    "kv_cache",
    "largest_that",
    "least",
    "place",
    "read_shape",
    "usual_micro_batch",
]
