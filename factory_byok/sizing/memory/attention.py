"""Which layers of a model cache keys and values, and how wide."""

from dataclasses import dataclass
from typing import Final

from factory_byok.sizing.memory.families import (
    ATTENTION_EVERY,
    CACHED_LAYERS,
    FULL_EVERY,
    FULL_FIRST,
    has,
    known,
)
from factory_byok.sizing.memory.metadata import Metadata

HEAD_LENGTH: Final = 128  # of nearly every model since llama 2, where metadata does not say


@dataclass(frozen=True, slots=True)
class Attention:
    """One layer's cache: key and value heads, elements of one key and one value, whether it slides.

    A latent cache (MLA) is one head whose value is a view of the key: `value_length` 0.
    """

    kv_heads: int
    key_length: int
    value_length: int
    sliding: bool = False


def attention_layers(data: Metadata, layers: int, notes: list[str]) -> tuple[Attention | None, ...]:
    """Each working layer's attention, None where it has none; adds what was assumed to `notes`.

    A layer that reads the cache of an earlier one has 0 key and value heads. Formulas: llama.cpp's
    own, at b10488.
    """
    heads = _kv_heads(data, layers, notes)
    slides = _sliding(data, layers, notes)
    if not known(data.family) and not notes:
        notes.append(_unknown(data.architecture))
    # the last layers of some models read the cache of earlier ones
    shared = data.number("attention.shared_kv_layers")
    working = working_layers(data, layers)
    own = working - shared
    if not shared:
        own = min(own, CACHED_LAYERS.get(data.family, own))
    return tuple(
        _one_layer(data, heads[index] if index < own else 0, slides[index])
        if heads[index] and _is_attention(data, index)
        else None
        for index in range(working)
    )


def working_layers(data: Metadata, layers: int) -> int:
    """The layers that every token passes through: those that only predict ahead left out."""
    return max(layers - data.number("nextn_predict_layers"), 0)


def _unknown(architecture: str) -> str:
    """The sentence for an architecture that byok has no row for."""
    named = f"`{architecture}`" if architecture else "without a name"
    return f"The architecture {named} is not known here: every layer is counted in full, at most"


def _kv_heads(data: Metadata, layers: int, notes: list[str]) -> tuple[int, ...]:
    """The key and value heads of each layer; 0 where a layer has none."""
    key = "attention.head_count_kv"
    told = data.numbers(key)
    if len(told) > 1:
        return (*told, *(told[-1:] * layers))[:layers]
    if told and (told[0] or data.numbers("attention.head_count") == (0,)):
        return told * layers  # none at all in a model of state spaces alone
    reason = "only a verbose answer tells" if data.has(key) else "the metadata does not tell"
    notes.append(f"The number of key and value heads is an upper bound: {reason}")
    return ((data.number("attention.head_count") or 1),) * layers


def _sliding(data: Metadata, layers: int, notes: list[str]) -> tuple[bool, ...]:
    """Whether each layer slides, by the metadata's pattern or by what the family does."""
    if not data.number("attention.sliding_window", "attention.chunk_size"):
        return (False,) * layers
    pattern = data.numbers("attention.sliding_window_pattern")
    if len(pattern) > 1:
        told = tuple(bool(each) for each in pattern)
        return (*told, *((False,) * layers))[:layers]
    every, first = FULL_EVERY.get(data.family, 0), FULL_FIRST.get(data.family, 0)
    if first:
        return tuple(index % first > 0 for index in range(layers))
    if pattern and pattern[0] > 1:
        every = pattern[0]
    if not every and not has(data.family, "window-unused"):
        notes.append(_unknown(data.architecture))
    return tuple(every > 0 and index % every < every - 1 for index in range(layers))


def _is_attention(data: Metadata, index: int) -> bool:
    """Whether this layer of a hybrid model is an attention layer (always so in other models)."""
    every = data.number("full_attention_interval") or ATTENTION_EVERY.get(data.family, 1)
    return (index + 1) % every == 0


def _one_layer(data: Metadata, kv_heads: int, sliding: bool) -> Attention:
    """The cache of one layer."""
    heads = data.number("attention.head_count")
    usual = data.number("embedding_length") // heads if heads else 0
    suffixes = ("_swa", "") if sliding else ("",)
    key, value = (
        data.number(*(f"attention.{name}_length{suffix}" for suffix in suffixes))
        or usual
        or HEAD_LENGTH
        for name in ("key", "value")
    )
    return _latent(data, kv_heads) or Attention(kv_heads, key, value, sliding)


def _latent(data: Metadata, kv_heads: int) -> Attention | None:
    """One layer's cache when the latent vector itself is cached (MLA), else None.

    Files made before llama.cpp could do that tell the lengths of whole heads, and cache those.
    """
    rank = data.number("attention.kv_lora_rank")
    width = data.number("attention.key_length")
    if not rank or (0 < width <= rank and not data.number("attention.key_length_mla")):
        return None
    rotated = rank + data.number("rope.dimension_count")
    index = data.number("attention.indexer.key_length")  # cached beside it by a sparse attention
    return Attention(min(kv_heads, 1), (width if width > rank else rotated) + index, 0)
