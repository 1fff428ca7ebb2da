"""What each layer of a model computes, as far as it decides how much room that needs."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from factory_byok.core.units import Bytes
from factory_byok.sizing.memory.attention import Attention, working_layers
from factory_byok.sizing.memory.families import has
from factory_byok.sizing.memory.metadata import Metadata

Mixer = Literal["attention", "latent", "delta", "kda", "mamba", "convolution", ""]

STATE_ELEMENT: Final = 4  # bytes: llama.cpp keeps recurrent states as f32
EXPERT_LAYERS: Final = "interleave_moe_layer_step"  # llama4: experts in one layer of so many


@dataclass(frozen=True, slots=True)
class Block:
    """One layer: how it mixes tokens, with which cache, and what follows.

    `beside` is a second mixer that works beside attention (falcon-h1). `feed_forward` is the width
    of the dense part, 0 for none; `experts` whether there is a mixture of them, `shared` the width
    of the expert that every token passes.
    """

    mixer: Mixer = "attention"
    attention: Attention | None = None
    heads: int = 0
    beside: Mixer = ""
    feed_forward: int = 0
    experts: bool = False
    shared: int = 0


@dataclass(frozen=True, slots=True)
class Latent:
    """Widths of a latent attention (MLA): of the cached vector, its rotated part, and one head.

    `index_heads` of `index_length` choose `index_top` tokens in a sparse one (DSA), 0 for none.
    """

    rank: int
    rotated: int
    query_rank: int
    key_length: int
    value_length: int
    index_heads: int = 0
    index_length: int = 0
    index_top: int = 0


@dataclass(frozen=True, slots=True)
class Recurrent:
    """Widths of recurrent layers: `inner` of all heads, `state` of one, `tail` of a convolution."""

    inner: int = 0
    state: int = 0
    groups: int = 0
    heads: int = 0
    tail: int = 0
    head_length: int = 0


NOT_RECURRENT: Final = Recurrent()


def read_latent(data: Metadata) -> Latent | None:
    """The widths of a latent attention, None for a model that caches whole heads."""
    rank = data.number("attention.kv_lora_rank")
    key = data.number("attention.key_length_mla")
    if not rank or not key:
        return None
    return Latent(
        rank,
        data.number("rope.dimension_count") or 64,
        data.number("attention.q_lora_rank"),
        key,
        data.number("attention.value_length_mla") or key,
        data.number("attention.indexer.head_count"),
        data.number("attention.indexer.key_length"),
        data.number("attention.indexer.top_k"),
    )


def read_recurrent(data: Metadata) -> Recurrent:
    """The widths of a model's recurrent layers, zeros for none."""
    return Recurrent(
        inner=data.number("ssm.inner_size"),
        state=data.number("ssm.state_size"),
        groups=data.number("ssm.group_count"),
        heads=data.number("ssm.time_step_rank"),
        tail=max(data.number("ssm.conv_kernel", "shortconv.l_cache") - 1, 0),
        head_length=data.number("kda.head_dim"),
    )


def recurrent_state(blocks: tuple[Block, ...], told: Recurrent, embedding: int) -> Bytes:
    """The bytes that all recurrent layers keep for one sequence, whatever the window.

    State spaces and gated delta nets keep a convolution's tail and a matrix of state, short
    convolutions (lfm2) only the tail; Kimi's has three tails and a matrix for each head.
    """
    plain = told.tail * (told.inner + 2 * told.groups * told.state) + told.inner * told.state
    total = 0
    for block in blocks:
        width = block.heads * told.head_length
        total += {
            "mamba": plain,
            "delta": plain,
            "kda": width * (3 * told.tail + told.head_length),
            "convolution": told.tail * embedding,
        }.get(block.beside or block.mixer, 0)
    return Bytes(total * STATE_ELEMENT)


def read_blocks(
    data: Metadata, layers: int, cached: tuple[Attention | None, ...], feed_forward: int
) -> tuple[Block, ...]:
    """One block for each working layer; `cached` tells its attention, None where it has none."""
    latent = read_latent(data) is not None
    heads = data.numbers("attention.head_count") or (0,)
    widths = data.numbers("feed_forward_length")
    found = []
    for index in range(working_layers(data, layers)):
        attention = cached[index] if index < len(cached) else None
        width = widths[min(index, len(widths) - 1)] if len(widths) > 1 else feed_forward
        experts = _has_experts(data, index)
        lone = has(data.family, "lone")
        found.append(
            Block(
                mixer="latent" if attention and latent else _mixer(data, attention, width),
                attention=attention,
                heads=heads[min(index, len(heads) - 1)],
                beside="mamba" if data.family == "falcon-h1" else "",
                feed_forward=0 if experts and not _dense_beside(data) else width,
                experts=experts and bool(width or not lone),
                shared=_shared(data) if experts else 0,
            )
        )
    one_of_each: dict[Block, Block] = {}
    # equal layers are one object, so that comparing them costs nothing
    return tuple(one_of_each.setdefault(each, each) for each in _without_second(found, data))


def _without_second(blocks: list[Block], data: Metadata) -> Iterator[Block]:
    """The blocks of a family whose layers mix tokens or feed forward, never both."""
    for block in blocks:
        if not has(data.family, "lone") or not block.mixer:
            yield block
        else:
            yield Block(block.mixer, block.attention, block.heads)


def _mixer(data: Metadata, attention: Attention | None, width: int) -> Mixer:
    """How a layer mixes tokens."""
    if attention:
        return "attention"
    if has(data.family, "lone") and width:
        return ""
    if has(data.family, "delta"):
        return "delta"
    if has(data.family, "kda"):
        return "kda"
    if has(data.family, "convolution"):
        return "convolution"
    return "mamba" if data.number("ssm.inner_size") else ""


def _has_experts(data: Metadata, index: int) -> bool:
    """Whether a layer is a mixture of experts."""
    if not data.number("expert_count") or not data.number("expert_used_count"):
        return False
    every = data.number(EXPERT_LAYERS) or 1
    return index >= data.number("leading_dense_block_count") and (index + 1) % every == 0


def _dense_beside(data: Metadata) -> bool:
    """Whether a dense part works beside the experts."""
    return data.family == "gemma4"


def _shared(data: Metadata) -> int:
    """The width of the expert that every token passes."""
    one, told = (data.number(f"expert_{kind}feed_forward_length") for kind in ("", "shared_"))
    if data.family == "llama4":
        return one
    if has(data.family, "shared-told") or told:
        return told
    if has(data.family, "shared-dense"):
        return data.number("feed_forward_length")
    count = data.number("expert_shared_count")
    return one * (count or has(data.family, "shared-one"))
