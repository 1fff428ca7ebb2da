"""The sums against public measurements, llama.cpp's own logs and a real Ollama's replies."""

import json
from typing import Any

import pytest

from factory_byok.core.facts import Json
from factory_byok.core.units import Bytes
from factory_byok.sizing.catalogue_rows import rows
from factory_byok.sizing.memory.cache import checkpoint
from factory_byok.sizing.memory.demand import demand
from factory_byok.sizing.memory.shape import read_shape
from tests.sizing.memory.engine import DATA
from tests.sizing.memory.report import HERE, MIB, by_source, errors, table, weighted_median

BUFFERS: dict[str, Any] = json.loads((HERE / "buffers.json").read_text())
REPORTED: dict[str, Any] = json.loads((HERE / "reported.json").read_text())


def test_the_median_error_is_at_most_one_percent_with_each_source_weighted_alike() -> None:
    assert weighted_median(errors()) <= 0.01, table(errors())


def test_no_row_is_further_off_than_five_percent() -> None:
    assert max(abs(each.error) for each in errors()) <= 0.05, table(errors())


def test_a_breakdown_without_the_context_is_met_to_half_a_percent() -> None:
    long = [each for each in errors() if each.row == "gemma3-4b Q4_K_M 131072 f16"]

    assert [abs(each.error) <= 0.005 for each in long] == [True]


def test_a_reading_of_a_whole_card_is_no_target() -> None:
    assert not any(each.reading == "card" for each in errors())


def test_every_source_is_in_the_report() -> None:
    assert all(source in table(errors()) for source in by_source(errors()))


@pytest.mark.parametrize("row", BUFFERS["rows"], ids=str)
def test_the_buffers_are_what_llama_server_logs(row: list[Any]) -> None:
    told = dict(zip(BUFFERS["columns"], row, strict=True))
    model = read_shape(BUFFERS["shapes"][told["model"]], Bytes(MIB))

    need = demand(
        model,
        told["window"],
        told["kv_type"],
        told["parallel"],
        gpus=0,
        micro_batch=told["micro_batch"],
    )

    logged = told["kv_mib"] + told["state_mib"]
    assert need.kv_cache / MIB == pytest.approx(logged, abs=0.011)
    output = model.vocabulary * 4 * told["parallel"] / MIB
    assert need.compute / MIB - output == pytest.approx(told["compute_mib"], rel=0.03)


@pytest.mark.parametrize("row", REPORTED["rows"], ids=str)
def test_a_real_ollama_reports_these_sizes(row: list[Any]) -> None:
    told = dict(zip(REPORTED["columns"], row, strict=True))
    model = REPORTED["models"][told["model"]]
    shape = read_shape(model["model_info"], Bytes(model["size"]))

    size = demand(shape, told["window"], parallel=told["parallel"], device="cpu").reported

    # what is left are words that are longer or shorter than usual ones
    assert abs(size - told["size"]) < 64 * 1024


def test_the_cache_of_mistral_small_is_that_of_a_public_log() -> None:
    # public measurements: 22B at 49152 tokens with q8_0, 5712.0 MiB
    info: dict[str, Json] = {
        "general.architecture": "llama",
        "llama.block_count": 56,
        "llama.attention.head_count_kv": 8,
        "llama.attention.key_length": 128,
        "llama.attention.value_length": 128,
    }

    assert demand(read_shape(info, Bytes(MIB)), 49152, "q8_0").kv_cache == 5712 * MIB


def test_a_model_that_predicts_ahead_has_a_second_cache_and_more_states() -> None:
    # qwen3.8:27b at 65,536 tokens on Ollama 0.32.13, its log of 2026-08-15 (github.com/
    # hogeheer499-commits/strix-halo-guide): caches, states for four drafts, two compute buffers
    row = next(each for each in rows() if each.model == "qwen3.8")
    shape = read_shape(row.info, row.sizes["q4_k_m"])

    need = demand(shape, 65_536, micro_batch=2048)

    assert need.kv_cache / MIB == pytest.approx(4096 + 748.12 + 256, abs=0.02)
    assert need.compute / MIB == pytest.approx(792.18 + 544.06, rel=0.06)
    weights = 15_339.43 + 888  # the model's and the projector's
    assert need.weights / MIB == pytest.approx(weights, rel=0.01)


def test_a_checkpoint_holds_what_a_cache_forgets() -> None:
    kept = {
        name: checkpoint(read_shape(DATA["shapes"][name], Bytes(0)), "f16")
        for name in ("qwen3:8b", "gemma3:4b", "qwen3.5:27b")
    }

    # 29 sliding layers of 1,024 tokens; 48 states of 3 tails of 10,240 and 6,144 times 128
    wide = 29 * 1024 * 4 * 2 * 256 * 2
    state = 48 * (3 * 10_240 + 6_144 * 128) * 4
    assert kept == {"qwen3:8b": 0, "gemma3:4b": wide, "qwen3.5:27b": state}
