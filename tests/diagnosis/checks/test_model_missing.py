"""The check model_missing."""

from dataclasses import replace
from typing import Any

import pytest

from factory_byok.core.facts import Known, Snapshot, Unknown
from factory_byok.core.units import Tokens
from factory_byok.diagnosis.checks.model_missing import check
from factory_byok.diagnosis.missing_models import nearest
from tests.builders import ENDPOINT, a_model, a_server, a_snapshot, an_entry


def missing(name: str, **changes: Any) -> Snapshot:
    return a_snapshot(entries=(an_entry(model=name),), **changes)


def test_a_missing_model_is_an_error_with_the_nearest_names_and_a_pull() -> None:
    (finding,) = check(missing("qwen3-coder:480b"))
    assert finding.level == "error"
    assert "`qwen3-coder:30b`" in finding.message
    (edit,) = finding.remedy.edits  # 480B cannot fit here, and Ollama's cloud has it
    assert edit.value == "qwen3-coder:480b-cloud"


def test_a_model_that_can_fit_is_downloaded_and_one_that_cannot_is_not() -> None:
    (small,) = check(missing("llama3.1:70b"))
    assert small.remedy.command == ("byok", "pull", "llama3.1:70b")
    (large,) = check(missing("llama3.1:405b"))
    assert large.remedy.command == ("byok", "fit")


def test_a_name_that_ollama_cannot_have_is_never_downloaded() -> None:
    (finding,) = check(missing("qwen3 coder"))
    (edit,) = finding.remedy.edits
    assert edit.value == "qwen3-coder:30b"
    (finding,) = check(missing("/:/"))
    assert finding.remedy.actions == ()
    (finding,) = check(missing("zzz-unheard-of:7b"))
    assert "if Ollama's library has that name" in finding.remedy.text


def at_a_gateway(name: str, *listed: str, provider: str = "openai-compatible") -> Snapshot:
    models = [a_model(name=each) for each in listed]
    server = a_server(*models, provider=provider, window_setting="")
    return missing(name, servers={ENDPOINT: Known(server)})


@pytest.mark.parametrize(
    ("name", "listed"),
    [
        ("gpt-5.1(high)", "gpt-5.1"),
        ("claude-opus-4-6-thinking-32000", "claude-opus-4-6"),
        ("mistralai/devstral-2512:free", "mistralai/devstral-2512"),
        ("openai/gpt-5", "openai/*"),
        ("anything", "*"),
        ("gemini-3.1-pro-preview", "models/gemini-3.1-pro-preview"),
    ],
)
def test_wildcards_and_known_suffixes_are_silent_elsewhere(name: str, listed: str) -> None:
    assert not list(check(at_a_gateway(name, listed, "other")))


def test_a_name_outside_another_servers_list_is_a_warning_without_a_repair() -> None:
    (finding,) = check(at_a_gateway("gpt-5.2", "gpt-5.1", "glm"))
    assert (finding.level, finding.remedy.edits) == ("warning", ())
    assert finding.remedy.command[-1] == "model=gpt-5.1"


def test_llama_server_with_one_model_takes_any_name() -> None:
    (finding,) = check(at_a_gateway("qwen3-coder", "/m/q.gguf", provider="llama-cpp"))
    assert finding.level == "note"
    assert "`/m/q.gguf`" in finding.message


def test_the_default_tag_and_letter_case_do_not_matter() -> None:
    server = Known(a_server(a_model(name="Qwen3:latest")))
    assert not list(check(missing("qwen3", servers={ENDPOINT: server})))


def test_another_ollama_of_this_machine_that_has_it_is_named() -> None:
    snap = missing("llama3.3:70b", elsewhere={"http://127.0.0.1:11435": ("llama3.3:70b",)})
    (finding,) = check(snap)
    (edit,) = finding.remedy.edits
    assert "http://127.0.0.1:11435" in finding.message
    assert edit.value == "http://127.0.0.1:11435/v1"


def test_the_other_server_may_also_be_one_that_an_entry_uses() -> None:
    other = Known(a_server(a_model(name="llama3.3:70b")))
    servers = {ENDPOINT: Known(a_server()), "http://localhost:11500": other}
    (finding,) = check(missing("llama3.3:70b", servers=servers))
    assert "http://localhost:11500" in finding.message


def test_a_cloud_model_need_not_be_in_the_list() -> None:
    assert not list(check(missing("qwen3-coder:480b-cloud")))


def test_a_copy_of_byoks_that_is_gone_is_made_again() -> None:
    (finding,) = check(missing("qwen3-coder:30b-ctx32000"))
    assert finding.remedy.command == ("byok", "window", "qwen3-coder:30b", "--set", "32000")


def test_no_copy_is_proposed_beyond_the_models_end() -> None:
    short = a_model(longest_window=Known(Tokens(31_999)))
    servers = {ENDPOINT: Known(a_server(short))}
    (finding,) = check(missing("qwen3-coder:30b-ctx32000", servers=servers))
    assert "--set" not in finding.remedy.command


def test_a_server_elsewhere_is_named_in_the_command() -> None:
    far = "http://gpu.example:11434"
    entry = an_entry(model="gone:1b", endpoint=far, base_url=f"{far}/v1")
    (finding,) = check(a_snapshot(entries=(entry,), servers={far: Known(a_server())}))
    assert finding.remedy.command == ("byok", "pull", "gone:1b", "--endpoint", far)


def test_an_unread_list_is_not_an_empty_one() -> None:
    servers = {ENDPOINT: Known(a_server(models=Unknown("broken")))}
    assert not list(check(missing("gone:1b", servers=servers)))


def test_names_of_the_family_come_before_those_that_look_alike() -> None:
    assert nearest("qwen3:8b", ["qwen3:4b", "qwen2:8b"]) == ["qwen3:4b", "qwen2:8b"]


def test_a_forgotten_tag_is_written_into_the_entry() -> None:
    (finding,) = check(a_snapshot(entries=(an_entry(model="qwen3-coder"),)))
    (edit,) = finding.remedy.edits
    assert (edit.op, edit.value) == ("replace", "qwen3-coder:30b")
    assert replace(finding, check="model_missing").command == ("byok", "fix", "model_missing")


@pytest.mark.parametrize("name", ["qwen3-codr:30b", "qwen3-coder:33b", "Qwen3-Coderr:30B"])
def test_a_misspelt_name_gets_the_near_one_that_the_message_holds(name: str) -> None:
    (finding,) = check(missing(name))
    (edit,) = finding.remedy.edits
    assert "`qwen3-coder:30b`" in finding.message
    assert (edit.value, finding.remedy.command) == ("qwen3-coder:30b", ())


@pytest.mark.parametrize(
    "name", ["qwen2.5-coder:30b-x", "qwen4-coder:30b", "hf.co/me/qwen3-codr:30b", "gone:1b"]
)
def test_a_name_that_may_be_another_model_is_not_written_over(name: str) -> None:
    (finding,) = check(missing(name))
    assert "qwen3-coder" not in "".join(str(edit.value) for edit in finding.remedy.edits)


def test_a_slip_for_a_model_that_only_the_library_has_is_corrected_first() -> None:
    (finding,) = check(missing("lama3.3:70b"))
    (edit,) = finding.remedy.edits
    assert edit.value == "llama3.3:70b"


def test_one_that_the_library_has_is_downloaded() -> None:
    (finding,) = check(missing("qwen2.5-coder:32b"))
    assert finding.remedy.command == ("byok", "pull", "qwen2.5-coder:32b")
