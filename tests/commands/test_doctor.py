"""byok doctor: the whole verb against doubles, and replayed from a snapshot."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from factory_byok.core.facts import Snapshot
from factory_byok.core.serialization import from_json, to_json
from factory_byok.droid.settings.schema import schema
from tests.builders import a_snapshot
from tests.commands.conftest import Byok, Ran
from tests.doubles.faults import closed_port, fault
from tests.doubles.ollama import Ollama

Make = Callable[..., Ollama]


def write_entries(factory: Path, *base_urls: str, model: str = "smollm2") -> None:
    """A settings.json with one entry for each base URL."""
    models = [
        {
            "displayName": f"M{number}",
            "model": model,
            "baseUrl": base_url,
            "apiKey": "not-needed",
            "provider": "generic-chat-completion-api",
            "maxOutputTokens": 1000,
        }
        for number, base_url in enumerate(base_urls)
    ]
    (factory / "settings.json").write_text(json.dumps({"customModels": models}))
    (factory / "settings.json").chmod(0o600)


def status_of(ran: Ran, check: str) -> str:
    """One check's status."""
    (outcome,) = (each for each in ran.data["outcomes"] if each["check"] == check)
    status: str = outcome["status"]
    return status


@pytest.mark.outside
def test_a_refusing_server_is_an_error_for_an_entry(byok: Byok, factory: Path) -> None:
    write_entries(factory, f"http://127.0.0.1:{closed_port()}/v1")
    ran = byok("doctor", "--json")
    assert ran.code == 1
    assert status_of(ran, "server_silent") == "error"


