"""The catalogue: names find their rows, rows make sense."""

import pytest

from factory_byok.core.model_names import parse_name
from factory_byok.core.units import GB, GIB, Bytes
from factory_byok.sizing.catalogue import BITS, DATE, Row, find, lookup, rows
from factory_byok.sizing.memory import demand, largest_window


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("qwen2.5-coder:32b", "qwen2.5-coder:32b"),
        ("qwen2.5-coder", "qwen2.5-coder:7b"),
        ("QWEN3-Coder:30B", "qwen3-coder:30b"),
        ("qwen3-coder:30b-a3b-q8_0", "qwen3-coder:30b"),
        ("qwen2.5-coder:7b-instruct-q5_K_M", "qwen2.5-coder:7b"),
        ("registry.ollama.ai/library/gpt-oss:latest", "gpt-oss:20b"),
    ],
)
def test_a_name_finds_its_row_whatever_its_quantization(name: str, row: str) -> None:
    found = lookup(name)

    assert found is not None
    assert found.name == row


@pytest.mark.parametrize(
    "name",
    [
        "bob/qwen3:8b",
        "qwen3:9b",
        "deepseek-r1:8b-llama-distill-q4_K_M",
        "nosuch",
        "not a name",
        "qwen3-coder:480b-cloud",
    ],
)
def test_another_model_is_not_mistaken_for_a_row(name: str) -> None:
    assert lookup(name) is None


def test_a_listed_size_is_computed_and_another_one_assumed() -> None:
    listed, worked_out = find("qwen3-coder:30b"), find("qwen3-coder:30b-a3b-fp16")

    assert listed is not None
    assert worked_out is not None
    assert (listed.basis, listed.quantization) == ("computed", "q4_k_m")
    assert (worked_out.basis, worked_out.quantization) == ("assumed", "fp16")
    assert worked_out.shape.weights == pytest.approx(61.1 * GB, rel=0.01)


def test_a_name_alone_gives_a_guess_when_it_tells_the_parameters() -> None:
    guess = find("somebody/something:13b-q8_0")

    assert guess is not None
    assert guess.basis == "assumed"
    assert guess.row is None
    assert guess.shape.weights == pytest.approx(13.8 * GB, rel=0.01)
    assert find("something") is None


def test_the_pages_recommendation_writes_calls_as_text_and_ends_at_32768() -> None:
    row = lookup("qwen2.5-coder:32b")

    assert row is not None
    assert row.tools_as_text
    assert row.info["qwen2.context_length"] == 32768


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.name)
def test_every_row_has_a_whole_shape(row: Row) -> None:
    found = find(row.name)

    assert found is not None
    assert found.row == row
    assert found.shape.assumptions == ()
    assert found.shape.needs_verbose == ()
    assert found.shape.longest_window >= 16384
    assert largest_window(found.shape, Bytes(2000 * GIB)) == found.shape.longest_window
    assert demand(found.shape, 4096).total > found.shape.weights


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.name)
def test_every_size_is_near_what_the_bits_per_weight_give(row: Row) -> None:
    count = row.info["general.parameter_count"]
    assert isinstance(count, int)
    for kind, size in row.sizes.items():
        # embeddings that are kept finer, and vision towers, weigh more in small models
        spare = 1.4 if count < 5 * GB else 1.2
        assert 0.94 <= size * 8 / count / BITS[kind] <= spare


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.name)
def test_the_shape_has_about_as_many_weights_as_the_row_says(row: Row) -> None:
    found = find(row.name)
    assert found is not None
    shape = found.shape
    feed = shape.feed_forward
    if shape.experts:
        feed = shape.experts * shape.expert_feed_forward
    kept = sum(
        layer.kv_heads * (layer.key_length + layer.value_length) for layer in shape.attention
    )
    attention = shape.embedding * (2 * shape.query_width * len(shape.attention) + kept)
    feed_forward = 3 * shape.embedding * feed * shape.layers
    words = shape.vocabulary * shape.embedding

    # recurrent layers and a second matrix of words are not counted
    least = attention + feed_forward + words
    assert 0.6 <= least / shape.parameters <= 1.1


def test_every_model_has_one_row_for_its_bare_name_and_no_row_twice() -> None:
    names = [row.name for row in rows()]
    bare = [row.model for row in rows() if row.latest]

    assert len(names) == len(set(names))
    assert sorted(bare) == sorted({row.model for row in rows()})
    assert all(parse_name(name) for name in names)
    assert all(row.source.startswith("https://ollama.com/library/") for row in rows())
    assert DATE.startswith("20")
