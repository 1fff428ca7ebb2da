"""The check host_mismatch."""

from dataclasses import replace

import pytest

from factory_byok.core.facts import Known, Reading, Server, Unknown
from factory_byok.diagnosis.checks.host_mismatch import check
from tests.builders import ENDPOINT, a_server, a_snapshot, an_entry

ELSEWHERE = "http://gpu.example:11434"
TOLD = {"default_endpoint": ELSEWHERE, "environment": {"OLLAMA_HOST": "gpu.example"}}


def test_an_entry_beside_ollama_host_is_pointed_there() -> None:
    servers = {ENDPOINT: Unknown("refused", "refused"), ELSEWHERE: Known(a_server())}
    (finding,) = check(a_snapshot(**TOLD, servers=servers))
    (edit,) = finding.remedy.edits
    assert finding.level == "warning"
    assert (edit.value, edit.expected) == (f"{ELSEWHERE}/v1", f"{ENDPOINT}/v1")


@pytest.mark.parametrize("here", [{ENDPOINT: Known(a_server())}, {}])
def test_an_entry_is_never_pointed_to_where_nothing_listens(
    here: dict[str, Reading[Server]],
) -> None:
    servers = {**here, ELSEWHERE: Unknown("refused", "refused")}
    (finding,) = check(a_snapshot(**TOLD, servers=servers))
    assert finding.remedy.edits == () and "OLLAMA_HOST" in finding.remedy.text


def test_one_address_in_two_spellings_and_other_servers_are_silent() -> None:
    same = a_snapshot(
        default_endpoint="http://127.0.0.1:11434", environment={"OLLAMA_HOST": "0.0.0.0"}
    )
    assert not list(check(same))
    wildcard = an_entry(base_url="http://0.0.0.0:11434/v1", endpoint="http://0.0.0.0:11434")
    assert not list(check(replace(same, entries=(wildcard,))))  # base_url_wrong says it
    assert not list(check(a_snapshot(default_endpoint=ELSEWHERE)))
    studio = an_entry(endpoint="http://localhost:1234")
    assert not list(check(a_snapshot(**TOLD, entries=(studio,))))
