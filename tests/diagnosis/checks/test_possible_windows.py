"""No remedy proposes a window that the model cannot have."""

import pytest

from factory_byok.core.actions import CopyModel
from factory_byok.core.facts import Exercise, Known, Snapshot, Window
from factory_byok.core.units import Tokens
from factory_byok.diagnosis.checks import (
    prompt_cut,
    reloads,
    window_setting_ignored,
    window_too_small,
)
from tests.builders import ENDPOINT, a_model, a_server, a_snapshot, an_entry

ENTRY = an_entry()


def snapshot(longest: int) -> Snapshot:
    """A model with a window of 4,096 in its own file, whose exercises went wrong."""
    model = a_model(
        longest_window=Known(Tokens(longest)),
        window=Known(Window(Tokens(4_096), "computed", "`num_ctx` in the model's file")),
        settings={"num_ctx": "4096"},
    )
    cut = Exercise(ENTRY.id, ENTRY.model, "window", "failed", "cut", {"fault": "cut"})
    fight = {"window_before": 4_096, "window_loaded": 8_192}
    fought = Exercise(ENTRY.id, ENTRY.model, "chat", "passed", "", fight)
    return a_snapshot(servers={ENDPOINT: Known(a_server(model))}, exercises=(cut, fought))


@pytest.mark.parametrize("check", [prompt_cut, reloads, window_too_small, window_setting_ignored])
@pytest.mark.parametrize("longest", [8_192, 31_999])
def test_a_model_that_ends_before_32_000_is_never_to_be_set_beyond(
    check: object, longest: int
) -> None:
    for finding in check.check(snapshot(longest)):  # type: ignore[attr-defined]
        for action in finding.remedy.actions:
            assert not isinstance(action, CopyModel) or action.window <= longest
        assert "--set" not in finding.remedy.text


@pytest.mark.parametrize("check", [prompt_cut, reloads, window_too_small])
def test_one_that_goes_on_is_given_a_copy(check: object) -> None:
    (finding,) = check.check(snapshot(32_000))  # type: ignore[attr-defined]
    (action,) = finding.remedy.actions
    assert isinstance(action, CopyModel) and action.window == 32_000
