"""One model at each window on one machine."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factory_byok.core.facts import Known, ServerSettings, Unknown
from factory_byok.core.units import GIB, Bytes, Tokens
from factory_byok.sizing.fitting.against_table import beside, row_of
from factory_byok.sizing.fitting.as_json import fit_as_json
from factory_byok.sizing.fitting.free import Free
from factory_byok.sizing.fitting.judged import findings_of
from factory_byok.sizing.fitting.one import Asked, Fit, asked_of, fit
from factory_byok.sizing.hardware_table import row
from factory_byok.sizing.recommendation import recommend
from tests.builders import a_server
from tests.sizing.fitting.builders import a_card, a_machine, free, model

ROWS = recommend(a_machine(a_card(24))).rows


def held(name: str = "qwen3-coder:30b", place: Free | None = None, **asked: int | str) -> Fit:
    window = Tokens(int(asked.pop("window", 32_000)))
    return fit(model(name), place or free(24), Asked(window, **asked))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "kind", "gibibytes"),
    [
        ("qwen3-coder:30b", "f16", 6.0),
        ("qwen3-coder:30b", "q8_0", 3.2),
        ("llama3.1:8b", "f16", 8.0),
        ("llama3.1:8b", "q8_0", 4.25),
        ("qwen3:8b", "f16", 5.6),  # its longest window is 40,960
    ],
)
def test_the_kv_cache_at_64k_is_what_is_known(name: str, kind: str, gibibytes: float) -> None:
    found = held(name, window=65_536, kv_type=kind)

    assert found.need.kv_cache / GIB == pytest.approx(gibibytes, abs=0.05)


def test_the_demand_does_not_depend_on_the_machine() -> None:
    mac = free(45, memory=10, device="metal")
    places = [free(24), free(8, memory=4), free(), free(12, 12), mac]

    assert len({held(place=place).need for place in places}) == 1
    assert held(place=free(12, 12)).here.need.gpus == 2
    assert held(place=mac).here.need.overhead < held().need.overhead


def test_more_cards_only_when_asked_for_or_needed() -> None:
    assert held(gpus=3).need.gpus == 3
    assert held("qwen3:8b", free(24, 24)).here.need.gpus == 1


def test_windows_end_with_the_longest() -> None:
    assert [each.window for each in held().windows] == [4096, 32768, 65536, 131072, 262144]
    assert [each.window for each in held("qwen2.5-coder:32b").windows] == [4096, 32768]
    assert [each.window for each in held("someone/m:7b").windows] == [4096, 32768, 65536, 131072]


def test_an_asked_window_is_cut_at_the_longest_and_that_is_said() -> None:
    found = held("qwen2.5-coder:32b", window=100_000)

    assert found.asked.window == 32_768
    assert findings_of(found, Tokens(100_000))[0].level == "note"
    assert not findings_of(found, Tokens(32_768))


@pytest.mark.parametrize(
    ("place", "where"),
    [
        (free(24), "gpu"),
        (free(12, 12), "gpu"),
        (free(12), "split"),
        (free(memory=60), "memory"),
        (free(8, memory=4), "nowhere"),
        (free(memory=4), "nowhere"),
        (replace(free(), gpus_known=False), "unknown"),
        (replace(free(8), memory=Unknown("not told")), "unknown"),
        (replace(free(24), memory=Unknown("not told")), "gpu"),
    ],
)
def test_a_placement_in_one_word(place: Free, where: str) -> None:
    assert held(place=place).here.where == where


def test_the_largest_windows_are_those_that_still_fit() -> None:
    found = held(place=free(23))
    on_gpu = found.largest_on_gpu.value

    assert 32_000 < on_gpu < 65_536
    assert held(place=free(23), window=on_gpu).here.where == "gpu"
    assert held(place=free(23), window=on_gpu + 256).here.where == "split"
    assert found.largest_in_memory == Known(262_144)
    assert found.coarser is not None
    assert found.coarser.largest_on_gpu.value > on_gpu


def test_without_a_card_no_window_fits_on_it_and_an_unread_one_is_not_known() -> None:
    assert held(place=free()).largest_on_gpu == Known(0)
    assert isinstance(held(place=replace(free(), gpus_known=False)).largest_on_gpu, Unknown)
    assert isinstance(held(place=replace(free(), gpus_known=False)).largest_in_memory, Unknown)


def test_only_f16_is_compared_with_something_coarser() -> None:
    assert held(kv_type="q8_0").coarser is None
    assert held(kv_type="q4_0").coarser is None


def test_a_cloud_model_needs_nothing_and_is_never_too_large() -> None:
    found = held("qwen3-coder:480b-cloud", free(memory=1))
    told = fit_as_json(found, beside(found, ROWS))

    assert found.here.where == "cloud"
    assert found.need.total == 0
    assert found.windows == ()
    assert findings_of(found, None) == ()
    assert told["largest_window_on_gpu"] is None


def test_a_model_that_does_not_fit_is_a_warning_that_says_what_would() -> None:
    found = held(place=free(memory=21))
    (warning,) = findings_of(found, None)

    assert warning.level == "warning"
    assert "tokens would fit" in warning.message
    assert warning.remedy.command == ("byok", "fit")


@settings(deadline=None)  # the first plan of a model takes longer than later ones
@given(
    st.sampled_from(["qwen3-coder:30b", "gemma3:4b", "gpt-oss:20b", "qwen3.5:9b", "llama3.1:8b"]),
    st.lists(st.floats(0, 60), max_size=4),
    st.floats(0, 100),
    st.integers(1, 300_000),
    st.sampled_from(["f16", "q8_0", "q4_0"]),
    st.integers(1, 4),
    st.integers(0, 4),
)
def test_parts_sum_to_the_whole_everywhere(
    name: str, gpus: list[float], memory: float, window: int, kind: str, slots: int, cards: int
) -> None:
    found = fit(model(name), free(*gpus, memory=memory), Asked(Tokens(window), kind, slots, cards))

    for each in (found.here, *found.windows):
        need = each.need
        assert need.weights + need.kv_cache + need.compute + need.overhead == need.total
        assert each.placed is not None
        assert each.placed.on_gpu + each.placed.in_memory == need.total
        assert (each.where == "gpu") == (bool(gpus) and each.placed.in_memory == 0)
    totals = [each.need.weights + each.need.kv_cache for each in found.windows]
    assert totals == sorted(totals)


# --- the table -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("billions", "size"),
    [(3.2, "3B"), (8.2, "7B"), (14.8, "13B"), (24, "30B"), (32.8, "30B"), (72.7, "70B")],
)
def test_a_model_belongs_to_the_nearest_row(billions: float, size: str) -> None:
    assert row_of(round(billions * 10**9)) == row(size)


def test_a_model_beyond_the_table_has_no_row() -> None:
    assert row_of(480 * 10**9) is None
    assert row_of(0) is None


def test_the_table_and_the_sum_are_both_told_with_the_reason() -> None:
    reasons = {
        name: beside(held(name), ROWS).why
        for name in ("qwen2.5-coder:32b", "gpt-oss:20b", "qwen3-coder:30b-a3b-q8_0")
    }

    assert "knows no window" in reasons["qwen2.5-coder:32b"]
    assert "leaves room for" in reasons["gpt-oss:20b"]
    assert "weights alone" in reasons["qwen3-coder:30b-a3b-q8_0"]


def test_a_sum_near_the_row_agrees() -> None:
    found = held(window=4096)

    assert beside(found, ROWS).agrees
    assert beside(found, ROWS).why == ""


def test_what_is_not_known_is_null() -> None:
    found = held(place=replace(free(), gpus_known=False))
    told = fit_as_json(found, beside(found, ROWS))

    assert told["largest_window_on_gpu"] is None
    assert told["placement"] == {
        "where": "unknown",
        "on_gpu": None,
        "in_memory": None,
        "by_gpu": None,
        "missing": None,
        "gpu_share": None,
        "beside": found.here.need.beside,
        "read_for_each_token": None,
        "total": Bytes(found.here.need.total),
    }


def test_how_the_server_runs_it_now_stands_beside_what_is_asked() -> None:
    there = replace(model("qwen3:8b"), window=Tokens(40_960), decided_by="`num_ctx`")

    found = fit(there, free(24), Asked(), served=Asked(kv_type="q8_0", parallel=2))
    told = fit_as_json(found, beside(found, ROWS))["server_now"]

    assert found.served is not None
    assert (
        found.served.need == held("qwen3:8b", window=40_960, kv_type="q8_0", parallel=2).here.need
    )
    assert 40_960 in [each.window for each in found.windows]
    assert isinstance(told, dict)
    assert (told["kv_type"], told["parallel"]) == ("q8_0", 2)
    assert held("qwen3:8b").served is None


def test_a_server_that_tells_its_settings_decides_what_is_asked() -> None:
    variables = {"OLLAMA_KV_CACHE_TYPE": " 'q8_0' ", "OLLAMA_NUM_PARALLEL": "4"}
    server = a_server(settings=Known(ServerSettings(Known(variables))))

    assert asked_of(server) == Asked(kv_type="q8_0", parallel=4)
    assert asked_of(a_server()) == asked_of(None) == Asked()


def test_an_old_engine_keeps_logits_for_a_whole_micro_batch() -> None:
    old, new = asked_of(a_server(version="0.31.1")), asked_of(a_server(version="0.31.2"))
    small = model("gemma3:270m")  # 262,144 words beside a width of 640

    more = fit(small, free(24), old).here.need.compute
    less = fit(small, free(24), new).here.need.compute

    assert (old.all_logits, new.all_logits) == (True, False)
    assert more > 2 * less


def test_ollama_gives_some_families_one_slot_whatever_is_asked() -> None:
    assert held("qwen3.5:9b", parallel=4).here.need == held("qwen3.5:9b").here.need
    assert held("qwen3:8b", parallel=2).here.need != held("qwen3:8b").here.need


def test_without_a_card_nothing_is_counted_for_one() -> None:
    here = held(place=free(device="cpu")).here.need

    assert here.overhead == 0
    assert here.beside == 0


def test_a_mixture_reads_few_of_the_experts_that_went_to_memory() -> None:
    mixture, dense = held(place=free(16)).here, held("qwen2.5-coder:32b", free(16)).here

    assert mixture.placed is not None
    assert dense.placed is not None
    assert mixture.slow * 10 < mixture.placed.in_memory
    assert dense.slow == dense.placed.in_memory


def test_a_model_that_sees_pictures_leaves_twice_as_much_free() -> None:
    blind = model("qwen3-coder:30b")
    place = free(21)

    seeing = fit(replace(blind, pictures=True), place, Asked()).largest_on_gpu
    assert seeing.value < fit(blind, place, Asked()).largest_on_gpu.value


@pytest.mark.parametrize("sizes", [(8,), (12,), (16,), (24,), (48,), (12, 12), (8, 16), (24, 12)])
@pytest.mark.parametrize("name", ["qwen3:8b", "qwen3:14b", "qwen3-coder:30b", "qwen3:32b"])
def test_cards_are_filled_as_llama_cpp_fills_them(name: str, sizes: tuple[int, ...]) -> None:
    found = held(name, free(*sizes))
    placed, need = found.here.placed, found.here.need
    assert placed is not None
    scratch = 256 * 2**20  # in the sum for a card, but a part of what llama.cpp leaves

    # buffers and context are beside 1,024 MiB on every card
    left = [
        size * GIB - (on - scratch) for size, on in zip(sizes, placed.by_gpu, strict=True) if on
    ]
    assert all(each >= GIB for each in left)
    # a device gets whole layers, thirds of them where experts are, and is filled up with those
    piece = -(-(need.total - need.per_gpu * len(left)) // need.pieces)
    room = [size * GIB - GIB + scratch - need.per_gpu for size in sizes]
    fits = sum(max(each, 0) // piece for each in sorted(room)[-need.gpus :]) >= need.pieces
    assert (found.here.where == "gpu") == (
        fits or (len(left) == 1 and max(room) >= need.total - need.per_gpu)
    )
    if found.here.where == "split":
        assert max(left) < GIB + 2 * piece
