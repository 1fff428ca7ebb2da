"""Remedies by platform."""

from typing import Any

import pytest

from factory_byok.core.facts import Known, OllamaInstall, ServerSettings, Snapshot
from factory_byok.diagnosis.advice import raise_window, runner, set_variable, start_ollama
from tests.builders import ENDPOINT, a_machine, a_model, a_server, a_snapshot

FAR = "http://gpu.example:11434"


def a_place(kind: Any, system: Any = "linux") -> Snapshot:
    return a_snapshot(
        machine=a_machine(system=system), ollama=Known(OllamaInstall("ollama", kind, True))
    )


def test_the_servers_own_process_tells_more_than_what_is_installed() -> None:
    by_hand = a_server(settings=Known(ServerSettings(started_by="by hand")))
    assert runner(a_place("service"), ENDPOINT, by_hand) == "by hand"
    assert runner(a_place("service"), ENDPOINT) == "service"
    assert runner(a_place("service"), FAR) == "remote"


@pytest.mark.parametrize(
    ("kind", "system", "words"),
    [
        ("service", "linux", ["sudo systemctl edit ollama.service", 'Environment="A=1"']),
        ("homebrew", "linux", ["systemctl --user edit", "brew services restart"]),
        ("homebrew", "darwin", ["launchctl setenv A 1", "brew services restart"]),
        ("app", "darwin", ["launchctl setenv A 1", "menu bar"]),
        ("app", "windows", ["setx A 1", "tray"]),
        ("by hand", "windows", ["setx A 1", "new terminal"]),
        ("by hand", "linux", ["`A=1 ollama serve`"]),
        ("container", "linux", ["-e A=1"]),
    ],
)
def test_a_variable_is_set_in_the_platforms_own_way(
    kind: Any, system: Any, words: list[str]
) -> None:
    text = set_variable(a_place(kind, system), ENDPOINT, None, "A=1")
    assert all(word in text for word in words)


def test_a_container_is_named_where_it_is_known() -> None:
    server = a_server(settings=Known(ServerSettings(started_by="container", container="olla")))
    assert "`olla`" in set_variable(a_place("absent"), ENDPOINT, server, "A=1")


def test_a_server_elsewhere_is_changed_there() -> None:
    assert "server's machine" in set_variable(a_place("service"), FAR, None, "A=1")


@pytest.mark.parametrize("system", ["darwin", "windows"])
def test_the_app_has_a_slider_with_stops(system: Any) -> None:
    remedy = raise_window(a_place("app", system), a_server(), a_model(), ENDPOINT)
    assert "slider to 32k" in remedy.text


def test_a_copy_of_the_model_is_the_command_everywhere() -> None:
    near = raise_window(a_place("service"), a_server(), a_model(), ENDPOINT)
    far = raise_window(a_place("service"), a_server(), a_model(), FAR)
    assert near.command == ("byok", "window", "qwen3-coder:30b", "--set", "32000")
    assert far.command[-2:] == ("--endpoint", FAR)


def test_a_server_without_such_a_setting_gets_a_general_word() -> None:
    remedy = raise_window(a_place("service"), a_server(window_setting=""), a_model(), ENDPOINT)
    assert not remedy.command


def test_starting_never_guesses_a_program_that_is_absent() -> None:
    assert not start_ollama(a_place("absent")).command
