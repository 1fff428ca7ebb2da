"""The one recommendation: the page's row and model, and byok's own pick with one reason."""

from dataclasses import replace
from typing import Any

import pytest

from factory_byok.core.facts import Known
from factory_byok.core.units import Tokens
from factory_byok.sizing.fitting.candidate import by_name
from factory_byok.sizing.fitting.free import free_memory
from factory_byok.sizing.fitting.one import Where
from factory_byok.sizing.fitting.pick import offers, recommended, with_own
from factory_byok.sizing.fitting.ranking import Ranked, candidates, glanced, ranked
from factory_byok.sizing.recommendation import as_json, recommend
from tests.builders import a_model, a_server
from tests.sizing.fitting.builders import a_card, a_machine, free, model

MACHINES = {
    "none": a_machine(),
    "small": a_machine(a_card(8)),
    "usual": a_machine(a_card(24)),
    "large": a_machine(a_card(80)),
    "two": a_machine(a_card(12), a_card(12)),
    "little memory": a_machine(memory=8, available=6),
    "unread": a_machine(gpus={}),
}


def one(name: str, reach: Where = "gpu", **changes: Any) -> Ranked:
    """A model with its reach."""
    window = Known(Tokens(65_536))
    return replace(Ranked(model(name), reach, window, window, True, True, "a reason"), **changes)


@pytest.mark.parametrize("name", MACHINES)
def test_the_pick_is_the_first_that_setup_offers(name: str) -> None:
    machine = MACHINES[name]
    first = offers(ranked(candidates([]), free_memory(machine)))[0]

    own = recommended(machine).own

    assert own is not None
    assert (own.model, own.reason) == (first.candidate.name, first.reason)


def test_where_nothing_fits_the_pick_is_the_pages_cloud_model() -> None:
    own = recommended(a_machine(memory=2, available=1)).own

    assert own is not None
    assert own.model == "qwen3-coder:480b-cloud"


@pytest.mark.parametrize("size", [0.5, 6, 10, 18, 24, 48, 96])
def test_a_glance_finds_the_same_model_as_the_whole_ranking(size: float) -> None:
    known = candidates([])

    for room in (free(size), free(memory=size)):
        names = [each.candidate.name for each in offers(ranked(known, room))]
        assert [each.candidate.name for each in offers(glanced(known, room))] == names


def test_the_pages_pick_is_told_with_the_one_reason_against_it() -> None:
    found = recommended(MACHINES["usual"])

    assert found.best.suggestion.model == "qwen2.5-coder:32b"
    assert found.own is not None
    assert "tool calls come back as text" in found.own.why


def test_where_both_agree_there_is_no_reason() -> None:
    machine = MACHINES["usual"]

    found = with_own(recommend(machine), [model("qwen2.5-coder:32b")], free_memory(machine))

    assert found.own is not None
    assert (found.own.model, found.own.why) == ("qwen2.5-coder:32b", "")


def test_a_model_that_is_there_is_the_pick_where_nothing_is_better() -> None:
    there = by_name("qwen3-coder:30b")
    assert there is not None
    server = a_server(a_model(name="qwen3-coder:30b"))

    found = recommended(MACHINES["two"], server)

    assert found.own is not None
    assert found.own.installed == (found.own.model == "qwen3-coder:30b")


def test_reports_carry_the_pick() -> None:
    told = as_json(recommended(MACHINES["usual"]))["own"]

    assert isinstance(told, dict)
    assert set(told) == {"model", "installed", "reason", "why_not_the_pages"}
    assert as_json(recommend(MACHINES["usual"]))["own"] is None


def test_only_models_that_fit_and_act_are_offered() -> None:
    models = (
        one("qwen3-coder:30b"),
        one("qwen3:14b", reaches_32k=False),
        one("llama3.3:70b", "nowhere"),
        one("qwen2.5-coder:32b"),
    )
    assert [each.candidate.name for each in offers(models)] == ["qwen3-coder:30b"]


def test_where_none_acts_those_that_fit_are_offered() -> None:
    models = (one("llama3.3:70b", "nowhere"), one("qwen2.5-coder:7b"))
    assert [each.candidate.name for each in offers(models)] == ["qwen2.5-coder:7b"]
