"""What is read from a model's metadata, and what is assumed where it is silent."""

from factory_byok.core.units import GIB, Bytes, Parameters
from factory_byok.sizing.memory.attention import Attention
from factory_byok.sizing.memory.cache import kv_cache
from factory_byok.sizing.memory.demand import demand
from factory_byok.sizing.memory.shape import guessed_shape, read_shape
from tests.sizing.memory.builders import info, shape

MIB = 2**20


def test_a_plain_model_caches_every_layer_in_full() -> None:
    assert shape().attention == (Attention(8, 128, 128),) * 32
    assert shape().assumptions == ()
    assert shape().basis == "computed"


def test_lengths_that_are_not_told_follow_from_the_width() -> None:
    silent = shape(attention__key_length=..., attention__value_length=...)

    assert silent.attention[0] == Attention(8, 128, 128)


def test_key_and_value_heads_that_are_not_told_are_an_upper_bound_and_say_so() -> None:
    silent = shape(attention__head_count_kv=...)

    assert silent.attention[0].kv_heads == 32
    assert "upper bound" in silent.assumptions[0]
    assert silent.basis == "assumed"


def test_an_array_that_was_left_out_asks_for_a_verbose_answer() -> None:
    short = shape(attention__head_count_kv=None)

    assert short.needs_verbose == ("llama.attention.head_count_kv",)
    assert "verbose" in short.assumptions[0]


def test_heads_can_differ_by_layer_and_be_none() -> None:
    mixed = shape("nemotron_h", block_count=4, attention__head_count_kv=[0, 2, 0, 4])

    assert [layer.kv_heads for layer in mixed.attention] == [2, 4]


def test_an_unknown_architecture_counts_every_layer_and_says_so() -> None:
    strange = shape("zeta9", attention__sliding_window=512)

    assert not any(layer.sliding for layer in strange.attention)
    assert "`zeta9` is not known" in strange.assumptions[0]


def test_gemma3_slides_in_five_layers_of_six() -> None:
    gemma = shape("gemma3", block_count=34, attention__sliding_window=1024)

    assert sum(not layer.sliding for layer in gemma.attention) == 5
    assert gemma.sliding_window == 1024


def test_the_pattern_in_the_metadata_wins() -> None:
    told = shape(
        "gemma4",
        block_count=4,
        attention__sliding_window=512,
        attention__sliding_window_pattern=[True, False, True, True],
        attention__key_length=512,
        attention__key_length_swa=256,
    )

    assert [layer.sliding for layer in told.attention] == [True, False, True, True]
    assert [layer.key_length for layer in told.attention] == [256, 512, 256, 256]


def test_a_pattern_can_be_a_number() -> None:
    told = shape(
        "zeta9",
        block_count=8,
        attention__sliding_window=512,
        attention__sliding_window_pattern=4,
    )

    assert [index for index, layer in enumerate(told.attention) if not layer.sliding] == [3, 7]


def test_a_window_that_llama_cpp_does_not_use_changes_nothing() -> None:
    assert not any(layer.sliding for layer in shape("phi3", attention__sliding_window=99).attention)


def test_shared_layers_cache_nothing() -> None:
    assert len(shape("gemma4", block_count=42, attention__shared_kv_layers=18).attention) == 24
    assert len(shape("gemma3n", block_count=35).attention) == 20


def test_layers_that_predict_ahead_cache_nothing() -> None:
    ahead = shape("qwen35", block_count=65, nextn_predict_layers=1)

    assert len(ahead.attention) == 16


def test_a_hybrid_keeps_a_state_for_its_other_layers() -> None:
    hybrid = shape(
        "qwen35",
        block_count=64,
        ssm__conv_kernel=4,
        ssm__inner_size=6144,
        ssm__state_size=128,
        ssm__group_count=16,
    )

    assert len(hybrid.attention) == 16
    # llama-server b10434 logs 149.62 MiB
    assert hybrid.state == 48 * (3 * 10240 + 6144 * 128) * 4


def test_a_latent_cache_is_one_head_without_values() -> None:
    latent = {"attention__kv_lora_rank": 512, "rope__dimension_count": 64}

    new = shape("deepseek2", attention__key_length=576, attention__head_count_kv=1, **latent)
    old = shape("deepseek2", attention__key_length=192, attention__head_count_kv=16, **latent)

    assert new.attention[0] == Attention(1, 576, 0)
    assert old.attention[0] == Attention(16, 192, 128)


def test_a_mixture_holds_all_its_weights() -> None:
    mixture = shape("qwen3moe", expert_count=128, expert_used_count=8)

    aside = mixture.embedding_bytes + mixture.tokenizer
    assert demand(mixture, 4096).weights + aside == 5 * GIB
    assert demand(mixture, 4096, gpus=0).weights + mixture.tokenizer == 5 * GIB
    assert mixture.active_share == 8 / 128


def test_no_metadata_is_a_usual_model_of_that_size_and_says_so() -> None:
    guess = read_shape({}, Bytes(0), Parameters(8 * 10**9))

    assert guess.basis == "assumed"
    assert 4 * GIB < guess.weights < 6 * GIB
    assert len(guess.assumptions) == 2
    assert 0.5 < kv_cache(guess, 4096, "f16", 1, 512) / (512 * MIB) < 2


def test_a_guess_grows_with_the_parameters() -> None:
    sizes = [1, 3, 8, 14, 32, 70]
    layers = [guessed_shape(Bytes(GIB), Parameters(each * 10**9)).layers for each in sizes]

    assert layers == sorted(layers)
    assert layers[2] in range(30, 40)
    assert layers[-1] in range(75, 90)


def test_weights_that_are_not_known_are_guessed_from_the_parameters() -> None:
    told = read_shape({**info(), "general.parameter_count": 8_030_000_000}, Bytes(0))

    assert 4.5 * GIB < told.weights < 5 * GIB
    assert told.basis == "assumed"
