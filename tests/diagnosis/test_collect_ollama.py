"""Collecting from Ollamas: what stands beside them, and what a silent one may cost."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from factory_byok.core.facts import Known, Unknown
from factory_byok.core.world import World
from factory_byok.diagnosis.collect import Ask, collect
from tests.doubles.faults import fault
from tests.doubles.ollama import Ollama

pytestmark = pytest.mark.outside

Make = Callable[..., Ollama]


def entries(home: Path, *pairs: tuple[str, str]) -> None:
    folder = home / ".factory"
    folder.mkdir()
    rows: list[Any] = [
        {
            "model": model,
            "model_display_name": f"{number}",
            "base_url": base_url,
            "api_key": "secret-of-this-entry",
            "provider": "generic-chat-completion-api",
        }
        for number, (base_url, model) in enumerate(pairs)
    ]
    (folder / "config.json").write_text(json.dumps({"custom_models": rows}), "utf-8")


@pytest.mark.parametrize("name", ["hang", "hang_after_headers", "drip_headers", "drip_body"])
def test_a_server_that_never_answers_costs_one_deadline_whatever_the_number_of_entries(
    name: str, empty_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with fault(name) as url:
        monkeypatch.setenv("OLLAMA_HOST", url)
        entries(empty_home, *((f"{url}/v1", f"model-{number}:7b") for number in range(40)))
        begin = time.monotonic()
        snap = collect(World.real(), Ask(timeout=0.5, machine=False, droid=False))
        assert time.monotonic() - begin < 1.2
    (reading,) = snap.servers.values()
    assert isinstance(reading, Unknown)
    assert reading.kind == "timeout"


def test_many_silent_servers_cost_no_more_than_one(
    empty_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with fault("hang") as one, fault("hang") as two, fault("hang") as three:
        monkeypatch.setenv("OLLAMA_HOST", one)
        entries(empty_home, *((f"{url}/v1", "m:7b") for url in (one, two, three)))
        begin = time.monotonic()
        collect(World.real(), Ask(timeout=0.5, machine=False, droid=False))
        assert time.monotonic() - begin < 1.2


def test_no_probe_sends_the_key_of_an_entry(
    ollama: Make, empty_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    double = ollama(["smollm2"])
    monkeypatch.setenv("OLLAMA_HOST", double.url)
    entries(empty_home, (double.base_url, "smollm2"))
    collect(World.real(), Ask(machine=False, droid=False))
    assert double.requests
    for seen in double.requests:
        assert "secret-of-this-entry" not in f"{seen.headers}{seen.body!r}{seen.path}"


def test_a_literal_address_that_refuses_is_told_apart_from_localhost(
    ollama: Make, empty_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    double = ollama(["smollm2"])
    monkeypatch.setenv("OLLAMA_HOST", f"localhost:{double.port}")
    six = f"http://[::1]:{double.port}"
    entries(empty_home, (f"{six}/v1", "smollm2"))
    snap = collect(World.real(), Ask(machine=False, droid=False))
    assert snap.instead == {six: f"http://localhost:{double.port}"}


def test_the_other_family_is_found_where_only_one_is_refused(
    ollama: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    double = ollama(["smollm2"])
    six = f"http://[::1]:{double.port}"
    monkeypatch.setenv("OLLAMA_HOST", f"[::1]:{double.port}")
    snap = collect(World.real(), Ask(machine=False, droid=False))
    assert snap.instead == {six: double.url}


def test_a_local_servers_own_settings_are_read_from_its_process(
    ollama: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    double = ollama(["smollm2"])
    monkeypatch.setenv("OLLAMA_HOST", f"127.0.0.1:{double.port}")
    snap = collect(World.real(), Ask(machine=False, droid=False))
    (server,) = (each.value for each in snap.servers.values() if isinstance(each, Known))
    assert isinstance(server.settings, Known)
    assert server.settings.value.pid > 0
