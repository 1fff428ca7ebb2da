"""The check sampling_overridden."""

from typing import Any

from factory_byok.core.facts import Known, Snapshot
from factory_byok.diagnosis.checks.sampling_overridden import check
from tests.builders import ENDPOINT, a_model, a_server, a_snapshot, an_entry


def asks_for(settings: dict[str, str], **entry: Any) -> Snapshot:
    server = a_server(a_model(settings=settings))
    return a_snapshot(entries=(an_entry(**entry),), servers={ENDPOINT: Known(server)})


def test_a_model_that_asks_for_less_is_a_note_and_fix_sends_its_values() -> None:
    (finding,) = check(asks_for({"temperature": "0.7", "top_p": "0.8", "num_ctx": "32000"}))
    assert finding.level == "note"
    assert [(edit.pointer, edit.value) for edit in finding.remedy.edits] == [
        ("/custom_models/0/extra_args/temperature", 0.7),
        ("/custom_models/0/extra_args/top_p", 0.8),
    ]


def test_what_droid_sends_anyway_and_what_the_entry_sets_are_silent() -> None:
    assert not list(check(asks_for({"temperature": "1"})))
    assert not list(check(asks_for({"temperature": "1.0", "stop": '"x"'})))
    assert not list(check(asks_for({"temperature": "0.7"}, arguments=("temperature",))))
    assert not list(check(asks_for({"temperature": "warm"})))
