"""model_too_small fires below 30 billion parameters, by the server's figure or the name."""

import pytest

from factory_byok.core.facts import Known, Machine, Unknown
from factory_byok.core.units import Parameters
from factory_byok.diagnosis.checks.model_too_small import check
from factory_byok.diagnosis.recommending import for_snapshot
from tests.builders import ENDPOINT, a_model, a_server, a_snapshot, an_entry
from tests.sizing.fitting.builders import a_card, a_machine

SILENT_SERVER = {ENDPOINT: Unknown("The connection was refused", "refused")}


def test_the_server_s_figure_wins_over_the_name() -> None:
    small = a_model(parameters=Known(Parameters(8_000_000_000)))
    (finding,) = check(a_snapshot(servers={ENDPOINT: Known(a_server(small))}))
    assert finding.level == "warning"
    assert "8B" in finding.message
    assert "by its name" not in finding.message


@pytest.mark.parametrize(("count", "fires"), [(29_999_999_999, 1), (30_000_000_000, 0)])
def test_both_sides_of_the_boundary(count: int, fires: int) -> None:
    model = a_model(parameters=Known(Parameters(count)))
    assert len(list(check(a_snapshot(servers={ENDPOINT: Known(a_server(model))})))) == fires


@pytest.mark.parametrize(
    ("name", "fires"),
    [
        ("qwen2.5-coder:32b", 0),
        ("qwen2.5-coder:7b", 1),
        ("mixtral:8x7b", 0),
        ("qwen3:30b-a3b", 0),
        ("gemma3n:e4b", 1),
        ("gemma3:270m", 1),
        ("qwen3-coder:480b-cloud", 0),
        ("devstral", 0),
    ],
)
def test_a_silent_server_leaves_the_name(name: str, fires: int) -> None:
    snap = a_snapshot(entries=(an_entry(model=name),), servers=SILENT_SERVER)
    found = list(check(snap))
    assert len(found) == fires
    assert all("by its name" in finding.message for finding in found)


def test_an_entry_that_droid_does_not_list_is_left_alone() -> None:
    entry = an_entry(model="m:7b", fate="dropped")
    assert list(check(a_snapshot(entries=(entry,), servers=SILENT_SERVER))) == []


@pytest.mark.parametrize(
    ("machine", "named"),
    [(a_machine(a_card(24)), True), (a_machine(memory=16, available=12), False)],
)
def test_a_larger_pick_is_named_and_no_smaller_one(machine: Machine, named: bool) -> None:
    small = an_entry(model="qwen3:14b")
    snap = a_snapshot(entries=(small,), servers=SILENT_SERVER, machine=machine)
    own = for_snapshot(snap).own
    assert own is not None

    (finding,) = check(snap)

    assert (f"`{own.model}`" in finding.remedy.text) == named
