"""The line that ends every verb."""

from dataclasses import replace
from typing import Any

from factory_byok.core.actions import PullModel, by_command
from factory_byok.core.facts import Exercise, Known, OllamaInstall, Snapshot, Unknown
from factory_byok.core.findings import Finding, Outcome, Remedy, Report
from factory_byok.diagnosis.examine import examine
from factory_byok.workflows.next_step import (
    after_apply,
    after_change,
    after_doctor,
    after_fit,
    after_fix,
    after_list,
    after_offer,
    after_pull,
    after_test,
    after_window_set,
    after_windows,
)
from tests.builders import a_server, a_snapshot, an_entry


def seen(**changes: Any) -> tuple[Snapshot, Report]:
    """A snapshot and what the checks say of it."""
    snap = a_snapshot(**changes)
    return snap, examine(snap)


PASSED = Exercise("custom:M-0", "m:32b", "tools", "passed")


def test_on_a_bare_machine_it_is_setup_with_what_has_to_be_installed() -> None:
    snap = a_snapshot(
        entries=(),
        servers={"http://localhost:11434": Unknown("Nobody", "refused")},
        ollama=Known(OllamaInstall(kind="absent")),
        droid=Unknown("No `droid` is on PATH", "absent"),
    )
    step = after_doctor(snap, examine(snap))
    assert step.command == ("byok", "setup")
    assert "ollama.com/install.sh" in step.text
    assert "app.factory.ai/cli" in step.text


def test_a_server_without_a_model_and_no_entry_leads_to_setup() -> None:
    servers = {"http://localhost:11434": Known(a_server(models=Known(())))}
    snap = a_snapshot(entries=(), servers=servers)
    step = after_doctor(snap, examine(snap))
    assert step.text == "byok setup (downloads a model and adds it, step by step)"
    snap = a_snapshot(entries=())
    assert "(adds a model, step by step)" in after_doctor(snap, examine(snap)).text
    assert after_windows((), nothing=True).command == ("byok", "setup")
    assert after_offer("ollama", "Ollama", "", had=False).command == ("byok", "setup")
    assert "in LM Studio" in after_offer("lm-studio", "LM Studio", "", had=False).text
    assert after_offer("vllm", "vLLM", "m", had=True).command == ("byok", "add", "vllm", "m")
    assert after_offer("vllm", "vLLM", "", had=True).command == ("byok", "test")


def test_what_byok_can_repair_is_repaired_first() -> None:
    snap = a_snapshot(entries=(an_entry(base_url="http://localhost:11434"),))
    step = after_doctor(snap, examine(snap))
    assert step.command == ("byok", "fix")
    assert "repairs 1 of" in step.text


def test_a_healthy_set_up_is_proven_and_then_used() -> None:
    snap = a_snapshot()
    assert after_doctor(snap, examine(snap)).command == ("byok", "test")
    entry = next(snap.listed())
    done = replace(snap, exercises=(replace(PASSED, entry=entry.id, model=entry.model),))
    step = after_doctor(done, examine(done, ("chat_fails",)))
    assert step.ready
    assert step.text == f"droid, then /model → {entry.name} ({entry.id})"


def test_list_sends_to_setup_or_to_doctor() -> None:
    assert after_list((), broken=False).command == ("byok", "setup")
    assert after_list((), broken=True).command == ("byok", "doctor")
    assert after_list((an_entry(),), broken=False).command == ("byok", "doctor")


def test_a_tested_model_without_an_entry_is_added() -> None:
    assert after_test((PASSED,), (), ()).command == ("byok", "add", "ollama", "m:32b")
    entry = an_entry(id="custom:M-0")
    assert after_test((PASSED,), (), (entry,)).ready
    failed = replace(PASSED, status="failed", reason="no tool was called")
    assert after_test((failed,), (), (entry,)).command == ("byok", "doctor")


def test_after_a_test_the_same_test_is_no_step_but_another_one_is() -> None:
    failed, entry = replace(PASSED, status="failed"), an_entry(id="custom:M-0")
    for more, text in (((), "Start it with --jinja"), (("--load-timeout", "900"), "byok test")):
        remedy = Remedy("Start it with --jinja", by_command(("byok", "test", "custom:M-0", *more)))
        found = Finding("error", "M", "m does not answer", remedy)
        assert after_test((failed,), (found,), (entry,)).text.startswith(text)


def test_a_model_that_fits_is_downloaded_or_added() -> None:
    assert after_fit("m:32b", installed=False).command == ("byok", "setup", "--model", "m:32b")
    assert after_fit("m:32b", installed=True).command == ("byok", "add", "ollama", "m:32b")


def test_what_was_only_shown_is_done_by_the_same_command() -> None:
    shown = after_window_set("m:7b", used=True, worked=None)
    for step in (after_change(done=False), after_pull("m:7b", done=False), shown):
        assert (step.command, "--dry-run" in step.text) == ((), True)
    assert after_fix(*seen(), planned=True, done=False).command == ("byok", "fix", "--yes")


def test_after_a_change_comes_its_proof() -> None:
    assert after_change(done=True).command == ("byok", "list")
    assert after_change(done=True, entry="custom:M-0").command == ("byok", "test", "custom:M-0")
    assert after_pull("m:7b", done=True).command == ("byok", "add", "ollama", "m:7b")
    assert after_fix(*seen(), planned=True, done=True).command == ("byok", "test")
    assert after_fix(*seen(entries=()), planned=False, done=False).command == ("byok", "setup")
    assert after_apply("byok.toml", (), changes=True, done=True).command == ("byok", "test")


def test_what_is_left_comes_before_a_proof() -> None:
    left = (Finding("error", "M", "It is not there", Remedy("Get it", (PullModel("m:7b"),))),)
    pull = ("byok", "pull", "m:7b")
    report = Report((Outcome("model_missing", "Model", "error", left),))
    assert after_fix(a_snapshot(), report, planned=True, done=True).command == pull
    assert after_apply("byok.toml", left, changes=False, done=False).command == pull
    again = after_apply("byok.toml", (), changes=True, done=False)
    assert again.command == ("byok", "apply", "byok.toml")


def test_windows_are_raised_then_tried_then_used() -> None:
    raise_it = ("byok", "window", "m:7b", "--set", "32000")
    assert after_windows([((), "good:7b", "Load it"), (raise_it, "m:7b", "")]).command == raise_it
    assert after_windows([((), "m", "Load it again")]).text == "Load it again"
    assert after_windows([]).command == ("byok", "doctor")
    assert after_window_set("c", used=True, worked=False).command == ("byok", "doctor")
    assert after_window_set("c", used=False, worked=True).command == ("byok", "add", "ollama", "c")
    assert after_window_set("c", used=True, worked=True).command[:3] == ("byok", "test", "c")


def test_a_try_that_was_interrupted_at_once_is_tried_again() -> None:
    assert "again" in after_test((), (), ()).text
