"""The decisions on the guided path."""

from dataclasses import replace
from typing import Any

import pytest

from factory_byok.core.actions import by_command
from factory_byok.core.facts import Known, Model, OllamaInstall, System, Unknown
from factory_byok.core.findings import Remedy
from factory_byok.core.requirements import AIM, FLOOR
from factory_byok.core.units import Tokens
from factory_byok.diagnosis.advice import start_ollama
from factory_byok.sizing.fitting.candidate import by_name
from factory_byok.sizing.fitting.one import Where
from factory_byok.sizing.fitting.ranking import Ranked
from factory_byok.workflows.setup.steps import (
    base_of,
    better_than,
    copy_there,
    entry_in_use,
    start_of,
    window_to_set,
)
from tests.builders import ENDPOINT, a_machine, a_server, a_snapshot, an_entry

REFUSED = Unknown("The connection was refused", "refused")


def judged(name: str, reach: Where = "gpu", **changes: Any) -> Ranked:
    candidate = by_name(name)
    assert candidate is not None
    window = Known(Tokens(65_536))
    return replace(Ranked(candidate, reach, window, window, True, True, "a reason"), **changes)


@pytest.mark.parametrize(
    ("system", "word"), [("linux", "curl"), ("darwin", "curl"), ("windows", "irm")]
)
def test_an_absent_ollama_is_installed_by_one_line(system: System, word: str) -> None:
    snap = a_snapshot(machine=a_machine(system=system), ollama=Known(OllamaInstall()))
    start = start_of(snap, REFUSED, start_ollama(snap))
    assert start.line.startswith(word) and start.waits


def test_an_installed_ollama_is_started_as_doctor_says() -> None:
    remedy = Remedy("Start Ollama's service", by_command(("sudo", "systemctl", "start", "ollama")))
    start = start_of(a_snapshot(), REFUSED, remedy)
    assert (start.text, start.line) == (remedy.text, "sudo systemctl start ollama")


def test_a_server_that_refuses_us_is_not_waited_for() -> None:
    assert not start_of(a_snapshot(), Unknown("No", "forbidden"), Remedy("Let it in")).waits


def test_the_window_is_droids_least_and_more_on_a_roomy_gpu() -> None:
    assert window_to_set(None, Tokens(262_144), Tokens(65_000)) == AIM
    assert window_to_set(None, Tokens(262_144), Tokens(63_999)) == FLOOR
    assert window_to_set(None, Tokens(40_960), Tokens(40_960)) == FLOOR
    assert window_to_set(None, None, None) == FLOOR
    assert window_to_set(Tokens(48_000), Tokens(262_144), Tokens(65_000)) == 48_000


def test_the_next_better_model_is_another_one_that_surely_calls_tools() -> None:
    copy = replace(judged("qwen3-coder:30b").candidate, name="qwen3-coder:30b-ctx32000")
    models = (
        judged("qwen3-coder:30b", candidate=copy),
        judged("llama3.3:70b", "nowhere"),
        judged("qwen2.5-coder:32b"),
        judged("qwen3:32b"),
    )
    found = better_than("qwen3-coder:30b", models)
    assert found is not None and found.candidate.name == "qwen3:32b"
    assert better_than("qwen3-coder:30b", models, Tokens(64_000)) is None


def test_the_entry_in_use_is_the_models_own_before_that_of_a_copy() -> None:
    copy = an_entry(id="custom:a", model="qwen3-coder:30b-ctx64000")
    own = an_entry(id="custom:b")
    assert entry_in_use((copy, own), ENDPOINT, "qwen3-coder:30b") == own
    assert entry_in_use((copy,), ENDPOINT, "qwen3-coder:30b") == copy
    assert entry_in_use((copy,), ENDPOINT) == copy
    assert entry_in_use((own,), "http://localhost:1", "qwen3-coder:30b") is None
    assert entry_in_use((replace(own, fate="shadowed"),), ENDPOINT) is None


def test_a_copy_is_known_by_its_name() -> None:
    server = a_server(Model("smollm2:latest-ctx32000"), Model("qwen3:8b-ctx40000"))
    assert copy_there(server, "smollm2", FLOOR) == "smollm2:latest-ctx32000"
    assert copy_there(server, "qwen3:8b", Tokens(64_000)) == ""
    assert base_of("qwen3:8b-ctx40000") == "qwen3:8b"
    assert base_of("qwen3:8b") == "qwen3:8b"
