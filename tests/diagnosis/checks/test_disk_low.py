"""The check disk_low."""

from factory_byok.core.facts import Disk, Known, OllamaInstall, Snapshot
from factory_byok.core.units import Bytes
from factory_byok.diagnosis.checks.disk_low import LEAST_FREE, check
from tests.builders import a_machine, a_snapshot


def a_disk(free: int) -> Snapshot:
    disk = Disk("/usr/share/ollama/.ollama/models", Bytes(500_000_000_000), Bytes(free))
    return a_snapshot(machine=a_machine(disks=(disk,)))


def test_less_than_five_gigabytes_is_a_warning_and_just_five_is_silent() -> None:
    (finding,) = check(a_disk(LEAST_FREE - 1))
    assert finding.level == "warning"
    assert "ollama rm" in finding.remedy.text
    assert not list(check(a_disk(LEAST_FREE)))


def test_a_machine_without_ollama_is_silent() -> None:
    from dataclasses import replace

    absent = Known(OllamaInstall())
    assert not list(check(replace(a_disk(0), ollama=absent, servers={})))
