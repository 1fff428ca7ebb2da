"""tool_call_broken: fires when no tool call got through, silent when one did."""

from dataclasses import replace

import pytest

from factory_byok.core.facts import Exercise, Known, Snapshot
from factory_byok.diagnosis.checks.tool_call_broken import check
from tests.builders import ENDPOINT, a_server, a_snapshot, an_entry


def _snap(status: str, fault: str = "", provider: str = "ollama") -> Snapshot:
    entry = an_entry()
    done = Exercise(entry.id, entry.model, "tools", status, "No call", {"fault": fault})  # type: ignore[arg-type]
    server = replace(a_server(), provider=provider)
    return a_snapshot(entries=(entry,), exercises=(done,), servers={ENDPOINT: Known(server)})


def test_a_call_written_as_text_is_to_be_pulled_again_on_ollama() -> None:
    (finding,) = check(_snap("failed", "tag_text"))
    assert finding.level == "error"
    assert finding.remedy.command == ("byok", "pull", "qwen3-coder:30b")


def test_a_call_written_as_text_elsewhere_needs_the_servers_parser() -> None:
    (finding,) = check(_snap("failed", "json_text", "openai_compatible"))
    assert "--jinja" in finding.remedy.text


def test_prose_asks_for_another_model() -> None:
    (finding,) = check(_snap("failed", "prose"))
    assert "trained to call tools" in finding.remedy.text


@pytest.mark.parametrize("status", ["passed", "skipped"])
def test_it_is_silent_otherwise(status: str) -> None:
    assert list(check(_snap(status))) == []
    assert list(check(a_snapshot())) == []
