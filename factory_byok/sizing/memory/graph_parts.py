"""The steps of one layer's parts as llama.cpp computes them: attention, feed-forward, experts.

Read off the graphs that llama.cpp b10434 plans (GGML_SCHED_DEBUG), for the families in families.py.
Only steps with a result of their own are named; norms and activations that overwrite are not.
"""

from dataclasses import dataclass

from factory_byok.sizing.memory.allocator import Graph, Tensor
from factory_byok.sizing.memory.blocks import Block, Latent
from factory_byok.sizing.memory.families import (
    FULL_UNROTATED,
    FUSED_EXPERTS,
    FUSED_GATE,
    GATED_QUERY,
    LATE_GATE,
    NO_ROTATION,
    PARALLEL,
    UNGATED,
)
from factory_byok.sizing.memory.shape import Shape


@dataclass(slots=True)
class Tails:
    """The convolution's tail of the next recurrent layer, which is fetched before its turn.

    llama.cpp plans it right behind the last step that it planned by name: a small result that
    splits the free room. `wanted` says that such a layer comes next.
    """

    wanted: bool = False
    size: int = 0
    fetched: Tensor | None = None

    def fetch(self, graph: Graph) -> None:
        """Fetches it when it is wanted."""
        if self.wanted and self.fetched is None:
            self.fetched = graph.new(self.size)

    def take(self, graph: Graph) -> Tensor:
        """The tail for the layer whose turn it is."""
        found, self.fetched = self.fetched or graph.new(self.size), None
        return found


@dataclass(frozen=True, slots=True)
class Run:
    """What a graph is planned for: so many tokens at once, of `slots` conversations.

    `masks` and `cells` belong to the layers that see the whole window (False) and those that slide
    (True); `flash` is flash attention and `rotated` a coarse cache, whose keys are rotated.
    """

    graph: Graph
    shape: Shape
    tokens: int
    slots: int
    flash: bool
    rotated: bool
    cells: dict[bool, int]
    masks: dict[bool, Tensor]
    places: dict[bool, Tensor]
    positions: Tensor
    chosen: Tensor
    tails: Tails
    ones: list[Tensor]

    def new(self, width: int, *reads: Tensor) -> Tensor:
        """A result of so many elements for each token."""
        return self.graph.new(width * self.tokens, *reads)


def attention(run: Run, block: Block, normed: Tensor) -> Tensor:
    """What the heads give, before the output's projection."""
    kept = block.attention
    assert kept is not None
    family = run.shape.architecture
    query, values = (
        block.heads * kept.key_length,
        block.heads * (kept.value_length or kept.key_length),
    )
    both = None
    if family in GATED_QUERY:
        both = run.new(2 * query, normed)
        q = run.new(query, both)
    else:
        q = run.new(query, normed)
        bare = family in NO_ROTATION or (family in FULL_UNROTATED and not kept.sliding)
        q = q if bare else run.new(query, q, run.positions)
    q = _cached(run, block, normed, q, query)
    heads = _scores(run, block, q, values)
    if run.rotated and family not in PARALLEL:
        heads = run.new(values, heads)
    if both is not None:
        return run.graph.over(run.new(query, both), heads)
    if family in LATE_GATE:
        return run.graph.over(run.new(query, normed), heads)
    return heads


def _cached(run: Run, block: Block, normed: Tensor, q: Tensor, query: int) -> Tensor:
    """Keys and values on their way into the cache; gives the query, rotated where the keys are."""
    kept = block.attention
    assert kept is not None
    keys, values = kept.kv_heads * kept.key_length, kept.kv_heads * kept.value_length
    if run.rotated:
        q = run.new(query, q)
    if not kept.kv_heads:
        return q

    def value() -> Tensor:
        v = run.new(values, normed)
        return run.new(values, v) if run.rotated else v

    early = None if kept.sliding or run.masks.get(True) else value()
    k = run.new(keys, run.new(keys, normed), run.positions)
    k = run.new(keys, k) if run.rotated else k
    late = early or value()
    run.graph.use(k)
    run.graph.use(late, run.places[kept.sliding])
    return q


