"""The shape of a model: what its metadata says about layers, heads and widths."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from factory_byok.core.facts import Basis, Json
from factory_byok.core.units import BILLION, Bytes, Parameters, Tokens
from factory_byok.sizing.memory.attention import (
    Attention,
    attention_layers,
)
from factory_byok.sizing.memory.blocks import (
    NOT_RECURRENT,
    Block,
    Latent,
    Recurrent,
    read_blocks,
    read_latent,
    read_recurrent,
    recurrent_state,
)
from factory_byok.sizing.memory.embeddings import WORDS, embedding_bytes, is_tied
from factory_byok.sizing.memory.families import has
from factory_byok.sizing.memory.metadata import MOST_LAYERS, Metadata

DRAFTS: Final = (
    "draft_num_predict"  # a parameter of Ollama's (from 0.32.12 on), put beside the keys
)
TYPICAL_BITS: Final = 4.85  # per weight: Q4_K_M, which Ollama's library gives by default
FEED_FORWARD: Final = 3.5  # times the embedding's length: llama 3, qwen 3 and mistral have 2.8 to 4
SIGMOID: Final = 2  # how experts are chosen (llama.cpp's expert_gating_func): with a bias then
ACTIVE_SHARE: Final = 1 / 8  # of the experts, where the metadata names none: the largest in use


@dataclass(frozen=True, slots=True)
class Shape:
    """What memory sums need to know about one model.

    `weights` are bytes in the file and `tokenizer` those of them that are no weights, `attention`
    has one item for each layer that caches keys and values, `state` is the bytes that recurrent
    layers keep for one sequence. Lengths and widths are numbers of elements; 0 means not told.
    `drafts` is how many tokens are predicted ahead at once. `assumptions` are sentences that travel
    along with every sum, and `needs_verbose` the keys that only `/api/show` with `verbose` would
    fill.
    """

    architecture: str
    weights: Bytes
    parameters: Parameters
    layers: int
    attention: tuple[Attention, ...]
    sliding_window: int = 0
    state: Bytes = Bytes(0)
    embedding: int = 0
    heads: int = 0
    experts: int = 0
    experts_used: int = 0
    expert_feed_forward: int = 0
    expert_latent: int = 0
    vocabulary: int = 0
    tokenizer: Bytes = Bytes(0)
    blocks: tuple[Block, ...] = ()
    latent: Latent | None = None
    recurrent: Recurrent = NOT_RECURRENT
    biased_experts: bool = False
    per_layer: int = 0
    deep_layers: int = 0
    streams: int = 1
    drafts: int = 0
    longest_window: Tokens = Tokens(0)
    basis: Basis = "computed"
    needs_verbose: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = field(default=())

    def __hash__(self) -> int:
        """By what tells models apart: sums are cached by shape, and a whole one is long."""
        return hash((self.architecture, self.weights, self.layers, self.embedding, self.state))

    @property
    def embedding_bytes(self) -> Bytes:
        """The token embeddings, which llama.cpp keeps in system memory."""
        return embedding_bytes(self.vocabulary, self.embedding, self.weights, self.parameters)

    @property
    def host_weights(self) -> Bytes:
        """The part of the file that no card holds: none where one table reads and writes."""
        tied = is_tied(self.architecture, self.parameters)
        return Bytes(0) if tied else self.embedding_bytes

    @property
    def drafter(self) -> "Shape | None":
        """What predicts ahead beside the model: one layer more, with a cache of its own (MTP)."""
        attention = next((each for each in reversed(self.blocks) if each.attention), None)
        if not self.drafts or attention is None or attention.attention is None:
            return None
        return replace(
            self,
            blocks=(attention,),
            attention=(attention.attention,),
            layers=1,
            state=Bytes(0),
            drafts=0,
        )

    @property
    def active_share(self) -> float:
        """Which part of the weights one token passes through: 1 for a dense model."""
        if self.experts and self.experts_used:
            return min(self.experts_used / self.experts, 1.0)
        return ACTIVE_SHARE if "moe" in self.architecture else 1.0


def read_shape(
    model_info: Mapping[str, Json], weights: Bytes, parameters: Parameters | None = None
) -> Shape:
    """The shape that a model's metadata tells, whatever is missing from it; never raises.

    `model_info` is that of `/api/show`, `weights` the file's bytes (0: not known) and `parameters`
    stands in when the metadata does not count them. Keys: Ollama v0.33.0-rc2
    """
    data = Metadata(model_info)
    notes: list[str] = []
    count = data.number("general.parameter_count") or parameters or 0
    if not count:
        count = round(weights * 8 / TYPICAL_BITS)
    if not weights:
        weights = Bytes(round(count * TYPICAL_BITS / 8))
        notes.append("The size of the weights is a guess from the number of parameters")
    if not data.number("block_count"):
        return guessed_shape(weights, Parameters(count), data.architecture, notes)
    return _told_shape(data, weights, Parameters(count), notes)


def least(shape: Shape) -> Shape | None:
    """The smallest cache that the shape may have; None when its metadata tells all of it.

    The sparsest models known keep one in a tenth of their layers (granite 4 in 4 of 40,
    nemotron-3-nano in 6 of 52), with at least one head.
    """
    if not shape.needs_verbose:
        return None
    few = max(len(shape.attention) // 10, 1)
    return replace(
        shape, attention=tuple(replace(each, kv_heads=1) for each in shape.attention[:few])
    )


def _told_shape(data: Metadata, weights: Bytes, count: Parameters, notes: list[str]) -> Shape:
    """The shape of a model whose metadata names its layers."""
    layers = min(data.number("block_count"), MOST_LAYERS)
    each = attention_layers(data, layers, notes)
    attention = tuple(layer for layer in each if layer and layer.kv_heads)
    embedding = data.number("embedding_length") or _embedding(count, layers)
    heads = data.number("attention.head_count")
    plain = "feed_forward_length"
    feed_forward = data.number(plain)
    if not feed_forward and not data.has(plain):
        feed_forward = round(embedding * FEED_FORWARD)
    recurrent = read_recurrent(data)
    blocks = read_blocks(data, layers, each, feed_forward)
    return Shape(
        architecture=data.family,
        weights=weights,
        parameters=count,
        layers=layers,
        attention=attention,
        sliding_window=_sliding_window(data, attention),
        state=recurrent_state(blocks, recurrent, embedding),
        embedding=embedding,
        heads=heads,
        experts=data.number("expert_count"),
        experts_used=data.number("expert_used_count"),
        expert_feed_forward=data.number(
            *(() if has(data.family, "plain-experts") else ("expert_feed_forward_length",)), plain
        ),
        expert_latent=data.number("moe_latent_size"),
        vocabulary=_vocabulary(data),
        tokenizer=_tokenizer(data, weights),
        blocks=blocks,
        latent=read_latent(data),
        recurrent=recurrent,
        biased_experts=data.number("expert_gating_func") == SIGMOID,
        per_layer=data.number("embedding_length_per_layer_input"),
        deep_layers=data.number("n_deepstack_layers"),
        streams=data.number("altup.num_inputs") or 1,
        drafts=data.number(DRAFTS) if data.number("nextn_predict_layers") else 0,
        longest_window=Tokens(data.number("context_length")),
        basis="assumed" if notes else "computed",
        needs_verbose=tuple(dict.fromkeys(data.missing)),
        assumptions=tuple(notes),
    )


def _vocabulary(data: Metadata) -> int:
    """How many words a model knows: as told, as listed, or as its family does."""
    listed = data.info.get("tokenizer.ggml.tokens")
    length = len(listed) if isinstance(listed, list) else 0
    return data.number("vocab_size") or length or WORDS.get(data.family, 0)


def _tokenizer(data: Metadata, weights: int) -> Bytes:
    """What the file holds of its weights' bytes for words alone; no device holds it.

    25 bytes a word in gemma 3, 36 in SmolLM2, which lists merges too (real files of Ollama 0.33).
    """
    merges = "tokenizer.ggml.merges" in data.info
    return Bytes(min(_vocabulary(data) * (36 if merges else 25), weights // 20))


def guessed_shape(
    weights: Bytes, parameters: Parameters, architecture: str = "", notes: list[str] | None = None
) -> Shape:
    """The shape of a typical dense model of that many parameters, when nothing else is known.

    Depth grows about as the 0.38th power of the parameters (16 layers at 1B, 35 at 8B, 60 at 32B,
    80 at 70B: llama 3 and qwen 3), with 8 key and value heads of length 128.
    """
    layers = min(max(round(16 * (max(parameters, 1) / BILLION) ** 0.38), 1), MOST_LAYERS)
    embedding = _embedding(parameters, layers)
    usual = Attention(8, 128, 128)
    text = "The model's shape is not known: a usual one for its number of parameters is assumed"
    return Shape(
        architecture=architecture,
        weights=weights,
        parameters=parameters,
        layers=layers,
        attention=(usual,) * layers,
        embedding=embedding,
        blocks=(
            Block(
                "attention", usual, embedding // 128, feed_forward=round(embedding * FEED_FORWARD)
            ),
        )
        * layers,
        basis="assumed",
        assumptions=(*(notes or ()), text),
    )


def _embedding(parameters: int, layers: int) -> int:
    """The width that a dense model of so many parameters and layers has (about 13 E² a layer)."""
    return round(math.sqrt(parameters / (13 * max(layers, 1))))


def _sliding_window(data: Metadata, attention: tuple[Attention, ...]) -> int:
    """The tokens that a sliding layer sees; 0 when no layer slides (llama4 calls it a chunk)."""
    if not any(layer.sliding for layer in attention):
        return 0
    return data.number("attention.sliding_window", "attention.chunk_size")
