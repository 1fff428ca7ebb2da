"""A whole server's window, on every platform, with programs that only note what they are asked."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from factory_byok.core.addresses import parse_endpoint
from factory_byok.core.errors import ByokError
from factory_byok.core.facts import Known, OllamaInstall, Server, ServerSettings, Snapshot
from factory_byok.core.http import Http, NoAnswer, Reply
from factory_byok.core.units import Tokens
from factory_byok.core.world import Completed, World
from factory_byok.workflows.server_setting import Setting, carry_out, plan
from tests.builders import ENDPOINT, a_machine, a_server, a_snapshot
from tests.hardware.worlds import a_world, said

ADDRESS = parse_endpoint(ENDPOINT)


class Answering(Http):
    """A server that refuses a few times and then answers."""

    def __init__(self, refusals: int = 0) -> None:
        self.refusals = refusals

    def send(self, method: str, url: str, **_: Any) -> Reply:
        self.refusals -= 1
        if self.refusals >= 0:
            raise NoAnswer("refused", "The connection was refused")
        return Reply(200, {}, b'{"version":"0.33.0"}')


def planned(root: Path, kind: Any, system: Any = "linux", **run: Completed) -> Setting:
    world = a_world(root, system=system, run={"id -u": said("1000\n"), **run})
    server = a_server(settings=Known(ServerSettings(started_by=kind)))
    snap = a_snapshot(
        machine=a_machine(system=system), ollama=Known(OllamaInstall("ollama", kind, True))
    )
    return plan(world, snap, server, ADDRESS, Tokens(32_000))


def test_the_service_gets_a_drop_in_and_a_restart_through_sudo(tmp_path: Path) -> None:
    write, reload, restart = planned(tmp_path, "service").steps
    assert write.command[:2] == ("sudo", "install")
    assert write.command[-1].endswith("ollama.service.d/zz-byok.conf")
    assert write.writes == '[Service]\nEnvironment="OLLAMA_CONTEXT_LENGTH=32000"\n'
    assert reload.command == ("sudo", "systemctl", "daemon-reload")
    assert restart.command == ("sudo", "systemctl", "restart", "ollama")


def test_homebrew_on_a_mac_needs_no_root(tmp_path: Path) -> None:
    first, second = planned(tmp_path, "homebrew", "darwin").steps
    assert first.command == ("launchctl", "setenv", "OLLAMA_CONTEXT_LENGTH", "32000")
    assert second.command[:3] == ("brew", "services", "restart")


@pytest.mark.parametrize(
    ("kind", "system", "words"),
    [
        ("app", "darwin", "slider to 32k"),
        ("app", "windows", "slider to 32k"),
        ("by hand", "linux", "OLLAMA_CONTEXT_LENGTH=32000 ollama serve"),
        ("by hand", "windows", "setx"),
        ("container", "linux", "-e OLLAMA_CONTEXT_LENGTH=32000"),
    ],
)
def test_elsewhere_the_exact_steps_are_told(
    tmp_path: Path, kind: Any, system: Any, words: str
) -> None:
    setting = planned(tmp_path, kind, system)
    assert not setting.steps
    assert words in setting.by_hand


def test_a_server_that_is_not_ollama_has_no_such_setting(tmp_path: Path) -> None:
    server = Server("openai-compatible")
    snap: Snapshot = a_snapshot()
    with pytest.raises(ByokError):
        plan(a_world(tmp_path), snap, server, ADDRESS, Tokens(32_000))


def a_machine_that_notes(root: Path, code: int = 0, refusals: int = 0) -> tuple[World, list[Any]]:
    noted: list[Any] = []

    def run(command: Sequence[str], **_: Any) -> Completed:
        text = Path(command[-2]).read_text("utf-8") if "install" in command else ""
        noted.append((tuple(command), text))
        return Completed(code, "", "Failed to restart: access denied" if code else "")

    network = Answering(refusals)
    world = replace(a_world(root), run=run, open_http=lambda: network)
    return world, noted


def test_the_steps_are_taken_in_order_and_the_server_is_awaited(tmp_path: Path) -> None:
    world, noted = a_machine_that_notes(tmp_path, refusals=2)
    said_words: list[str] = []
    carry_out(world, planned(tmp_path, "service"), said_words.append)
    assert [command[1] for command, _ in noted] == ["install", "systemctl", "systemctl"]
    assert noted[0][1].startswith("[Service]")
    assert len(said_words) == 3


def test_the_first_step_that_fails_ends_it_with_its_words(tmp_path: Path) -> None:
    world, noted = a_machine_that_notes(tmp_path, code=1)
    with pytest.raises(ByokError, match="access denied"):
        carry_out(world, planned(tmp_path, "service"), lambda text: None)
    assert len(noted) == 1
