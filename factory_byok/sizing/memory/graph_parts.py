"""The steps of one layer's parts as llama.cpp computes them: attention, feed-forward, experts.

Read off the graphs that llama.cpp b10434 plans (GGML_SCHED_DEBUG), for the families in families.py.
Only steps with a result of their own are named; norms and activations that overwrite are not.
"""

from dataclasses import dataclass

from factory_byok.sizing.memory.allocator import Graph, Tensor
from factory_byok.sizing.memory.blocks import Block, Latent
from factory_byok.sizing.memory.families import has
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
    `routes` are experts that were chosen before their layer's attention was projected.
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
    routes: list[tuple[Tensor, Tensor]]

    def new(self, width: int, *reads: Tensor) -> Tensor:
        """A result of so many elements for each token."""
        return self.graph.new(width * self.tokens, *reads)

    def turned(self, heads: Tensor) -> Tensor:
        """What the heads give, rotated back where the cached values are rotated."""
        return self.graph.new(heads.size, heads) if self.rotated else heads


def attention(run: Run, block: Block, normed: Tensor) -> Tensor:
    """What the heads give, before the output's projection."""
    kept = block.attention
    assert kept is not None
    family = run.shape.architecture
    query, values = (
        block.heads * kept.key_length,
        block.heads * (kept.value_length or kept.key_length),
    )
    source, one_step = normed, False
    if has(family, "fused-query"):
        source = run.new(query + kept.kv_heads * (kept.key_length + kept.value_length), normed)
        one_step = not has(family, "fused-normed")
    both = run.new(2 * query, normed) if has(family, "gated-query") else None
    q = source if one_step else run.new(query, both or source)
    bare = has(family, "unrotated") or (has(family, "full-unrotated") and not kept.sliding)
    if both is None and not bare:
        q = run.new(query, q, run.positions)
    if run.rotated:
        q = run.new(query, q)
    if kept.kv_heads:
        _cached(run, block, source, steps=1 - one_step - bare)
    heads = _scores(run, block, q, values)
    if not block.experts:  # else they come before the next layer's tail
        run.tails.fetch(run.graph)
    if not has(family, "parallel") and not block.beside:
        heads = run.turned(heads)
    if both is not None:
        return run.graph.over(run.new(query, both), heads)
    if has(family, "late-gate"):
        return run.graph.over(run.new(query, normed), heads)
    if has(family, "late-head-gate"):
        return run.graph.over(heads, run.new(block.heads, normed))
    return heads


def _cached(run: Run, block: Block, source: Tensor, *, steps: int) -> None:
    """Keys and values on their way into the cache; keys take so many steps before the last."""
    kept = block.attention
    assert kept is not None
    keys, values = kept.kv_heads * kept.key_length, kept.kv_heads * kept.value_length

    def value() -> Tensor:
        v = source if has(run.shape.architecture, "fused-query") else run.new(values, source)
        return run.new(values, v) if run.rotated else v

    early = None if kept.sliding or run.masks.get(True) else value()
    k = run.new(keys, run.new(keys, source) if steps > 0 else source, run.positions)
    k = run.new(keys, k) if run.rotated else k
    late = early or value()
    run.graph.use(k)
    run.graph.use(late, run.places[kept.sliding])


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
    if has(run.shape.architecture, "unrotated"):
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
    weights = run.new(told.index_heads, normed)
    scores = run.new(run.cells[False], query, weights, run.masks[True])
    best = run.new(top, run.new(top, scores))
    return graph.new(mask.size, graph.new(mask.size, ones, best), mask)


def feed_forward(run: Run, normed: Tensor, width: int) -> Tensor:
    """The dense part of a layer."""
    family = run.shape.architecture
    if has(family, "fused-gate"):
        inner = run.new(width, run.new(2 * width, normed))
    elif has(family, "ungated"):
        inner = run.new(width, normed)
    else:
        inner = run.new(width, run.new(width, normed), run.new(width, normed))
    return run.new(run.shape.embedding, inner)


def route(run: Run, x: Tensor, *, biased: bool) -> tuple[Tensor, Tensor]:
    """Which experts are chosen, and the share of each."""
    shape = run.shape
    chances = run.new(shape.experts, x)
    ranked = run.new(shape.experts, *([run.new(shape.experts, chances)] if biased else [chances]))
    return ranked, run.new(shape.experts_used, chances, ranked)


def experts(run: Run, normed: Tensor, *, biased: bool) -> Tensor:
    """What the chosen experts of a layer give together."""
    shape = run.shape
    used, width = shape.experts_used, shape.expert_feed_forward
    narrow = shape.expert_latent
    ranked, share = run.routes.pop() if run.routes else route(run, normed, biased=biased)
    if narrow:
        normed = run.new(narrow, normed)
    early = has(shape.architecture, "weighed-first")
    if early:
        normed = run.graph.over(run.new(used * shape.embedding, normed), share)
    if has(shape.architecture, "fused-experts"):
        inner = run.new(used * width, run.new(2 * used * width, normed, ranked))
    elif has(shape.architecture, "ungated"):
        inner = run.new(used * width, normed, ranked)
    else:
        gate = run.new(used * width, normed, ranked)
        inner = run.new(used * width, gate, run.new(used * width, normed, ranked))
    each = run.new(used * (narrow or shape.embedding), inner, ranked)
    return summed(run, each if early else run.graph.over(each, share), used)


def summed(run: Run, each: Tensor, used: int) -> Tensor:
    """The sum of what each chosen expert gives."""
    found = run.new(each.size // used // run.tokens, each)
    for _ in range(max(used - 2, 0)):
        found = run.graph.over(found, each)
    return found
