"""What a graph starts with: embeddings, positions, places in the caches, and masks."""

from typing import Final, NamedTuple

from factory_byok.sizing.memory.allocator import Graph, Tensor
from factory_byok.sizing.memory.cache import padded, sliding_cells
from factory_byok.sizing.memory.families import has
from factory_byok.sizing.memory.graph_parts import Run, Tails
from factory_byok.sizing.memory.shape import Shape

HALF: Final = 2  # bytes of one element of a mask
INDEX: Final = 2  # elements of one place in the cache: 64 bits


class Case(NamedTuple):
    """What is planned for: a model, a micro-batch of one device, and how the engine is set.

    `on_card` False: the processor computes it all, and holds the inputs too. `coarse` is a
    quantised cache, `unified` one cache for all slots, `outputs` the rows of logits: one for each
    slot unless told.
    """

    shape: Shape
    window: int
    batch: int
    slots: int = 1
    on_card: bool = True
    flash: bool = True
    coarse: bool = False
    unified: bool = False
    outputs: int = 0

    def cells(self) -> dict[bool, int]:
        """The cells that layers see which see the whole window (False), and those that slide."""
        streams = self.slots if self.unified else 1
        full = padded(self.window) * streams
        sliding = sliding_cells(self.shape, self.window, self.batch, streams)
        return {False: full, True: min(full, sliding)}

    def masks(self) -> int:
        """The bytes of the attention masks, as flash attention has them."""
        cells = self.cells()
        kinds = {block.attention.sliding for block in self.shape.blocks if block.attention}
        return self.batch * sum(cells[kind] for kind in kinds) * HALF


def start(case: Case) -> tuple[Run, Tensor, Tensor | None]:
    """The inputs: the tokens' embeddings, their positions, places in the caches, and masks.

    The last is what each layer gets of its own (gemma3n, gemma4), None for most models.
    """
    graph, shape, batch, slots = Graph(), case.shape, case.batch, case.slots
    cells = case.cells()
    embedding = shape.embedding * (1 + shape.deep_layers)
    own = shape.per_layer * shape.layers * batch
    rows = graph.new(own) if own and case.on_card else None
    x = graph.new((shape.embedding if case.on_card else embedding) * batch)
    positions = graph.new(batch * (4 if has(shape.architecture, "sections") else 1))
    masks: dict[bool, Tensor] = {}
    places: dict[bool, Tensor] = {}
    kinds = dict.fromkeys(block.attention.sliding for block in shape.blocks if block.attention)
    coarse = case.coarse and shape.latent is None and not _odd(shape)
    for kind in kinds:
        if coarse:
            graph.new(_turn(shape, kind))
        places[kind] = graph.new(batch * _places(shape, case.flash))
        masks[kind] = graph.new(batch * cells[kind] // (2 if case.flash else 1))
    top = shape.latent.index_top if shape.latent else 0
    if top:  # a second cache, of what chooses the tokens, has a mask of its own
        masks[True] = graph.new(masks[False].size)
    chosen = graph.new(case.outputs or slots)
    ones = [graph.new(min(top, cells[False]) * batch) for _ in shape.blocks if top]
    run = Run(
        *(graph, shape, batch, slots, case.flash, coarse, cells, masks),
        *(places, positions, chosen, _tails(shape, slots), ones, []),
    )
    if not case.on_card:
        x = graph.new(shape.embedding * batch)
        rows = graph.new(own) if own else None
    if shape.deep_layers:  # zeros behind each token's embedding, where pictures would stand
        x = graph.new(embedding * batch, x)
    return run, x, rows


def _tails(shape: Shape, slots: int) -> Tails:
    """Nothing fetched, and the size of what will be."""
    told = shape.recurrent
    width = told.inner + 2 * told.groups * told.state or shape.embedding
    return Tails(size=told.tail * width * slots)


def _odd(shape: Shape) -> bool:
    """Whether heads are of a length that llama.cpp does not rotate: no multiple of 64."""
    return any(each.attention.key_length % 64 for each in shape.blocks if each.attention)


def _turn(shape: Shape, sliding: bool) -> int:
    """The matrices that rotate keys and values: as wide as a power of two that divides a head."""
    lengths = [
        block.attention.key_length
        for block in shape.blocks
        if block.attention and block.attention.sliding == sliding
    ]
    widest = max(lengths)
    return (widest & -widest) ** 2 + 64**2


def _places(shape: Shape, flash: bool) -> int:
    """Elements of a token's places in one cache; each value has its own where they lie turned."""
    if flash or shape.latent is not None:
        return 2 * INDEX
    widest = max(
        each.attention.kv_heads * each.attention.value_length
        for each in shape.blocks
        if each.attention
    )
    return INDEX + INDEX * widest
