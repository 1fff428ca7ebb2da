"""The check server_silent."""

from typing import Any

import pytest

from factory_byok.core.facts import SILENT, Known, OllamaInstall, Snapshot, Unknown
from factory_byok.diagnosis.checks.server_silent import check
from tests.builders import ENDPOINT, a_machine, a_snapshot, an_entry

REFUSED = Unknown("The connection was refused", "refused")


def silent(kind: Any, system: Any = "linux", *, running: bool = False, **changes: Any) -> Snapshot:
    install = OllamaInstall("ollama", kind, running, (11500,) if running else ())
    machine = a_machine(system=system, **changes.pop("machine", {}))
    servers = {ENDPOINT: changes.pop("reading", REFUSED)}
    return a_snapshot(machine=machine, servers=servers, ollama=Known(install), **changes)


@pytest.mark.parametrize("kind", SILENT)
def test_every_kind_of_silence_is_an_error_with_a_next_step(kind: str) -> None:
    (finding,) = check(a_snapshot(servers={ENDPOINT: Unknown("Nobody", kind)}))
    assert finding.level == "error"
    assert finding.remedy.text


def test_a_server_that_answers_is_silent_and_an_unused_one_is_a_note() -> None:
    assert not list(check(a_snapshot()))
    (finding,) = check(a_snapshot(servers={ENDPOINT: REFUSED}, entries=()))
    assert finding.level == "note"


@pytest.mark.parametrize(
    ("kind", "system", "words"),
    [
        ("absent", "linux", "https://ollama.com/download"),
        ("service", "linux", "sudo systemctl start ollama"),
        ("by hand", "linux", "ollama serve"),
        ("app", "darwin", "open -a Ollama"),
        ("homebrew", "darwin", "brew services start ollama"),
        ("app", "windows", "Start menu"),
        ("container", "linux", "docker ps --all"),
    ],
)
def test_the_start_is_the_platforms_own(kind: Any, system: Any, words: str) -> None:
    (finding,) = check(silent(kind, system))
    assert words in f"{finding.remedy.text} {' '.join(finding.remedy.command)}"


def test_whether_ollama_is_installed_and_runs_is_said() -> None:
    (absent,) = check(silent("absent"))
    (stopped,) = check(silent("service"))
    (elsewhere,) = check(silent("service", running=True))
    assert "not installed" in absent.message
    assert "as a service and does not run" in stopped.message
    assert "runs on port 11500" in elsewhere.message
    assert "port 11500" in elsewhere.remedy.text


def test_a_container_without_a_published_port_is_neither_absent_nor_stopped() -> None:
    (finding,) = check(silent("container", running=True))
    assert "in a container that does not pass this port on" in finding.message
    assert "-p 11434:11434" in finding.remedy.text
    assert "Install" not in finding.remedy.text and not finding.remedy.command


def test_a_local_port_that_accepts_and_cuts_is_a_forwarder_without_a_server() -> None:
    (finding,) = check(silent("absent", reading=Unknown("The connection was cut", "reset")))
    assert "accepts connections on port 11434" in finding.remedy.text
    assert "install" not in f"{finding.message}{finding.remedy.text}".lower()


def test_in_a_container_the_hosts_address_is_offered() -> None:
    (finding,) = check(silent("absent", machine={"container": True}))
    assert "host.docker.internal" in finding.remedy.text


def test_in_wsl_mirrored_networking_is_offered() -> None:
    (finding,) = check(silent("absent", machine={"wsl": True}))
    assert "networkingMode=mirrored" in finding.remedy.text


def test_an_address_that_answers_instead_is_written_into_the_entry_by_fix() -> None:
    gateway = "http://172.20.0.1:11434"
    snap = silent("absent", machine={"wsl": True}, instead={ENDPOINT: gateway})
    (finding,) = check(snap)
    (edit,) = finding.remedy.edits
    assert gateway in finding.message
    assert (edit.value, edit.expected) == (f"{gateway}/v1", f"{ENDPOINT}/v1")


def test_a_literal_address_of_the_other_family_is_an_error_although_the_server_answers() -> None:
    entry = an_entry(base_url="http://[::1]:11434/v1")
    instead = {"http://[::1]:11434": "http://localhost:11434"}
    (finding,) = check(a_snapshot(entries=(entry,), instead=instead))
    (edit,) = finding.remedy.edits
    assert finding.level == "error"
    assert edit.value == "http://localhost:11434/v1"


def test_a_403_for_the_host_name_says_what_the_tunnel_has_to_send() -> None:
    (finding,) = check(a_snapshot(servers={ENDPOINT: Unknown("403", "forbidden")}))
    assert "Host: localhost:11434" in finding.remedy.text


def test_https_to_a_plain_server_is_left_to_base_url_wrong() -> None:
    assert not list(check(a_snapshot(servers={ENDPOINT: Unknown("TLS failed", "tls")})))


def test_ollama_host_without_a_port_is_said_to_mean_port_80() -> None:
    far = "http://gpu.example"
    told: dict[str, Any] = {
        "environment": {"OLLAMA_HOST": far},
        "default_endpoint": far,
        "entries": (),
    }
    (finding,) = check(a_snapshot(**told, servers={far: REFUSED}))
    assert "port 80" in finding.remedy.text and ":11434" in finding.remedy.text
    told["environment"] = {"OLLAMA_HOST": "http://gpu.example:80"}
    (finding,) = check(a_snapshot(**told, servers={far: REFUSED}))
    assert "OLLAMA_HOST=0.0.0.0" in finding.remedy.text


def away(url: str, kind: str, **machine: Any) -> Snapshot:
    """One entry at another host that does not answer."""
    entry = an_entry(base_url=f"{url}/v1", endpoint=url)
    return a_snapshot(
        machine=a_machine(**machine), entries=(entry,), servers={url: Unknown("No", kind)}
    )


@pytest.mark.parametrize(
    ("url", "machine", "words"),
    [
        ("http://ollama:11434", {}, "compose service"),
        ("http://ollama:11434", {"container": True}, "same network"),
        ("http://host.docker.internal:11434", {}, "base_url=http://localhost:11434/v1"),
        ("http://host.docker.internal:11434", {"container": True}, "host-gateway"),
        ("http://gpu.exmaple:11434", {}, "Correct the host name"),
    ],
)
def test_a_name_of_dockers_has_its_own_advice(
    url: str, machine: dict[str, Any], words: str
) -> None:
    (finding,) = check(away(url, "dns", **machine))
    assert words in f"{finding.remedy.text} {' '.join(finding.remedy.command)}"


def test_without_any_name_resolution_it_is_said_once_and_no_name_is_blamed() -> None:
    hosts = ("https://openrouter.ai", "https://api.groq.com", "http://gpu.example:8000")
    entries = tuple(an_entry(id=h, base_url=f"{h}/v1", endpoint=h) for h in hosts)
    servers = {host: Unknown("The host name is not known", "dns") for host in hosts}
    (finding,) = check(a_snapshot(entries=entries, servers=servers))
    assert all(host in finding.message for host in hosts)
    assert "Correct the host name" not in finding.remedy.text


def test_a_cut_connection_is_no_firewall() -> None:
    (windows,) = check(away("http://172.23.16.1:11434", "reset", wsl=True))
    assert "portproxy" in windows.remedy.text
    (other,) = check(away("http://192.168.1.7:8000", "reset"))
    assert "firewall" not in other.remedy.text


def test_the_old_address_of_windows_is_explained() -> None:
    (finding,) = check(away("http://172.23.16.1:11434", "timeout", wsl=True))
    assert "ip route show default" in finding.remedy.text
