"""The compute buffer: the room for the intermediate results of one micro-batch on one device.

The layers of a model are planned step by step as llama.cpp plans them and handed to the allocator;
no number here is fitted. Exact for most families, see tests/sizing/memory/report.py.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final

from factory_byok.sizing.memory.allocator import Tensor
from factory_byok.sizing.memory.blocks import Block
from factory_byok.sizing.memory.families import has
from factory_byok.sizing.memory.graph_inputs import Case, start
from factory_byok.sizing.memory.graph_parts import (
    Run,
    attention,
    experts,
    feed_forward,
    latent_attention,
    route,
)
from factory_byok.sizing.memory.graph_recurrent import (
    delta_net,
    kimi_delta,
    mamba,
    short_convolution,
)

FLOAT: Final = 4  # bytes of one activation
REPEATS: Final = 2  # how often the same two layers in a row are planned


def compute_buffer(case: Case) -> int:
    """The bytes of one device's compute buffer."""
    shape = case.shape
    if has(shape.architecture, "no-flash"):
        case = case._replace(flash=False)
    sparse = shape.latent is not None and shape.latent.index_top
    if not case.flash or sparse or case.outputs not in (0, case.slots):
        return _planned(case)
    # with flash attention only the masks know the window, and they keep their places throughout
    return case.masks() + _planned(case._replace(window=0, unified=False, outputs=0))


@lru_cache(maxsize=4096)
def _planned(case: Case) -> int:
    """The bytes of all steps, planned one by one."""
    run, x, rows = start(case)
    shape, outputs, slots = case.shape, case.outputs, case.slots
    ahead = None if rows is None else _Ahead(run, x, rows)
    if shape.streams > 1:
        x = _streams(run, x)
    blocks = shape.blocks if outputs > slots or run.ones else tuple(_distinct(shape.blocks))
    last = replace(run, tokens=outputs or slots)
    pictures = x
    for index, block in enumerate(blocks[:-1]):
        run.tails.wanted = _early(block, blocks[index + 1 :])
        x = _layer(run, run, block, x, ahead)
        if index < shape.deep_layers:
            x = run.graph.over(x, pictures)
    run.tails.wanted = False
    # what predicts ahead is one layer, and chooses inside it
    late = has(shape.architecture, "late-choice") and len(shape.blocks) > 1
    for block in blocks[-1:]:
        x = _layer(run, run if late else last, block, x, ahead)
    if shape.streams > 1:
        x = last.new(shape.embedding, _merged(run, x), run.chosen)
    elif late:
        x = last.new(shape.embedding, run.graph.over(x), run.chosen)
    elif has(shape.architecture, "layer-norm"):  # that norm has a place of its own
        x = last.new(shape.embedding, x)
    last.new(shape.vocabulary, last.graph.over(x))
    return run.graph.peak() * FLOAT


def _early(block: Block, later: Sequence[Block]) -> bool:
    """Whether this layer plans the last step by name before a layer with a tail of its own."""
    if not block.mixer and not block.experts:
        return False
    follows = next((each for each in later if each.mixer or each.experts), None)
    return follows is not None and follows.mixer in ("mamba", "convolution")


class _Ahead:
    """What each layer gets of its own: made where the first layer asks for it."""

    def __init__(self, run: Run, x: Tensor, rows: Tensor) -> None:
        """Takes the tokens' embeddings and their rows of every layer's own table."""
        self._run, self._x, self._rows = run, x, rows
        self._made: Tensor | None = None

    def made(self) -> Tensor:
        """The rows of all layers, with the embeddings projected onto them."""
        if self._made is None:
            width = self._rows.size // self._run.tokens
            projected = self._run.new(width, self._run.new(width, self._x))
            self._made = self._run.new(width, self._run.graph.over(projected, self._rows))
        return self._made


def _distinct(blocks: tuple[Block, ...]) -> Iterator[Block]:
    """The layers, those left out that follow a pair of layers which came often enough before.

    They change nothing but where the last results lie, which only whole logits depend on.
    """
    seen: Counter[tuple[int, int]] = Counter()
    before = 0
    for block in blocks[:-1]:
        pair = (before, id(block))  # equal layers are one object
        seen[pair] += 1
        if seen[pair] <= REPEATS:
            yield block
        before = id(block)
    yield from blocks[-1:]


def _layer(run: Run, rest: Run, block: Block, x: Tensor, ahead: _Ahead | None) -> Tensor:
    """One layer, from the sum of the layers before it to the sum with its own.

    `rest` is the run once tokens are mixed: the last layer goes on with those that are asked for.
    """
    family, graph, width = run.shape.architecture, run.graph, run.shape.embedding
    if run.shape.streams > 1:
        return _layered(run, block, x, ahead)
    normed = x if has(family, "no-first-norm") else run.new(width, x)
    if has(family, "parallel"):
        return _parallel(run, rest, block, normed, x)
    if block.mixer:
        mixed = _mixed(run, block, normed, x)
        if block.beside and rest is not run:
            x = rest.new(width, _plus(run, x, mixed), run.chosen)
            return _plus(run, x, _second(rest, block, rest.new(width, x), x))
        if rest is not run:
            mixed, x = rest.new(width, mixed, run.chosen), rest.new(width, x, run.chosen)
        # what these give comes back as a view, which nothing may overwrite
        seen = block.mixer in ("delta", "mamba")
        x = graph.over(x, mixed) if seen and rest is run else _plus(run, x, mixed)
        if not block.feed_forward and not block.experts:
            return x
        normed = x if has(family, "no-first-norm") else rest.new(width, x)
    x = _plus(run, x, _second(rest, block, normed, x), second=True)
    if ahead is not None:
        gate = graph.over(rest.new(run.shape.per_layer, x), ahead.made())
        x = graph.over(x, rest.new(width, gate))
    return x


