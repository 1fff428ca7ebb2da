"""Sentences with a number or a condition are true just below, at, and just above their bounds.

The levels and bounds of the single checks are in the tests of each check; here is what the words
beside them say.
"""

from collections.abc import Callable, Iterable

import pytest

from factory_byok.core.actions import CopyModel
from factory_byok.core.facts import Snapshot
from factory_byok.core.findings import Finding, Level, Remedy
from factory_byok.core.requirements import FLOOR
from factory_byok.core.units import Tokens, show_tokens
from factory_byok.diagnosis.checks import load_slow, model_on_cpu, model_too_large
from factory_byok.diagnosis.examine import examine
from factory_byok.screens.style import UNBOUNDED, Style
from factory_byok.screens.window import window_lines
from factory_byok.workflows.next_step import after_doctor
from factory_byok.workflows.windows import Row
from tests.diagnosis.checks.test_load_slow import _snap as loaded_in
from tests.diagnosis.checks.test_model_on_cpu import loaded
from tests.diagnosis.checks.test_model_too_large import a_machine_with
from tests.diagnosis.checks.test_window_too_small import a_window

Check = Callable[[Snapshot], Iterable[Finding]]
SIZE = 20_000_000_000


def said(check: Check, snap: Snapshot) -> str:
    """What a check tells, message and hint; "" when it is silent."""
    return " ".join(f"{each.message}. {each.remedy.text}" for each in check(snap))


@pytest.mark.parametrize(
    ("check", "snap", "words", "there"),
    [
        (load_slow.check, loaded_in(29.9), "took", False),
        (load_slow.check, loaded_in(30.0), "took 30 s", True),
        (load_slow.check, loaded_in(30.1), "took 30 s", True),
        (model_on_cpu.check, loaded(SIZE), "in system memory", False),
        (model_on_cpu.check, loaded(SIZE - 1), "(1 %)", True),
        (model_on_cpu.check, loaded(1), "(99 %)", True),
        (model_on_cpu.check, loaded(0), "All of", True),
        (model_on_cpu.check, loaded(1, window=FLOOR), "a window smaller", False),
        (model_on_cpu.check, loaded(1, window=FLOOR + 1), "smaller than 32,001 tokens", True),
        (model_too_large.check, a_machine_with(10**9, window=FLOOR), "needs less", False),
        (model_too_large.check, a_machine_with(10**9, window=FLOOR + 1), "needs less", True),
    ],
)
def test_the_words_of_a_check_hold_at_the_bound(
    check: Check, snap: Snapshot, words: str, there: bool
) -> None:
    assert (words in said(check, snap)) is there


@pytest.mark.parametrize(
    ("window", "short"), [(FLOOR - 1, True), (FLOOR, False), (FLOOR + 1, False)]
)
def test_a_window_is_called_too_small_below_the_floor_alone(window: int, short: bool) -> None:
    row = Row("m:7b", "http://localhost:11434", (), Tokens(window), "measured", "", None)
    told = " ".join(window_lines((row,), Style(color=False, width=UNBOUNDED)))
    assert ("under the 32,000" in told) is short


@pytest.mark.parametrize(("count", "told"), [(0, "0 tokens"), (1, "1 token"), (2, "2 tokens")])
def test_one_token_is_one(count: int, told: str) -> None:
    assert show_tokens(count) == told


@pytest.mark.parametrize(
    ("tokens", "repairs"), [(FLOOR - 1, True), (FLOOR, False), (FLOOR + 1, False)]
)
def test_fix_is_said_to_repair_just_what_it_repairs(tokens: int, repairs: bool) -> None:
    snap = a_window(tokens)
    step = after_doctor(snap, examine(snap))
    assert (step.command == ("byok", "fix")) is repairs


@pytest.mark.parametrize(
    ("level", "repairable"), [("error", True), ("warning", True), ("note", False)]
)
def test_a_larger_window_that_is_only_nice_to_have_is_no_repair(
    level: Level, repairable: bool
) -> None:
    remedy = Remedy("Make a copy", (CopyModel("m:7b", FLOOR),))
    assert Finding(level, "m", "small", remedy).repairable is repairable
