"""The catalogue: names find their rows, rows make sense."""

from collections.abc import Iterator

import pytest

from factory_byok.core.model_names import parse_name
from factory_byok.core.units import GB, GIB
from factory_byok.sizing.catalogue import BITS, DATE, Row, find, like, lookup, rows
from factory_byok.sizing.memory.demand import demand
from factory_byok.sizing.memory.shape import Shape
from tests.sizing.memory.engine import DATA as ENGINE


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


@pytest.mark.parametrize(
    ("name", "gigabytes"),
    [
        ("hf.co/unsloth/GLM-4.6-GGUF:UD-Q2_K_XL", 139),
        ("hf.co/unsloth/Qwen3-Coder-30B-A3B-Instruct-GGUF:IQ3_XXS", 12.4),
        ("hf.co/mradermacher/GLM-4.7-Flash-i1-GGUF:i1-Q4_K_M", 19.0),
        ("hf.co/unsloth/Qwen3-Coder-30B-A3B-Instruct-GGUF:UD-Q4_K_XL", 18.7),
    ],
)
def test_the_kinds_of_files_that_others_make_are_known(name: str, gigabytes: float) -> None:
    found = find(name)

    assert found is not None
    assert found.shape.weights == pytest.approx(gigabytes * GB, rel=0.01)


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
    assert demand(found.shape, found.shape.longest_window).total <= 2000 * GIB
    assert demand(found.shape, 4096).total > found.shape.weights


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.name)
def test_every_size_is_near_what_the_bits_per_weight_give(row: Row) -> None:
    count = row.info["general.parameter_count"]
    assert isinstance(count, int)
    for kind, size in row.sizes.items():
        # embeddings that are kept finer, towers for pictures and sound, and state spaces weigh more
        fine = row.model in ("gemma3n", "gemma4", "nemotron-3-nano")
        # with the tables of every layer of gemma4:e2b, its default file has 2.3 times the bytes
        spare = 2.4 if row.tag == "e2b" else 2.0 if fine else 1.4 if count < 5 * GB else 1.2
        assert 0.94 <= size * 8 / count / BITS[kind] <= spare


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.name)
def test_the_shape_has_about_as_many_weights_as_the_row_says(row: Row) -> None:
    found = find(row.name)
    assert found is not None
    shape = found.shape
    # experts without a gate have two matrices
    ways = 2 if shape.architecture.startswith("nemotron") else 3
    feed_forward = ways * shape.embedding * sum(_widths(shape))
    attention = sum(
        shape.embedding
        * (
            2 * block.heads * block.attention.key_length
            + block.attention.kv_heads * (block.attention.key_length + block.attention.value_length)
        )
        for block in shape.blocks
        if block.attention and not shape.latent
    )
    words = shape.vocabulary * (shape.embedding + shape.per_layer * shape.layers)

    # recurrent layers and a second matrix of words are not counted
    least = attention + feed_forward + words
    assert 0.6 <= least / shape.parameters <= 1.1


def _widths(shape: Shape) -> Iterator[int]:
    """The feed-forward widths of each layer, all experts together."""
    for block in shape.blocks:
        yield block.feed_forward
        if block.experts:
            read = (shape.expert_latent or shape.embedding) / shape.embedding
            yield round(shape.experts * shape.expert_feed_forward * read) + block.shared


ASKED = {name: like(shape) for name, shape in ENGINE["shapes"].items()}


@pytest.mark.parametrize("name", [name for name, row in ASKED.items() if row])
def test_a_shape_of_the_table_is_the_one_that_the_engine_was_asked_about(name: str) -> None:
    row, told = ASKED[name], ENGINE["shapes"][name]
    assert row is not None

    for key, value in row.info.items():
        if key in told and "context_length" not in key:
            assert told[key] in (value, [value] * len(str(told[key]).split(","))), key


@pytest.mark.parametrize(
    ("name", "kin"),
    [
        ("hf.co/unsloth/Qwen3-Coder-30B-A3B-Instruct-GGUF:Q4_K_M", "qwen3-coder:30b"),
        ("someone/gemma4-abliterated:27b", "gemma4:26b"),
        ("granite4:13b-h", "granite4:7b-a1b-h"),
        ("hf.co/x/Kimi-Linear-48B-A3B-Instruct-GGUF", "kimi-linear:48b"),
    ],
)
def test_a_name_of_a_known_family_is_no_dense_guess(name: str, kin: str) -> None:
    found = find(name)

    assert found is not None
    assert found.basis == "assumed"
    assert found.shape.architecture == find(kin).shape.architecture  # type: ignore[union-attr]
    assert kin in found.shape.assumptions[-1]


@pytest.mark.parametrize(
    "name",
    ["mistral-large-3", "phi4-mini", "lfm2.5", "gemma3n", "gemma3n:e4b", "qwen3-omni", "gemma4-e9"],
)
def test_another_model_of_a_like_name_is_not_taken_for_a_relative(name: str) -> None:
    found = find(name)

    assert found is None or "taken to be" not in " ".join(found.shape.assumptions)


def test_many_shapes_of_the_table_were_asked_about() -> None:
    assert len({row.name for row in ASKED.values() if row}) >= 25


WANTED = (
    "gemma4 qwen3.5 qwen3.6 qwen3.8 qwen3-coder qwen3-coder-next glm-4.7-flash devstral-small-2 "
    "ministral-3 nemotron-3-nano granite4 lfm2 gpt-oss qwen3-vl seed-oss kimi-linear "
    "nemotron-3-super glm-5 glm-4.6 olmo-3 llama4 kimi-k2 minimax-m2.5 qwen3.5:397b "
    "deepseek-r1:671b"
)


@pytest.mark.parametrize("name", WANTED.split())
def test_the_models_of_2026_need_no_server(name: str) -> None:
    found = find(name)

    assert found is not None
    assert found.row is not None
    assert found.row.date.startswith("2026")
    assert found.row.shape_source.startswith("https://")


def test_every_model_has_one_row_for_its_bare_name_and_no_row_twice() -> None:
    names = [row.name for row in rows()]
    bare = [row.model for row in rows() if row.latest]

    assert len(names) == len(set(names))
    assert sorted(bare) == sorted({row.model for row in rows()})
    assert all(parse_name(name) for name in names)
    pages = [row.source for row in rows() if not row.elsewhere]
    assert all(page.startswith("https://ollama.com/library/") for page in pages)
    assert DATE.startswith("20")
