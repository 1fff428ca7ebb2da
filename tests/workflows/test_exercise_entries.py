"""How long an entry's model may take to load before its first answer counts as silence."""

import pytest

from factory_byok.core.facts import Known, Reading, Server, Unknown
from factory_byok.exercises.limits import LOAD, LOADED, QUIET
from factory_byok.workflows.exercise_entries import load_limit
from tests.builders import ENDPOINT, a_snapshot, an_entry


@pytest.mark.parametrize(
    ("reading", "seconds"),
    [
        (Known(Server("ollama")), LOAD),
        (Known(Server("openai_compatible")), LOAD),
        (Known(Server("llama-cpp")), LOADED),
        (Known(Server("vllm")), LOADED),
        (Unknown("the connection was refused", "refused"), LOAD),
        (Unknown("it did not answer in time", "timeout"), QUIET),
    ],
)
def test_only_what_may_load_gets_the_time_of_a_load(
    reading: Reading[Server], seconds: float
) -> None:
    snap = a_snapshot(servers={ENDPOINT: reading})
    assert load_limit({}, snap, an_entry()) == seconds
