"""All exercises of one entry: their order, what stops them, and an interrupt in the middle."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from factory_byok.core.errors import UsageError
from factory_byok.core.facts import Entry, Json
from factory_byok.core.world import World
from factory_byok.droid.settings.identity import identity
from factory_byok.exercises import chat as chat_exercise
from factory_byok.exercises.limits import FOR_EVER, LOAD, load_deadline
from factory_byok.exercises.runner import EXERCISES, exercise, exercises, hosted, names_for
from factory_byok.exercises.session import Session
from tests.builders import a_model, a_server, an_entry
from tests.doubles.faults import fault
from tests.doubles.ollama import Ollama
from tests.doubles.ollama.gallery import GALLERY
from tests.exercises.bench import SHORT, a_session, an_aim, on, on_ollama, seen

LIVE = Path(chat_exercise.__file__).parent


def _entry(url: str, folder: Path) -> Entry:
    file = folder / "config.json"
    item: Json = {"model": "smollm2", "base_url": f"{url}/v1", "api_key": "k", "provider": "x"}
    file.write_text(json.dumps({"custom_models": [item]}))
    base = f"{url}/v1"
    seen = identity(item)
    return an_entry(model="smollm2", base_url=base, file=str(file), endpoint=url, seen=seen)


def test_every_file_with_an_exercise_is_in_the_registry() -> None:
    files = {path.stem for path in LIVE.glob("*.py") if "\ndef run(session:" in path.read_text()}
    assert files == set(EXERCISES)


@pytest.mark.outside
def test_results_come_in_the_registrys_order_and_one_by_one(empty_home: Path) -> None:
    with Ollama(["smollm2"]) as ollama:
        run = exercise(
            World.real(), _entry(ollama.url, empty_home), seen(ollama), ["stream", "chat"], SHORT,
            lambda _: None,
        )  # fmt: skip
        first = next(run)
        assert (first.exercise, first.status) == ("chat", "passed")
        assert first.evidence["window_loaded"] == 4096
        assert [done.exercise for done in run] == ["stream"]


@pytest.mark.outside
@pytest.mark.parametrize("name", ["refused", "error_401", "error_403", "error_429", "html"])
def test_what_cannot_work_is_not_tried_again(name: str) -> None:
    with fault(name) as url:
        first, *others = on(url, "chat", "stream", "tools", limits=SHORT)
    assert first.status == "failed"
    assert [other.status for other in others] == ["skipped", "skipped"]
    assert all("`chat` failed" in other.reason for other in others)


@pytest.mark.outside
def test_busy_slow_down_and_forbidden_are_told_apart() -> None:
    found = {}
    for name in ("error_401", "error_403", "error_429"):
        with fault(name) as url:
            found[name] = on(url, "chat")[0].evidence["fault"]
    with Ollama(["smollm2"]) as ollama:
        session = a_session(an_aim(ollama.url), SHORT, seen(ollama))
        ollama.state.busy = True
        found["busy"] = next(exercises(session, ["chat"])).evidence["fault"]
    assert found == {
        "error_401": "unauthorized",
        "error_403": "forbidden",
        "error_429": "rate_limited",
        "busy": "busy",
    }


@pytest.mark.outside
def test_a_load_that_takes_too_long_is_one_clear_failure() -> None:
    with Ollama(["smollm2"]) as ollama:
        ollama.state.load_seconds = 3.0
        first, second = on_ollama(ollama, "chat", "stream", limits=replace(SHORT, load=0.5))
    assert first.evidence["fault"] == "load_timeout"
    assert second.status == "skipped"


@pytest.mark.outside
def test_a_damaged_model_is_a_failure_with_the_servers_words() -> None:
    broken = replace(GALLERY["smollm2"], broken="tensor exceeds file size")
    with Ollama([broken]) as ollama:
        first = on_ollama(ollama, "chat")[0]
    assert "tensor exceeds file size" in first.reason


@pytest.mark.outside
def test_an_interrupt_closes_the_connection_and_keeps_what_was_proven(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupted(_: Session) -> object:
        raise KeyboardInterrupt

    monkeypatch.setitem(EXERCISES, "stream", interrupted)
    proven = []
    with Ollama(["smollm2"]) as ollama, pytest.raises(KeyboardInterrupt):
        session = a_session(an_aim(ollama.url), SHORT, seen(ollama))
        for done in exercises(session, ["chat", "stream"]):
            proven.append(done)
    assert [done.exercise for done in proven] == ["chat"]


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (an_entry(fate="dropped", reason="no model"), "does not offer"),
        (an_entry(fate="shadowed"), "does not offer"),
        (an_entry(id="mine"), "cannot select"),
        (an_entry(dialect="bedrock-converse"), "does not speak"),
    ],
)
def test_an_entry_that_droid_cannot_use_is_skipped(entry: Entry, words: str) -> None:
    results = list(exercise(World.real(), entry, None, ["chat", "tools"], SHORT, print))
    assert [done.status for done in results] == ["skipped", "skipped"]
    assert words in results[0].reason


def test_an_unknown_exercise_is_a_usage_error() -> None:
    with pytest.raises(UsageError):
        next(exercise(World.real(), an_entry(), None, ["chatter"], SHORT, print))


def test_an_entry_that_left_its_file_fails_once(tmp_path: Path) -> None:
    entry = _entry("http://localhost:1", tmp_path)
    (tmp_path / "config.json").write_text("{}")
    first, second = exercise(World.real(), entry, None, ["chat", "stream"], SHORT, print)
    assert (first.status, second.status) == ("failed", "skipped")
    assert "no longer what it was" in first.reason


URLS = [
    ("http://localhost:11434/v1", False),
    ("http://192.168.1.7:8000/v1", False),
    ("http://gpu:8000/v1", False),
    ("http://box.local:11434/v1", False),
    ("https://openrouter.ai/api/v1", True),
    ("https://8.8.8.8/v1", True),
]


@pytest.mark.parametrize(("url", "expected"), URLS)
def test_tokens_cost_money_only_elsewhere(url: str, expected: bool) -> None:
    entry = an_entry(base_url=url)
    assert hosted(entry, None) is expected
    assert ("window" in names_for(entry, None)) is not expected


def test_a_cloud_model_is_hosted_although_its_server_is_local() -> None:
    assert hosted(an_entry(model="qwen3-coder:480b-cloud"), None)
    remote = a_server(a_model(remote_host="https://ollama.com:443"))
    assert hosted(an_entry(), remote)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("", LOAD), ("10m", 600.0), ("1h30m", 5400.0), ("45", 45.0), ("0", FOR_EVER),
     ("-1", FOR_EVER), ("soon", LOAD), ("'90s'", 90.0)],
)  # fmt: skip
def test_the_load_deadline_is_read_as_ollama_reads_it(text: str, seconds: float) -> None:
    assert load_deadline({"OLLAMA_LOAD_TIMEOUT": text} if text else {}) == seconds
