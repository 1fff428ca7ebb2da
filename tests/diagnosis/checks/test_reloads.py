"""reloads: fires when `/api/ps` changed along the way, silent when it did not."""

from factory_byok.core.facts import Exercise, Json, Snapshot
from factory_byok.diagnosis.checks.reloads import check
from tests.builders import a_snapshot, an_entry


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
