"""Where Ollama does answer, when another address of this machine is silent."""

from dataclasses import replace
from typing import Any

import pytest

from factory_byok.core.facts import Known, OllamaInstall, Snapshot, Unknown
from factory_byok.diagnosis.answering import answering
from factory_byok.diagnosis.checks import host_mismatch, port_taken, server_silent
from factory_byok.diagnosis.examine import examine
from tests.builders import ENDPOINT, a_model, a_server, a_snapshot, an_entry

REFUSED = Unknown("The connection was refused", "refused")
ELEVEN = "http://127.0.0.1:11500"
WRONG = "http://localhost:11435"
ENTRY = an_entry(base_url=f"{WRONG}/v1", endpoint=WRONG)
RUNS = Known(OllamaInstall("/usr/local/bin/ollama", "by hand", True, (11500,)))
STOPPED = Known(OllamaInstall("/usr/local/bin/ollama", "by hand"))


def moved(**changes: Any) -> Snapshot:
    """Ollama on port 11500, and an entry at the usual address."""
    told = {
        "servers": {ENDPOINT: REFUSED},
        "elsewhere": {ELEVEN: ("qwen3-coder:30b",)},
        "ollama": RUNS,
    }
    return a_snapshot(**{**told, **changes})


def astray(**changes: Any) -> Snapshot:
    """Ollama at its usual address, and an entry on port 11435."""
    servers = {ENDPOINT: Known(a_server()), WRONG: REFUSED}
    return a_snapshot(**{"servers": servers, "entries": (ENTRY,), "ollama": RUNS, **changes})


@pytest.mark.parametrize(
    ("snap", "where"), [(moved(), f"{ELEVEN}/v1"), (astray(), f"{ENDPOINT}/v1")]
)
def test_the_address_that_answers_is_named_and_offered(snap: Snapshot, where: str) -> None:
    (finding,) = server_silent.check(snap)
    (edit,) = finding.remedy.edits
    assert "an Ollama answers at" in finding.message
    assert edit.value == where


@pytest.mark.parametrize("host", ["", "127.0.0.1:11435", "http://127.0.0.1", "127.0.0.1:11434"])
@pytest.mark.parametrize("make", [moved, astray])
def test_no_finding_names_an_address_at_which_nothing_listens(make: Any, host: str) -> None:
    from factory_byok.core.addresses import default_endpoint

    snap, default = make(), default_endpoint(host)
    servers = {default.identity(): REFUSED, **snap.servers}
    environment = {"OLLAMA_HOST": host} if host else {}
    snap = replace(snap, default_endpoint=str(default), servers=servers, environment=environment)
    listens = {"11500"} if make is moved else {"11434"}
    for finding in examine(snap, ("server_silent", "host_mismatch", "port_taken")).findings:
        told = f"{finding.remedy.text} {' '.join(finding.remedy.command)}"
        assert "ollama serve" not in told and "Start the server" not in told
        for edit in finding.remedy.edits:
            assert any(port in str(edit.value) for port in listens)
        for port in {"11434", "11435", "11500"} - listens:
            assert f":{port}" not in told


def test_a_scheme_without_a_port_is_told_with_the_port_that_answers() -> None:
    far = "http://127.0.0.1"
    snap = moved(
        entries=(),
        servers={"http://localhost": REFUSED},
        default_endpoint=far,
        environment={"OLLAMA_HOST": far},
    )
    (finding,) = server_silent.check(snap)
    assert "port 80" in finding.remedy.text
    assert "OLLAMA_HOST=127.0.0.1:11500" in finding.remedy.text
    assert "11434" not in finding.remedy.text


def test_an_entry_of_another_program_is_only_moved_to_a_server_that_has_its_model() -> None:
    studio = "http://localhost:1234"
    entry = replace(ENTRY, base_url=f"{studio}/v1", endpoint=studio)
    servers = {ENDPOINT: Known(a_server()), studio: REFUSED}
    assert answering(astray(servers=servers, entries=(entry,)), studio) == ENDPOINT
    servers[ENDPOINT] = Known(a_server(a_model(name="other:7b")))
    assert answering(astray(servers=servers, entries=(entry,)), studio) == ""


def test_a_machine_where_nothing_runs_gets_the_pages_own_command() -> None:
    (finding,) = server_silent.check(moved(elsewhere={}, ollama=STOPPED))
    assert " ".join(finding.remedy.command) == "OLLAMA_CONTEXT_LENGTH=32000 ollama serve"
    here = "http://localhost:11500"
    told = {"default_endpoint": here, "environment": {"OLLAMA_HOST": "localhost:11500"}}
    snap = moved(servers={ENDPOINT: REFUSED, here: REFUSED}, elsewhere={}, ollama=STOPPED, **told)
    commands = [" ".join(each.remedy.command) for each in server_silent.check(snap)]
    assert commands == [
        "OLLAMA_HOST=localhost:11434 OLLAMA_CONTEXT_LENGTH=32000 ollama serve",
        "OLLAMA_CONTEXT_LENGTH=32000 ollama serve",
    ]


def test_a_server_that_runs_is_never_started_again() -> None:
    (finding,) = server_silent.check(moved(elsewhere={}))
    assert not finding.remedy.command and "11500" in finding.remedy.text


def test_a_program_on_the_port_and_ollama_elsewhere_moves_the_entry() -> None:
    html = Unknown("It answers with a web page", "html")
    (finding,) = port_taken.check(moved(servers={ENDPOINT: html}))
    (edit,) = finding.remedy.edits
    assert edit.value == f"{ELEVEN}/v1"


def test_an_endpoint_that_was_named_and_is_silent_is_an_error() -> None:
    servers = {ENDPOINT: Known(a_server()), WRONG: REFUSED}
    snap = a_snapshot(servers=servers, ollama=RUNS)
    assert [each.level for each in server_silent.check(snap)] == ["note"]
    assert [each.level for each in server_silent.check(replace(snap, asked=WRONG))] == ["error"]


def test_ollama_host_is_not_followed_to_a_server_without_the_model() -> None:
    told = "http://localhost:11500"
    servers = {
        ENDPOINT: Known(a_server()),
        told: Known(a_server(a_model(name="other:7b"))),
    }
    environment = {"OLLAMA_HOST": "localhost:11500"}
    snap = a_snapshot(servers=servers, default_endpoint=told, environment=environment)
    (finding,) = host_mismatch.check(snap)
    assert not finding.remedy.edits and "`OLLAMA_HOST`" in finding.remedy.text