def _parallel(run: Run, rest: Run, block: Block, normed: Tensor, x: Tensor) -> Tensor:
    """A layer whose two halves read the same: the order of its sums differs by family."""
    graph, family, width = run.graph, run.shape.architecture, run.shape.embedding
    heads = attention(run, block, normed)

    def chosen(whole: Tensor) -> Tensor:
        return whole if rest is run else rest.new(width, whole, run.chosen)

    def mixed() -> Tensor:
        return chosen(run.new(width, run.turned(heads)))

    def fed() -> Tensor:
        again = rest.new(width, chosen(x)) if has(family, "second-norm") else chosen(normed)
        return _second(rest, block, again, x)

    if family == "phi2":
        return graph.over(graph.over(mixed(), fed()), chosen(x))
    if family == "falcon":
        return graph.over(graph.over(fed(), mixed()), chosen(x))
    return graph.over(graph.over(fed(), chosen(x)), mixed())


def _plus(run: Run, x: Tensor, more: Tensor, *, second: bool = False) -> Tensor:
    """The sum so far with one part more, in the place of the one that is named first."""
    family = run.shape.architecture
    if has(family, "sum-first") or (second and has(family, "second-sum-first")):
        return run.graph.over(x, more)
    return run.graph.over(more, x)


def _mixed(run: Run, block: Block, normed: Tensor, x: Tensor) -> Tensor:
    """What a layer's mixer gives, projected to the model's width."""
    width = run.shape.embedding
    match block.mixer:
        case "attention":
            heads = attention(run, block, normed)
            if has(run.shape.architecture, "early-route") and block.experts:
                run.routes.append(route(run, x, biased=False))
            if block.beside:
                found, beside = mamba(run, run.new(width, x), heads)
                assert beside is not None
                return run.graph.over(beside, run.new(width, found))
        case "latent":
            heads = latent_attention(run, block, normed)
        case "delta":
            heads = delta_net(run, normed)
        case "kda":
            heads = kimi_delta(run, normed, block.heads)
        case "convolution":
            heads = short_convolution(run, normed, late=block.experts)
        case _:
            heads, _ = mamba(run, normed, late=block.experts)
    return run.new(width, heads)


def _second(run: Run, block: Block, normed: Tensor, x: Tensor) -> Tensor:
    """The second half of a layer: dense, a mixture of experts, or both."""
    if not block.experts:
        return feed_forward(run, normed, block.feed_forward)
    if block.feed_forward:  # gemma4: experts and a dense part beside them, each with its own norm
        found = experts(run, normed, biased=False)
        dense = feed_forward(run, run.new(run.shape.embedding, x), block.feed_forward)
        return run.graph.over(dense, found)
    found = experts(run, normed, biased=run.shape.biased_experts)
    run.tails.fetch(run.graph)
    if run.shape.expert_latent:
        found = run.new(run.shape.embedding, found)
    if block.shared:
        found = run.graph.over(found, feed_forward(run, normed, block.shared))
    return found


def _streams(run: Run, x: Tensor) -> Tensor:
    """The versions of the sum at the start: the embeddings, and as long vectors made of them."""
    width, graph = run.shape.embedding * (run.shape.streams - 1), run.graph
    others = run.new(width, run.new(width, x))
    length = run.new(1, run.new(run.shape.embedding, x))
    scaled = run.new(width, others, length)
    scaled = graph.over(scaled, run.new(1, graph.over(others)))
    return run.new(width + run.shape.embedding, x, scaled)


def _merged(run: Run, x: Tensor) -> Tensor:
    """One sum again of all versions: each of the others as long as the first, then added to it."""
    graph, width = run.graph, run.shape.embedding
    others = run.new(width * (run.shape.streams - 1), x)
    length = run.new(1, run.new(width, x))
    scaled = run.new(others.size // run.tokens, others, length)
    scaled = graph.over(scaled, run.new(1, graph.over(others)))
    return run.new(width, x, scaled)


def _layered(run: Run, block: Block, x: Tensor, ahead: _Ahead | None) -> Tensor:
    """One layer of a model that carries several versions of the sum (gemma3n's AltUp)."""
    graph, shape = run.graph, run.shape
    width, streams = shape.embedding, shape.streams
    columns = run.new(width * streams, x)
    graph.use(run.new(width, x))
    mixed = run.new(width * streams, columns)
    guess = graph.over(run.new(width * streams, mixed), x)
    normed = run.new(width, guess)
    found = graph.over(run.new(width, attention(run, block, normed)), guess)
    side = graph.over(run.new(width, run.new(64, normed)), normed)
    found = graph.over(found, side)
    normed = run.new(width, found)
    up, gate = run.new(block.feed_forward, normed), run.new(block.feed_forward, normed)
    centred = run.new(block.feed_forward, gate)
    graph.use(centred)
    inner = graph.over(up, graph.over(gate))
    found = graph.over(run.new(width, inner), found)
    news = run.new(width * streams, run.new(width, found, guess))
    graph.use(run.new(width, found))
    right = graph.over(news, guess)
    one = run.new(width, right)
    if ahead is not None:
        one = run.new(width, graph.over(run.new(shape.per_layer, one), ahead.made()))
    rest = run.new(width * (streams - 1), right, one)
    return run.new(width * streams, right, rest)
