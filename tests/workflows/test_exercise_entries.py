"""How long an entry's model may take to load before its first answer counts as silence."""

from collections.abc import Iterator

import pytest

from factory_byok.core.facts import Entry, Exercise, Known, Reading, Server, Unknown
from factory_byok.core.world import World
from factory_byok.exercises.limits import LOAD, LOADED, QUIET
from factory_byok.workflows import exercise_entries
from factory_byok.workflows.exercise_entries import Proof, Proven, load_limit
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


def test_a_silent_server_is_waited_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def silence(*args: object) -> Iterator[Exercise]:
        entry = args[2]
        assert isinstance(entry, Entry)
        asked.append(entry.model)
        yield Exercise(entry.id, entry.model, "chat", "failed", "no answer", {"fault": "timeout"})

    monkeypatch.setattr(exercise_entries, "prove_entry", silence)
    snap = a_snapshot(servers={ENDPOINT: Unknown("it did not answer in time", "timeout")})
    entries, proven = [an_entry(model="one"), an_entry(model="two")], Proven()
    exercise_entries._run(World.real(), snap, entries, Proof(), lambda _: None, proven)
    assert asked == ["one"]
    assert [each.status for each in proven.results] == ["failed", "failed"]
    assert proven.results[1].reason == (
        "not asked again, after `one` at the same server: no answer"
    )
