"""The check reasoning_unsupported."""

import pytest

from factory_byok.core.facts import Known, NotKnown, Snapshot, Unknown
from factory_byok.diagnosis.checks.reasoning_unsupported import check
from tests.builders import ENDPOINT, a_model, a_server, a_snapshot, an_entry


def an_effort(effort: str, *capabilities: str) -> Snapshot:
    model = a_model(capabilities=Known(("completion", "tools", *capabilities)))
    return a_snapshot(
        entries=(an_entry(reasoning_effort=effort),),
        servers={ENDPOINT: Known(a_server(model))},
    )


def test_an_effort_for_a_model_that_does_not_think_is_turned_off_by_fix() -> None:
    (finding,) = check(an_effort("high"))
    (edit,) = finding.remedy.edits
    assert finding.level == "warning"
    assert (edit.pointer, edit.value) == ("/custom_models/0/reasoning_effort", "none")


def test_no_effort_and_models_that_think_are_silent() -> None:
    assert not list(check(an_effort("")))
    assert not list(check(an_effort("none")))
    assert not list(check(an_effort("high", "thinking")))


@pytest.mark.parametrize("effort", ["off", "dynamic", "auto"])
def test_a_word_that_ollama_refuses_is_said_for_every_model(effort: str) -> None:
    (finding,) = check(an_effort(effort, "thinking"))
    assert effort in finding.message


def test_unknown_capabilities_are_skipped_with_the_reason() -> None:
    model = a_model(capabilities=Unknown("too old"))
    snap = a_snapshot(
        entries=(an_entry(reasoning_effort="high"),), servers={ENDPOINT: Known(a_server(model))}
    )
    with pytest.raises(NotKnown):
        list(check(snap))
