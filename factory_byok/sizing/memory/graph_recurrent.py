"""The steps of recurrent layers: state spaces, delta nets and short convolutions.

Read off the graphs that llama.cpp b10434 plans (GGML_SCHED_DEBUG). A convolution's tail and the
state come in beside the tokens, once for each conversation.
"""

from factory_byok.sizing.memory.allocator import Tensor
from factory_byok.sizing.memory.families import has
from factory_byok.sizing.memory.graph_parts import Run


def mamba(
    run: Run, normed: Tensor, heads: Tensor | None = None, *, late: bool = False
) -> tuple[Tensor, Tensor | None]:
    """A state space (mamba 2), up to its output's projection.

    `heads` are those of an attention beside it, projected as soon as the scan is done; `late` says
    that experts follow in the same layer, so that the next tail is fetched after them.
    """
    told, graph = run.shape.recurrent, run.graph
    convolved = told.inner + 2 * told.groups * told.state
    tail = run.tails.take(graph)
    whole = run.new(2 * told.inner + 2 * told.groups * told.state + told.heads, normed)
    longer = graph.new(convolved * (run.tokens + told.tail * run.slots), tail, whole)
    signal = run.new(convolved, longer)
    step = run.new(told.heads, whole)
    scan = graph.new(told.inner * (run.tokens + told.state * run.slots), signal, step)
    if not late:
        run.tails.fetch(graph)
    beside = run.new(run.shape.embedding, run.turned(heads)) if heads is not None else None
    gate = run.new(told.inner, whole)
    skipped = run.new(told.inner, signal)
    found = graph.over(skipped, scan)
    found = run.new(told.inner, gate, found)
    return run.new(told.inner, found), beside


def delta_net(run: Run, normed: Tensor) -> Tensor:
    """A gated delta net (qwen3next, qwen3.5), up to its output's projection."""
    told, graph = run.shape.recurrent, run.graph
    keys = told.groups * told.state
    convolved = 2 * keys + told.inner
    tail = graph.new(told.tail * convolved * run.slots)
    longer = graph.new(
        convolved * (run.tokens + told.tail * run.slots), tail, run.new(convolved, normed)
    )
    state = graph.new(told.inner * told.state * run.slots)
    signal = run.new(convolved, longer)
    query, key = _normed(run, signal), _normed(run, signal)
    decay, strength = run.new(told.heads, normed), run.new(told.heads, normed)
    both = graph.new(
        told.inner * (run.tokens + told.state * run.slots),
        *(query, key, signal, decay, strength, state),
    )
    found = run.new(told.inner, both)
    gate = run.new(told.inner, run.new(told.inner, normed))
    return graph.over(found, gate)


def _normed(run: Run, signal: Tensor) -> Tensor:
    """Queries or keys of a delta net; where they have fewer heads than values, repeated."""
    told = run.shape.recurrent
    found = run.new(told.groups * told.state, signal)
    repeated = has(run.shape.architecture, "repeated") and told.groups < told.heads
    return run.new(told.inner, found) if repeated else found


def kimi_delta(run: Run, normed: Tensor, heads: int) -> Tensor:
    """Kimi's delta attention, up to its output's projection."""
    told, graph = run.shape.recurrent, run.graph
    width = heads * told.head_length
    tail = graph.new(3 * told.tail * width * run.slots)
    longer = [
        graph.new(width * (run.tokens + told.tail * run.slots), tail, run.new(width, normed))
        for _ in range(3)
    ]
    state = graph.new(width * told.head_length * run.slots)
    parts = [run.new(width, run.new(width, run.new(width, each))) for each in longer[:2]]
    parts.append(run.new(width, run.new(width, longer[2])))
    decay = run.new(width, run.new(width, run.new(told.head_length, normed)))
    strength = run.new(heads, normed)
    both = graph.new(
        width * (run.tokens + told.head_length * run.slots), *parts, decay, strength, state
    )
    found = run.new(width, run.new(width, both))
    gate = run.new(width, run.new(width, run.new(told.head_length, normed)))
    return run.new(width, graph.over(found, gate))


def short_convolution(run: Run, normed: Tensor, *, late: bool = False) -> Tensor:
    """A gated short convolution (lfm2), up to its output's projection."""
    told, graph, width = run.shape.recurrent, run.graph, run.shape.embedding
    tail = run.tails.take(graph)
    whole = run.new(3 * width, normed)
    longer = graph.new(width * (run.tokens + told.tail * run.slots), tail, run.new(width, whole))
    if not late:
        run.tails.fetch(graph)
    return graph.over(run.new(width, longer), whole)
