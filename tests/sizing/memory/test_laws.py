"""Laws that hold for every model, window, type and number of cards."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from factory_byok.core.errors import UsageError
from factory_byok.core.units import GIB, Bytes, Tokens
from factory_byok.sizing.memory.demand import (
    CUDA_CONTEXT,
    CUDA_SCRATCH,
    Device,
    demand,
    largest_that,
)
from factory_byok.sizing.memory.micro_batch import usual_micro_batch
from factory_byok.sizing.memory.placement import cards_needed, corrected, place
from factory_byok.sizing.memory.shape import Shape, read_shape
from tests.sizing.memory.builders import info, shape

MIB = 2**20
FINER = ("q4_0", "q4_1", "q5_0", "q5_1", "q8_0", "f16", "f32")
ARCHITECTURES = ("llama", "gemma3", "gpt-oss", "qwen35", "qwen3moe", "deepseek2", "zeta9")

windows = st.integers(1, 300_000)
slots = st.integers(1, 8)
cards = st.integers(1, 4)
types = st.sampled_from(FINER)
devices: st.SearchStrategy[Device] = st.sampled_from(("cuda", "metal", "cpu"))
small = st.integers(0, 4096)


@st.composite
def shapes(draw: st.DrawFn) -> Shape:
    """A model of any family."""
    values: dict[str, Any] = {
        "block_count": draw(st.integers(1, 40)),
        "embedding_length": draw(st.integers(64, 8192)),
        "attention__head_count_kv": draw(st.integers(1, 16)),
        "attention__key_length": draw(st.sampled_from((64, 128, 256))),
        "attention__sliding_window": draw(st.sampled_from((0, 128, 1024, 5000))),
        "expert_count": draw(st.sampled_from((0, 32, 128))),
        "expert_used_count": draw(st.sampled_from((0, 4, 8))),
        "expert_feed_forward_length": draw(small),
        "ssm__inner_size": draw(small),
        "ssm__state_size": draw(st.sampled_from((0, 128))),
        "ssm__conv_kernel": draw(st.integers(0, 4)),
        "context_length": draw(st.sampled_from((0, 8192, 32768, 262144))),
    }
    return shape(draw(st.sampled_from(ARCHITECTURES)), draw(st.integers(1, 80 * GIB)), **values)


@given(shapes(), windows, windows, types, slots, cards, devices)
def test_demand_never_falls_when_the_window_grows(
    model: Shape, one: int, other: int, kind: str, parallel: int, gpus: int, device: Device
) -> None:
    low, high = sorted((one, other))

    less = demand(model, low, kind, parallel, gpus, device=device)
    more = demand(model, high, kind, parallel, gpus, device=device)

    assert less.total <= more.total
    assert less.kv_cache <= more.kv_cache


@given(shapes(), windows, types, slots, slots, cards)
def test_demand_never_falls_with_more_slots(
    model: Shape, window: int, kind: str, one: int, other: int, gpus: int
) -> None:
    low, high = sorted((one, other))

    assert (
        demand(model, window, kind, low, gpus).total
        <= demand(model, window, kind, high, gpus).total
    )


@example(shape(weights=1, block_count=1, attention__head_count_kv=1), 1, 1, 3, "cuda")
@given(shapes(), windows, slots, cards, devices)
def test_the_cache_never_shrinks_when_it_is_finer(
    model: Shape, window: int, parallel: int, gpus: int, device: Device
) -> None:
    # the compute buffer may: keys of a coarse cache are rotated (engine.json)
    needs = [demand(model, window, kind, parallel, gpus, device=device) for kind in FINER]
    caches = [need.kv_cache for need in needs]

    assert caches == sorted(caches)


@given(shapes(), windows, types, slots)
def test_demand_never_falls_with_more_cards(
    model: Shape, window: int, kind: str, parallel: int
) -> None:
    totals = [demand(model, window, kind, parallel, gpus).total for gpus in range(5)]

    assert totals == sorted(totals)


@given(shapes(), windows, types, slots, cards, devices)
def test_the_parts_sum_to_the_whole(
    model: Shape, window: int, kind: str, parallel: int, gpus: int, device: Device
) -> None:
    need = demand(model, window, kind, parallel, gpus, device=device)
    parts = (need.weights, need.kv_cache, need.compute, need.overhead)

    assert sum(parts) == need.total
    assert all(part >= 0 for part in parts)
    assert need.per_gpu * need.gpus <= need.compute + need.overhead
    logged = demand(model, window, kind, parallel, gpus, device=device).reported
    assert logged <= need.total + need.beside


@given(shapes(), windows, cards, st.lists(st.integers(0, 100 * GIB), max_size=5), small)
def test_a_placement_sums_to_the_demand(
    model: Shape, window: int, gpus: int, free: list[int], memory: int
) -> None:
    need = demand(model, window, gpus=gpus)
    room = [Bytes(each) for each in free]

    found = place(need, room, Bytes(memory))

    assert found.on_gpu + found.in_memory == need.total
    assert sum(found.by_gpu) == found.on_gpu
    assert all(part <= limit for part, limit in zip(found.by_gpu, room, strict=True))
    assert found.in_memory >= 0
    beside = need.beside if found.on_gpu else 0
    assert found.missing == max(found.in_memory + beside - memory, 0)
    assert 0 <= found.gpu_share <= 1


@given(shapes(), st.integers(0, 200 * GIB), types, slots)
def test_the_largest_window_fits_and_the_next_one_does_not(
    model: Shape, budget: int, kind: str, parallel: int
) -> None:
    most = model.longest_window or Tokens(2**20)
    window = largest_that(
        lambda tokens: demand(model, tokens, kind, parallel).total <= budget, most
    )

    assert 0 <= window <= most
    if window:
        assert demand(model, window, kind, parallel).total <= budget
    if window < most:
        assert demand(model, min(window + 256, most), kind, parallel).total > budget


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
known_keys = st.sampled_from(
    [
        *info(),
        "llama.attention.sliding_window",
        "llama.attention.sliding_window_pattern",
        "llama.full_attention_interval",
        "llama.attention.kv_lora_rank",
        "llama.ssm.inner_size",
        "llama.expert_used_count",
        "general.parameter_count",
    ]
)


@given(st.dictionaries(known_keys | st.text(), json_values), st.integers(0, 2**50))
def test_reading_a_shape_never_raises(junk: dict[str, Any], weights: int) -> None:
    model = read_shape({**info(), **junk}, Bytes(weights))

    need = demand(model, 4096)
    assert need.total + need.beside >= model.weights
    assert demand(read_shape(junk, Bytes(weights)), 4096).total >= 0


@given(shapes(), windows, st.integers(0, 200 * GIB))
def test_a_correction_is_never_large(model: Shape, window: int, size: int) -> None:
    right = corrected(model, Bytes(size), demand(model, window))

    assert abs(right.weights - model.weights) * 3 <= model.weights
    assert (right.basis == "measured") or right == model


def test_an_unknown_type_of_cache_names_the_types() -> None:
    with pytest.raises(UsageError, match="q9") as caught:
        demand(shape(), 4096, "q9")

    assert "q8_0" in caught.value.hint


def test_several_cards_pay_for_compute_and_context_each() -> None:
    one, two = demand(shape(), 32768), demand(shape(), 32768, gpus=2)

    assert two.compute > 2 * one.compute - MIB
    assert two.overhead == 2 * one.overhead
    assert two.overhead - one.overhead == CUDA_CONTEXT + CUDA_SCRATCH
    assert two.kv_cache == one.kv_cache


def test_the_processor_has_no_context() -> None:
    assert demand(shape(), 4096, gpus=0).overhead == 0
    assert demand(shape(), 4096, device="cpu").overhead == 0


@pytest.mark.parametrize(
    ("tokens", "available", "batch"),
    [
        (4096, None, 512),
        (4096, 80 * GIB, 512),
        (4097, 80 * GIB, 1024),
        (32769, 80 * GIB, 2048),
        (32769, 8 * GIB, 512),
    ],
)
def test_the_micro_batch_is_ollamas(tokens: int, available: int | None, batch: int) -> None:
    room = None if available is None else Bytes(available)

    assert usual_micro_batch(shape(), tokens, room) == batch


def test_without_a_machine_only_small_models_get_a_larger_micro_batch() -> None:
    tiny = shape(weights=GIB // 4, block_count=4, context_length=32768)

    assert usual_micro_batch(tiny, 8192) == 1024
    assert usual_micro_batch(shape(), 8192) == 512
    assert usual_micro_batch(shape(context_length=...), 8192) == 512


def test_the_fewest_cards_that_hold_it_are_taken() -> None:
    free = [Bytes(8 * GIB), Bytes(24 * GIB), Bytes(24 * GIB)]

    def needed(free: list[Bytes], weights: int = 5 * GIB) -> int:
        return cards_needed(lambda count: demand(shape(weights=weights), 8192, gpus=count), free)

    assert needed(free) == 1
    assert needed(free, weights=30 * GIB) == 2
    assert needed(free, weights=300 * GIB) == 3
    assert needed([]) == 0


def test_a_loaded_model_corrects_other_windows() -> None:
    model = shape(weights=5 * GIB)
    size = Bytes(demand(model, 4096).reported + 100 * MIB)

    right = corrected(model, size, demand(model, 4096))

    assert right.weights == model.weights + 100 * MIB
    assert right.basis == "measured"


def test_a_size_that_makes_no_sense_changes_nothing() -> None:
    assert corrected(shape(), Bytes(90 * GIB), demand(shape(), 4096)) == shape()


def test_both_ways_of_counting_sliding_caches_are_recognised() -> None:
    gemma = shape("gemma3", block_count=34, attention__sliding_window=1024)
    whole = demand(gemma, 65536)

    one = corrected(gemma, whole.reported, whole)
    both = corrected(gemma, whole.logged, whole)

    assert one.weights == both.weights == gemma.weights


def test_the_largest_window_ends_at_the_most_and_is_none_when_none_fits() -> None:
    assert largest_that(lambda _: True, Tokens(1000)) == 1000
    assert largest_that(lambda _: False, Tokens(1000)) == 0
