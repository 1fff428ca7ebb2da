"""The check cloud_unavailable."""

from typing import Any

import pytest

from factory_byok.core.facts import Known, NotKnown, Snapshot, Unknown
from factory_byok.diagnosis.checks.cloud_unavailable import check
from tests.builders import ENDPOINT, a_model, a_server, a_snapshot, an_entry

NAME = "qwen3-coder:480b-cloud"


def a_cloud(state: Any, listed: bool = True) -> Snapshot:
    models = [a_model(name=NAME, remote_host="https://ollama.com:443")] if listed else [a_model()]
    reading = state if isinstance(state, Unknown) else Known(state)
    server = a_server(*models, cloud=reading)
    return a_snapshot(entries=(an_entry(model=NAME),), servers={ENDPOINT: Known(server)})


@pytest.mark.parametrize(
    ("state", "words"),
    [("signed out", "not signed in"), ("disabled", "switched off"), ("unreachable", "ollama.com")],
)
@pytest.mark.parametrize("listed", [True, False])
def test_each_obstacle_is_an_error_with_its_remedy(state: Any, words: str, listed: bool) -> None:
    (finding,) = check(a_cloud(state, listed))
    assert finding.level == "error"
    assert words in finding.message
    assert finding.remedy.text


def test_signed_out_says_how_to_sign_in() -> None:
    (finding,) = check(a_cloud("signed out"))
    assert finding.remedy.command == ("ollama", "signin")


def test_a_usable_cloud_and_local_models_are_silent() -> None:
    assert not list(check(a_cloud("usable")))
    assert not list(check(a_snapshot()))


def test_what_could_not_be_asked_is_skipped_with_the_reason() -> None:
    with pytest.raises(NotKnown, match="no answer"):
        list(check(a_cloud(Unknown("/api/me: there was no answer"))))
