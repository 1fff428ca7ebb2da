"""The check port_taken."""

import pytest

from factory_byok.core.facts import STRANGE, Known, Unknown
from factory_byok.diagnosis.checks.port_taken import check
from tests.builders import ENDPOINT, a_machine, a_server, a_snapshot


@pytest.mark.parametrize("kind", STRANGE)
def test_every_strange_answer_is_an_error_with_a_next_step(kind: str) -> None:
    (finding,) = check(a_snapshot(servers={ENDPOINT: Unknown("It is a web page", kind)}))
    assert finding.level == "error"
    assert finding.remedy.text


def test_the_program_is_named_and_ollama_can_move() -> None:
    snap = a_snapshot(
        servers={ENDPOINT: Unknown("It answers with a web page", "html")},
        listeners={ENDPOINT: "nginx (process 812)"},
    )
    (finding,) = check(snap)
    assert "nginx (process 812)" in finding.message
    assert (
        "OLLAMA_HOST=127.0.0.1:11435 OLLAMA_CONTEXT_LENGTH=32000 ollama serve"
        in finding.remedy.text
    )


def test_windows_moves_ollama_by_setx() -> None:
    servers = {ENDPOINT: Unknown("html", "html")}
    (finding,) = check(a_snapshot(machine=a_machine(system="windows"), servers=servers))
    assert "setx OLLAMA_HOST" in finding.remedy.text


def test_a_proxy_that_imitates_ollama_is_a_warning() -> None:
    server = a_server(provider="openai-compatible", poses=True)
    (finding,) = check(a_snapshot(servers={ENDPOINT: Known(server)}))
    assert finding.level == "warning"
    assert "imitates Ollama" in finding.message


def test_an_openai_compatible_server_at_ollamas_place_is_a_note_and_elsewhere_silent() -> None:
    server = Known(a_server(provider="openai-compatible"))
    (finding,) = check(a_snapshot(servers={ENDPOINT: server}))
    assert finding.level == "note"
    assert not list(check(a_snapshot(servers={"http://localhost:8000": server})))


def test_ollama_is_silent() -> None:
    assert not list(check(a_snapshot()))
