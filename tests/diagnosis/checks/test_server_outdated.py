"""The check server_outdated."""

from typing import Any

import pytest

from factory_byok.core.facts import Known, OllamaInstall, Snapshot
from factory_byok.diagnosis.checks.server_outdated import check
from tests.builders import ENDPOINT, a_machine, a_model, a_server, a_snapshot


def a_version(
    version: str, requires: str = "", kind: Any = "by hand", system: Any = "linux"
) -> Snapshot:
    server = a_server(a_model(requires=requires), version=version)
    return a_snapshot(
        machine=a_machine(system=system),
        servers={ENDPOINT: Known(server)},
        ollama=Known(OllamaInstall("/usr/bin/ollama", kind, True)),
    )


def test_a_version_that_cannot_tell_windows_is_a_warning() -> None:
    (finding,) = check(a_version("0.9.6"))
    assert finding.level == "warning"
    assert "0.9.6" in finding.message


@pytest.mark.parametrize("version", ["0.10.0", "0.33.0-rc2", "1.0", "0.0.0", "devel"])
def test_the_first_version_that_can_and_source_builds_are_silent(version: str) -> None:
    assert not list(check(a_version(version)))


def test_a_model_that_asks_for_more_is_a_warning() -> None:
    (finding,) = check(a_version("0.30.9", requires="0.30.10"))
    assert "needs Ollama 0.30.10" in finding.message
    assert not list(check(a_version("0.30.10", requires="0.30.10")))


@pytest.mark.parametrize(
    ("kind", "system", "words"),
    [
        ("service", "linux", "install.sh"),
        ("homebrew", "darwin", "brew upgrade ollama"),
        ("app", "darwin", "menu bar"),
        ("app", "windows", "tray"),
        ("container", "linux", "docker pull ollama/ollama"),
        ("by hand", "windows", "download"),
    ],
)
def test_each_platform_has_its_own_way_to_update(kind: Any, system: Any, words: str) -> None:
    (finding,) = check(a_version("0.9.0", kind=kind, system=system))
    assert words in f"{finding.remedy.text} {' '.join(finding.remedy.command)}"