@pytest.mark.outside
def test_a_silent_default_endpoint_that_nobody_uses_is_a_note(
    byok: Byok, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OLLAMA_HOST", f"127.0.0.1:{closed_port()}")
    ran = byok("doctor", "--json")
    assert ran.code == 0
    assert status_of(ran, "server_silent") == "note"


@pytest.mark.outside
@pytest.mark.parametrize("name", ["html", "server_error", "not_http", "redirect_302", "gzip_bomb"])
def test_a_stranger_on_the_port_is_told_as_such(byok: Byok, factory: Path, name: str) -> None:
    with fault(name) as url:
        write_entries(factory, f"{url}/v1")
        ran = byok("doctor", "--json")
    assert status_of(ran, "port_taken") == "error"
    assert ran.code == 1


@pytest.mark.outside
@pytest.mark.parametrize("name", ["hang", "drip_body", "drip_headers", "hang_after_headers"])
def test_a_hanging_server_costs_one_deadline_whatever_the_number_of_entries(
    byok: Byok, factory: Path, name: str
) -> None:
    with fault(name) as url:
        write_entries(factory, *[f"{url}/v1"] * 20)
        start = time.monotonic()
        ran = byok("doctor", "--json", "--timeout", "1")
    assert time.monotonic() - start < 6  # the machine's own probes run beside it
    assert status_of(ran, "server_silent") == "error"


@pytest.mark.outside
def test_a_missing_model_names_the_nearest(byok: Byok, factory: Path, ollama: Make) -> None:
    double = ollama(["qwen2.5-coder:7b"])
    write_entries(factory, double.base_url, model="qwen2.5-coder")
    ran = byok("doctor", "--json")
    (finding,) = (f for f in ran.json["findings"] if "isn't installed" in f["message"])
    assert "`qwen2.5-coder:7b`" in finding["message"]


@pytest.mark.outside
def test_a_small_window_is_measured_when_the_model_is_loaded(
    byok: Byok, factory: Path, ollama: Make
) -> None:
    double = ollama(["qwen2.5-coder:7b"])
    write_entries(factory, double.base_url, model="qwen2.5-coder:7b")
    byok("test", "--only", "chat")
    ran = byok("doctor", "--json")
    (finding,) = (f for f in ran.json["findings"] if "context window" in f["message"])
    assert finding["level"] == "error"
    assert "4,096 tokens" in finding["message"]
    assert "measured" in finding["message"]


@pytest.mark.outside
def test_every_report_fits_its_schema(byok: Byok, factory: Path, ollama: Make) -> None:
    double = ollama(["smollm2"])
    write_entries(factory, double.base_url, f"http://127.0.0.1:{closed_port()}")
    for words in (("doctor",), ("list",), ("fit",), ("explain",), ("nosuch",)):
        jsonschema.validate(byok(*words, "--json").json, schema("report"))


@pytest.mark.outside
def test_diagnosis_writes_nothing_into_the_home(
    byok: Byok, empty_home: Path, factory: Path
) -> None:
    write_entries(factory, "http://127.0.0.1:9/v1")
    before = {path: path.read_bytes() for path in factory.rglob("*") if path.is_file()}
    byok("doctor")
    byok("list")
    assert {path: path.read_bytes() for path in factory.rglob("*") if path.is_file()} == before
    assert [path.name for path in empty_home.iterdir()] == [".factory"]


@pytest.mark.outside
def test_a_snapshot_can_be_replayed_and_fits_its_schema(
    byok: Byok, factory: Path, ollama: Make, tmp_path: Path
) -> None:
    double = ollama(["smollm2"])
    write_entries(factory, double.base_url)
    taken = byok("snapshot", "--json").json
    jsonschema.validate(taken["data"], schema("snapshot"))
    file = tmp_path / "snap.json"
    assert byok("snapshot", "-o", str(file)).code == 0
    live, replayed = byok("doctor", "--json"), byok("doctor", "--from", str(file), "--json")
    assert [o["status"] for o in live.data["outcomes"]] == [
        o["status"] for o in replayed.data["outcomes"]
    ]


def test_a_healthy_machine_is_silent(byok: Byok, tmp_path: Path) -> None:
    file = tmp_path / "healthy.json"
    file.write_text(json.dumps(to_json(a_snapshot())))
    ran = byok("doctor", "--from", str(file), "--json")
    assert ran.code == 0
    assert ran.json["findings"] == []
    assert {outcome["status"] for outcome in ran.data["outcomes"]} <= {"ok", "skipped"}


def test_a_snapshot_round_trips_through_json() -> None:
    snap = a_snapshot()
    assert from_json(Snapshot, json.loads(json.dumps(to_json(snap)))) == snap


@pytest.mark.parametrize("text", ["", "[]", "{", '{"taken_at": 1}', '{"nosuch": 1}', "null"])
def test_what_is_no_snapshot_is_said(byok: Byok, tmp_path: Path, text: str) -> None:
    file = tmp_path / "broken.json"
    file.write_text(text)
    ran = byok("doctor", "--from", str(file))
    assert ran.code == 1
    assert ran.err.startswith("error: ")


@pytest.mark.outside
def test_deep_ticks_each_exercise_and_says_how_far_it_is(
    byok: Byok, factory: Path, ollama: Make
) -> None:
    double = ollama(["qwen2.5-coder:7b"])
    write_entries(factory, double.base_url, double.base_url, model="qwen2.5-coder:7b")
    ran = byok("doctor", "--deep")
    assert "✓ chat  ✓ stream  ✓ tools  ! window" in ran.out
    assert "[1/2] " in ran.err and "[2/2] " in ran.err


def test_verbose_tells_what_follows_and_what_passed(byok: Byok, tmp_path: Path) -> None:
    file = tmp_path / "healthy.json"
    file.write_text(json.dumps(to_json(a_snapshot())))
    assert "passed: " not in byok("doctor", "--from", str(file)).out
    assert "passed: file_rejected" in byok("doctor", "--from", str(file), "--verbose").out


def test_an_ending_without_a_format_is_an_error(byok: Byok, tmp_path: Path) -> None:
    for name, said in (("r.pdf", "`.pdf` is no ending of a report"), ("r", "has no ending")):
        ran = byok("doctor", "-o", str(tmp_path / name))
        assert ran.code == 2
        assert said in ran.err
    assert byok("doctor", "--open").code == 2
    assert not list(tmp_path.iterdir()) or [p.name for p in tmp_path.iterdir()] == ["home"]


def test_a_report_is_written_over_only_with_force(byok: Byok, tmp_path: Path) -> None:
    saved = tmp_path / "snap.json"
    saved.write_text(json.dumps(to_json(a_snapshot())))
    words = ("doctor", "--from", str(saved), "-o", str(tmp_path / "r.md"))
    assert byok(*words).code == 0
    again = byok(*words)
    assert again.code == 1
    assert "exists already" in again.err and "--force" in again.err
    assert byok(*words, "--force").code == 0