def _scores(run: Run, block: Block, q: Tensor, values: int) -> Tensor:
    """What attention makes of a query: in one step, or over the scores of every cell."""
    kept = block.attention
    assert kept is not None
    mask = run.masks[kept.sliding]
    if run.flash:
        return run.new(values, q, mask)
    scores = run.new(block.heads * run.cells[kept.sliding], q)
    scores = run.graph.over(scores, mask)
    return run.new(values, run.new(values, scores))


def latent_attention(run: Run, block: Block, normed: Tensor) -> Tensor:
    """The heads of a latent attention (MLA), before the output's projection."""
    told = run.shape.latent
    assert told is not None
    heads, width = block.heads, told.rank + told.rotated
    start = run.new(told.query_rank, normed) if told.query_rank else normed
    whole = run.new(heads * told.key_length, start)
    absorbed = run.new(heads * told.rank, whole)
    if run.shape.architecture in NO_ROTATION:
        q = run.new(heads * width, absorbed, whole)
    else:
        q = run.new(heads * width, absorbed, run.new(heads * told.rotated, whole))
    both = run.new(width, normed)
    vector = run.new(told.rank, both)
    run.graph.use(run.new(width, vector, run.new(told.rotated, both)))
    mask = _sparse(run, told, normed, start) if told.index_top else run.masks[False]
    if run.flash:
        found = run.new(heads * told.rank, q, mask)
    else:
        cells = run.cells[False]
        scores = run.graph.over(run.new(heads * cells, q), mask)
        turned = run.graph.new(cells * told.rank)  # the values as columns, for all tokens at once
        found = run.new(heads * told.rank, turned, scores)
    values = heads * told.value_length
    return run.new(values, run.new(values, found))


def _sparse(run: Run, told: Latent, normed: Tensor, start: Tensor) -> Tensor:
    """The mask of a sparse attention (DSA): every cell gets a score, and the best are seen."""
    graph, mask, width = run.graph, run.masks[False], told.index_heads * told.index_length
    top = min(told.index_top, run.cells[False])
    ones = graph.over(run.ones.pop(0))
    query = run.new(width, run.new(width, run.new(width, start)))
    scores = run.new(run.cells[False], query, run.new(told.index_heads, normed))
    best = run.new(top, run.new(top, scores))
    return graph.new(mask.size, graph.new(mask.size, ones, best), mask)


def feed_forward(run: Run, normed: Tensor, width: int) -> Tensor:
    """The dense part of a layer."""
    family = run.shape.architecture
    if family in FUSED_GATE:
        inner = run.new(width, run.new(2 * width, normed))
    elif family in UNGATED:
        inner = run.new(width, normed)
    else:
        inner = run.new(width, run.new(width, normed), run.new(width, normed))
    return run.new(run.shape.embedding, inner)


def experts(run: Run, normed: Tensor, *, biased: bool) -> tuple[Tensor, Tensor]:
    """The chosen experts of a layer: what they give together, and which ones they were."""
    shape = run.shape
    used, width = shape.experts_used, shape.expert_feed_forward
    narrow = shape.expert_latent
    chances = run.new(shape.experts, normed)
    ranked = run.new(shape.experts, *([run.new(shape.experts, chances)] if biased else [chances]))
    share = run.new(used, chances, ranked)
    if narrow:
        normed = run.new(narrow, normed)
    if shape.architecture in FUSED_EXPERTS:
        inner = run.new(used * width, run.new(2 * used * width, normed, ranked))
    elif shape.architecture in UNGATED:
        inner = run.new(used * width, normed, ranked)
    else:
        gate = run.new(used * width, normed, ranked)
        inner = run.new(used * width, gate, run.new(used * width, normed, ranked))
    each = run.graph.over(run.new(used * (narrow or shape.embedding), inner, ranked), share)
    return summed(run, each, used), ranked


def summed(run: Run, each: Tensor, used: int) -> Tensor:
    """The sum of what each chosen expert gives."""
    found = run.new(each.size // used // run.tokens, each)
    for _ in range(max(used - 2, 0)):
        found = run.graph.over(found, each)
    return found
