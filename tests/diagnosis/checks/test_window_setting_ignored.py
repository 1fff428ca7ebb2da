"""The check window_setting_ignored."""

from typing import Any

import pytest

from factory_byok.core.facts import Known, ServerSettings, Snapshot, Unknown
from factory_byok.core.units import Tokens
from factory_byok.diagnosis.checks.window_setting_ignored import check
from tests.builders import ENDPOINT, a_machine, a_model, a_server, a_snapshot, an_entry

NAME = "OLLAMA_CONTEXT_LENGTH"


def a_setting(
    server: dict[str, str] | None = None,
    shell: dict[str, str] | None = None,
    kind: Any = "service",
    system: Any = "linux",
    **model: Any,
) -> Snapshot:
    settings = ServerSettings(Known(server or {}), "process 812", kind, 812)
    return a_snapshot(
        machine=a_machine(system=system),
        servers={ENDPOINT: Known(a_server(a_model(**model), settings=Known(settings)))},
        environment=shell or {},
    )


@pytest.mark.parametrize("name", ["OLLAMA_NUM_CTX", "OLLAMA_MAX_CONTEXT", "OLLAMA_CONTEXT"])
def test_a_name_that_ollama_does_not_know_is_said(name: str) -> None:
    (here,) = check(a_setting(shell={name: "32000"}))
    (there,) = check(a_setting({name: "32000"}))
    assert name in here.message and "this shell" in here.message
    assert "process 812" in there.message and NAME in there.remedy.text


@pytest.mark.parametrize("name", ["num_ctx", "options", "keep_alive"])
def test_an_argument_that_ollama_passes_over_is_said_and_taken_out(name: str) -> None:
    entry = an_entry(arguments=(name, "temperature"))
    (finding,) = check(a_snapshot(entries=(entry,)))
    assert f"`{name}`" in finding.message
    assert [edit.pointer for edit in finding.remedy.edits] == [
        f"/custom_models/0/extra_args/{name}"
    ]


def test_several_arguments_are_said_in_the_plural() -> None:
    (finding,) = check(a_snapshot(entries=(an_entry(arguments=("options", "keep_alive")),)))
    assert "have no effect: Ollama's `/v1` does not read them" in finding.message


def test_arguments_are_silent_at_other_servers_and_when_they_count() -> None:
    other = Known(a_server(provider="vllm"))
    entry = an_entry(arguments=("num_ctx",))
    assert not list(check(a_snapshot(entries=(entry,), servers={ENDPOINT: other})))
    assert not list(check(a_snapshot(entries=(an_entry(arguments=("temperature",)),))))


@pytest.mark.parametrize("value", ["abc", "32k", "-1", "32.5"])
def test_what_is_no_number_is_said(value: str) -> None:
    (finding,) = check(a_setting({NAME: value}))
    assert "no number" in finding.message


@pytest.mark.parametrize("value", ["", "0", "32000", ' "65536" '])
def test_numbers_and_the_word_for_automatic_are_silent(value: str) -> None:
    assert not list(check(a_setting({NAME: value})))


def test_an_export_in_the_shell_does_not_reach_the_service() -> None:
    (finding,) = check(a_setting(shell={NAME: "32000"}))
    assert "this shell only" in finding.message
    assert "systemctl edit ollama.service" in finding.remedy.text
    assert f'Environment="{NAME}=32000"' in finding.remedy.text


@pytest.mark.parametrize(
    ("kind", "system", "words"),
    [
        ("by hand", "linux", f"`{NAME}=32000 ollama serve`"),
        ("homebrew", "darwin", "brew services restart ollama"),
        ("app", "darwin", f"launchctl setenv {NAME} 32000"),
        ("app", "windows", f"setx {NAME} 32000"),
        ("by hand", "windows", "new terminal"),
        ("container", "linux", f"-e {NAME}=32000"),
    ],
)
def test_the_place_to_set_it_is_the_platforms_own(kind: Any, system: Any, words: str) -> None:
    (finding,) = check(a_setting(shell={NAME: "32000"}, kind=kind, system=system))
    assert words in finding.remedy.text


def test_the_same_value_on_both_sides_is_silent() -> None:
    assert not list(check(a_setting({NAME: "32000"}, {NAME: "32000"})))


def test_the_apps_slider_rules_over_the_variable() -> None:
    (finding,) = check(a_setting({NAME: "8192"}, {NAME: "32000"}, "app", "darwin"))
    assert "slider" in finding.remedy.text


def test_a_server_whose_variables_are_hidden_is_not_judged() -> None:
    settings = ServerSettings(Unknown("hidden"), "", "service", 812)
    servers = {ENDPOINT: Known(a_server(settings=Known(settings)))}
    assert not list(check(a_snapshot(servers=servers, environment={NAME: "32000"})))


def test_num_ctx_in_the_models_file_beats_the_setting() -> None:
    (finding,) = check(a_setting({NAME: "32000"}, settings={"num_ctx": "2048"}))
    assert "num_ctx 2048" in finding.message
    assert finding.remedy.command == ("byok", "window", "qwen3-coder:30b", "--set", "32000")
    assert not list(check(a_setting({NAME: "64000"}, settings={"num_ctx": "32000"})))


@pytest.mark.parametrize(
    ("longest", "levels"), [(8_192, ["warning"]), (32_768, ["note"]), (64_000, [])]
)
def test_a_setting_above_the_models_end_is_said(longest: int, levels: list[str]) -> None:
    snap = a_setting({NAME: "64000"}, longest_window=Known(Tokens(longest)))
    assert [finding.level for finding in check(snap)] == levels
