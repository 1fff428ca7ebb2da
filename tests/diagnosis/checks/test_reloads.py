"""reloads: fires when `/api/ps` changed along the way, silent when it did not."""

from dataclasses import replace

import pytest

from factory_byok.core.facts import Exercise, Json, Known, ServerSettings, Snapshot
from factory_byok.diagnosis.checks.reloads import check
from tests.builders import ENDPOINT, a_server, a_snapshot, an_entry


def _snap(*evidence: dict[str, Json]) -> Snapshot:
    entry = an_entry()
    names = ("chat", "stream", "tools")
    done = tuple(
        Exercise(entry.id, entry.model, name, "passed", "", each)
        for name, each in zip(names, evidence, strict=False)
    )
    return a_snapshot(entries=(entry,), exercises=done)


LOADED: dict[str, Json] = {"window_before": 0, "window_loaded": 32_000, "window_after": 32_000}


def test_another_programs_window_before_ours_is_a_fight() -> None:
    (finding,) = check(_snap({**LOADED, "window_before": 4096}))
    assert finding.level == "warning"
    assert "4,096 tokens" in finding.message
    assert "num_ctx" in finding.remedy.text


def test_another_programs_window_in_the_middle_is_a_fight() -> None:
    (finding,) = check(_snap(LOADED, {"window_after": 8192}))
    assert "8,192 tokens" in finding.message
    assert "`stream`" in finding.message


def test_a_model_that_is_gone_at_once_needs_a_keep_alive() -> None:
    (finding,) = check(_snap({**LOADED, "window_after": 0}))
    assert "OLLAMA_KEEP_ALIVE" in finding.remedy.text


def test_it_is_silent_when_the_window_stays() -> None:
    assert list(check(_snap(LOADED, {"window_after": 32_000}))) == []
    assert list(check(_snap({**LOADED, "window_before": 32_000}))) == []


def test_it_is_silent_where_no_window_is_told() -> None:
    assert list(check(_snap({"window_before": 0, "window_loaded": 0, "window_after": 0}))) == []
    assert list(check(a_snapshot())) == []


def _with_setting(value: str, *evidence: dict[str, Json]) -> Snapshot:
    """A server on this machine that was started with a keep-alive."""
    variables = {"OLLAMA_KEEP_ALIVE": value} if value else {}
    started = ServerSettings(Known(variables), "the environment of process 1")
    servers = {ENDPOINT: Known(a_server(settings=Known(started)))}
    return replace(_snap(*evidence), servers=servers)


@pytest.mark.parametrize("value", ["0", "0s", "59s", "30"])
def test_a_server_that_keeps_nothing_is_told_before_any_exercise(value: str) -> None:
    (finding,) = check(_with_setting(value))
    assert "keep-alive is too short" in finding.message
    assert "OLLAMA_KEEP_ALIVE=1h" in finding.remedy.text


@pytest.mark.parametrize("value", ["", "60s", "1m", "5m", "-1", "-1m", "soon"])
def test_a_minute_and_more_is_silent(value: str) -> None:
    assert not list(check(_with_setting(value)))


def test_the_keep_alive_of_the_loaded_model_counts_before_the_setting() -> None:
    (finding,) = check(_with_setting("5m", {**LOADED, "keep_alive_seconds": 10.0}))
    assert "10 s after each use" in finding.message
    assert not list(check(_with_setting("0", {**LOADED, "keep_alive_seconds": 3600.0})))


def test_keep_alive_is_not_blamed_for_a_failure_that_took_the_model_along() -> None:
    snap = _snap({**LOADED, "window_after": 0})
    (done,) = snap.exercises
    for fault in ("refused", "busy", "runner_died"):
        failed = replace(done, status="failed", evidence={**done.evidence, "fault": fault})
        assert not list(check(replace(snap, exercises=(failed,))))
