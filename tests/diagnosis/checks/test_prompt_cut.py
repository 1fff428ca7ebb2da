"""prompt_cut: fires when a long prompt did not arrive whole, silent when it did."""

import pytest

from factory_byok.core.facts import Exercise, Known, Snapshot
from factory_byok.core.units import Tokens
from factory_byok.diagnosis.checks.prompt_cut import check
from tests.builders import ENDPOINT, a_model, a_server, a_snapshot, an_entry


def _snap(status: str, fault: str = "cut", longest: int = 262_144) -> Snapshot:
    entry = an_entry()
    reason = "Only 2,050 of 4,600 tokens reached the model"
    done = Exercise(entry.id, entry.model, "window", status, reason, {"fault": fault})  # type: ignore[arg-type]
    server = a_server(a_model(longest_window=Known(Tokens(longest))))
    return a_snapshot(entries=(entry,), exercises=(done,), servers={ENDPOINT: Known(server)})


@pytest.mark.parametrize("fault", ["cut", "refused_length", "window_small"])
def test_it_fires_and_says_how_to_raise_the_window(fault: str) -> None:
    (finding,) = check(_snap("failed", fault))
    assert finding.level == "error"
    assert "2,050 of 4,600" in finding.message
    assert "32000" in f"{finding.remedy.text}{finding.remedy.command}"


def test_a_model_that_ends_below_is_to_be_replaced() -> None:
    (finding,) = check(_snap("failed", longest=8192))
    assert "8,192" in finding.remedy.text


def test_another_fault_keeps_its_own_next_step() -> None:
    (finding,) = check(_snap("failed", "unauthorized"))
    assert "key" in finding.remedy.text


@pytest.mark.parametrize("status", ["passed", "skipped"])
def test_it_is_silent_otherwise(status: str) -> None:
    assert list(check(_snap(status))) == []
    assert list(check(a_snapshot())) == []
