"""The hardware table held against machines."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory_byok.core.facts import Gpu, Known, Machine, Memory, Reading, Unknown
from factory_byok.core.units import GIB, Bytes
from factory_byok.sizing.hardware_table import ROWS
from factory_byok.sizing.recommendation import as_json, recommend

GB = 10**9
NONE: Mapping[str, Reading[tuple[Gpu, ...]]] = {"nvidia": Known(()), "amd": Known(())}


def card(size: int, **more: Any) -> Gpu:
    return replace(Gpu("a card", "nvidia", Known(Bytes(size))), **more)


def machine(memory: int = 64 * GB, *cards: Gpu, **vendors: Reading[tuple[Gpu, ...]]) -> Machine:
    gpus = dict(NONE) | ({"nvidia": Known(cards)} if cards else {}) | vendors
    return Machine("linux", Known(Memory(Bytes(memory), Bytes(memory))), gpus=gpus)


def gpu_row(found: Machine) -> object:
    return as_json(recommend(found))["gpu_row"]


def memory_row(found: Machine) -> object:
    return as_json(recommend(found))["memory_row"]


@pytest.mark.parametrize(
    ("edge", "reached", "missed"),
    [
        (3, "3B", None),
        (6, "7B", "3B"),
        (10, "13B", "7B"),
        (20, "30B", "13B"),
        (40, "70B", "30B"),
    ],
)
def test_gpu_memory_reaches_a_row_exactly_at_its_edge(
    edge: int, reached: str, missed: str | None
) -> None:
    assert gpu_row(machine(GB, card(edge * GB))) == reached
    assert gpu_row(machine(GB, card(edge * GB - 1))) == missed


@pytest.mark.parametrize(
    ("edge", "reached", "missed"),
    [
        (4, "3B", None),
        (8, "7B", "3B"),
        (16, "13B", "7B"),
        (32, "30B", "13B"),
        (64, "70B", "30B"),
    ],
)
def test_memory_reaches_a_row_exactly_at_its_edge(
    edge: int, reached: str, missed: str | None
) -> None:
    assert memory_row(machine(edge * GB)) == reached
    assert memory_row(machine(edge * GB - 1)) == missed


@pytest.mark.parametrize(
    ("mebibytes", "row"),
    [
        (24564, "30B"),  # RTX 4090, sold with 24 GB
        (20475, "30B"),  # RTX 4000 Ada, 20 GB
        (12282, "13B"),  # RTX A2000, 12 GB
        (10240, "13B"),  # RTX 3080, 10 GB
        (6144, "7B"),  # GTX 1060, 6 GB
        (3072, "3B"),  # GTX 1060, 3 GB
        (40960, "70B"),  # A100, 40 GB
        (16376, "13B"),  # RTX 4080, 16 GB
        (2048, None),
    ],
)
def test_a_card_reaches_the_row_that_it_is_sold_for(mebibytes: int, row: str | None) -> None:
    assert gpu_row(machine(GB, card(mebibytes * 2**20))) == row


@pytest.mark.parametrize(
    ("kibibytes", "row"),
    [
        (16277284, "13B"),  # 16 GiB less what the kernel keeps
        (15728640, "13B"),  # 15 GiB
        (15625000, "13B"),  # 16.0 GB to the byte
        (15624999, "7B"),
        (32768000, "30B"),
        (65843588, "70B"),
    ],
)
def test_a_machine_sold_with_16_gb_reaches_its_row_although_the_kernel_keeps_some(
    kibibytes: int, row: str
) -> None:
    assert memory_row(machine(kibibytes * 1024)) == row


def test_cards_add_up() -> None:
    assert gpu_row(machine(GB, card(12 * GIB))) == "13B"
    assert gpu_row(machine(GB, card(12 * GIB), card(12 * GIB))) == "30B"
    two = machine(GB, card(12 * GIB), amd=Known((card(12 * GIB, vendor="amd"),)))
    assert gpu_row(two) == "30B"


def test_unified_memory_counts_once() -> None:
    part = card(24 * GIB, unified=True)
    found = recommend(machine(32 * GIB, part, windows=Known((part,))))
    assert found.gpu_memory == Known(Bytes(24 * GIB))
    assert (found.gpu_row, found.memory_row) == (ROWS[3], ROWS[3])


def test_a_card_that_ollama_leaves_out_counts_for_nothing_and_is_said() -> None:
    left = card(64 * GIB, name="Radeon 780M", unified=True, left_out="it is integrated")
    found = recommend(machine(64 * GIB, left))
    assert found.gpu_memory == Known(Bytes(0))
    assert found.gpu_row is None
    assert found.left_out == ("Radeon 780M: it is integrated",)
    assert found.unread == ()


def test_a_left_out_card_of_unknown_memory_leaves_nothing_unread() -> None:
    own = card(0, memory=Unknown("it shares the system's memory"), left_out="it is integrated")
    found = recommend(machine(64 * GIB, own))
    assert (found.gpu_memory, found.unread) == (Known(Bytes(0)), ())


def test_no_gpu_is_no_error_and_memory_is_what_there_is() -> None:
    found = recommend(machine(32 * GIB))
    assert found.gpu_memory == Known(Bytes(0))
    assert (found.gpu_row, found.unread) == (None, ())
    places = [place for _, place in found.rows]
    assert places == ["memory", "memory", "memory", "memory", "nowhere"]


def test_a_gpu_that_could_not_be_read_is_said_to_be_unread() -> None:
    found = recommend(machine(32 * GIB, nvidia=Unknown("the NVIDIA driver is not loaded")))
    assert found.gpu_row is None
    assert isinstance(found.gpu_memory, Unknown)
    assert found.unread == ("the NVIDIA driver is not loaded",)
    assert {place for _, place in found.rows} == {"unknown"}
    assert found.memory_row == ROWS[3]


def test_one_unread_card_does_not_hide_the_other() -> None:
    arc = card(0, name="Intel Arc A770", memory=Unknown("its driver does not tell"))
    found = recommend(machine(8 * GIB, card(24 * GIB), intel=Known((arc,))))
    assert found.gpu_row == ROWS[3]
    assert found.unread == ("Intel Arc A770: its driver does not tell",)
    assert found.rows[-1] == (ROWS[4], "unknown")


def test_a_machine_that_nobody_looked_at_is_unknown() -> None:
    found = recommend(Machine("linux"))
    assert isinstance(found.gpu_memory, Unknown)
    assert isinstance(found.memory, Unknown)
    assert (found.gpu_row, found.memory_row) == (None, None)


def test_rows_say_where_a_model_runs() -> None:
    found = recommend(machine(32 * GIB, card(12 * GIB)))
    assert [place for _, place in found.rows] == ["gpu", "gpu", "gpu", "memory", "nowhere"]


@pytest.mark.parametrize(
    ("found", "places", "best"),
    [
        (machine(64 * GIB, card(24 * GIB)), ["gpu", "gpu"], "qwen2.5-coder:32b"),
        (machine(64 * GIB, card(12 * GIB)), ["memory", "gpu"], "qwen2.5-coder:7b"),
        (machine(64 * GIB), ["memory", "memory"], "qwen2.5-coder:7b"),
        (machine(8 * GIB), ["nowhere", "memory"], "qwen2.5-coder:7b"),
        (machine(4 * GIB), ["nowhere", "nowhere"], "qwen3-coder:480b-cloud"),
        (machine(64 * GIB, amd=Unknown("?")), ["unknown", "unknown"], "qwen2.5-coder:7b"),
        (machine(4 * GIB, amd=Unknown("?")), ["unknown", "unknown"], "qwen3-coder:480b-cloud"),
    ],
)
def test_the_two_recommended_models_are_judged(
    found: Machine, places: list[str], best: str
) -> None:
    told = recommend(found)
    assert [pull.place for pull in told.pulls] == places
    assert [pull.suggestion.model for pull in told.pulls] == [
        "qwen2.5-coder:32b",
        "qwen2.5-coder:7b",
    ]
    assert told.best.suggestion.model == best


def test_the_reasons_name_the_row_and_both_amounts() -> None:
    first, second = recommend(machine(64 * GIB, card(12 * GIB))).pulls
    assert first.reason == (
        "the 30B row needs 20.0 GB of GPU memory and this machine has 12.9 GB, so it runs on "
        "CPU, which is slow"
    )
    assert second.reason == "the 7B row needs 6.0 GB of GPU memory; this machine has 12.9 GB"
    assert "has none" in recommend(machine(64 * GIB)).pulls[0].reason


def test_the_json_has_rows_by_size_or_null() -> None:
    told = as_json(recommend(machine(64 * GIB, card(24 * GIB))))
    assert (told["gpu_row"], told["memory_row"]) == ("30B", "70B")
    nothing = as_json(recommend(machine(GB)))
    assert (nothing["gpu_row"], nothing["memory_row"]) == (None, None)
    assert nothing["gpu_memory"] == 0
    assert as_json(recommend(Machine("linux")))["gpu_memory"] is None


SIZES = st.integers(1, 200 * GB)


@given(SIZES, st.lists(SIZES, max_size=4), SIZES)
def test_another_card_never_makes_a_machine_smaller(
    memory: int, sizes: list[int], more: int
) -> None:
    cards = [card(size) for size in sizes]
    before, after = (
        recommend(machine(memory, *cards)),
        recommend(machine(memory, *cards, card(more))),
    )
    order = {None: -1} | {each: place for place, each in enumerate(ROWS)}
    assert order[before.gpu_row] <= order[after.gpu_row]
    assert before.memory_row == after.memory_row
