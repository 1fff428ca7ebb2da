"""Each cause of a refusal has its own next step, and none sends to a wrong place."""

from dataclasses import replace
from typing import Any

import pytest

from factory_byok.core.facts import Exercise, Known, Snapshot
from factory_byok.core.findings import Remedy
from factory_byok.diagnosis.refusal_advice import remedy_for
from factory_byok.exercises.causes import CAUSES
from tests.builders import ENDPOINT, a_model, a_server, a_snapshot, an_entry

ELSEWHERE = "http://127.0.0.1:8000"


def _remedy(fault: str, *, reason: str = "", evidence: Any = None, **entry: Any) -> Remedy:
    """The remedy for an entry at a server that is not Ollama."""
    mine = an_entry(base_url=f"{ELSEWHERE}/v1", endpoint=ELSEWHERE, **entry)
    server = a_server(a_model(name="qwen3-coder-30b"), provider="vllm", window_setting="")
    snap = a_snapshot(entries=(mine,), servers={ELSEWHERE: Known(server)})
    done = Exercise(
        mine.id, mine.model, "chat", "failed", reason, {"fault": fault, **(evidence or {})}
    )
    return remedy_for(snap, mine, done)


@pytest.mark.parametrize(
    ("fault", "instead", "check"),
    [
        ("model_unknown", {}, "model_missing"),
        ("refused", {ENDPOINT: "http://[::1]:11434"}, "server_silent"),
    ],
)
def test_what_a_check_repairs_is_left_to_fix(
    fault: str, instead: dict[str, str], check: str
) -> None:
    mine = an_entry(model="qwen3-codr:30b")
    done = Exercise(mine.id, mine.model, "chat", "failed", "", {"fault": fault})
    remedy = remedy_for(a_snapshot(entries=(mine,), instead=instead), mine, done)
    assert remedy.command == ("byok", "fix", check)


@pytest.mark.parametrize("fault", [cause.kind for cause in CAUSES])
def test_no_cause_sends_to_ollamas_log_or_a_download(fault: str) -> None:
    remedy = _remedy(fault)
    words = f"{remedy.text} {' '.join(remedy.command)}"
    assert remedy.text
    for wrong in ("journalctl", "ollama pull", "byok pull", "entry's own fields"):
        assert wrong not in words


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("needs_jinja", "--jinja"),
        ("needs_tool_parser", "--tool-call-parser qwen3_coder"),
        ("credit", "credit"),
        ("payment", "credit"),
        ("data_policy", "privacy"),
        ("thinking", "not think"),
        ("model_unknown", "qwen3-coder-30b"),
        ("call_not_parsed", "Try again"),
        ("not_loaded", "lms load"),
    ],
)
def test_the_cause_decides(fault: str, words: str) -> None:
    remedy = _remedy(fault)
    assert words in f"{remedy.text} {' '.join(remedy.command)}"


def test_no_credit_is_never_the_key() -> None:
    assert "key_env" not in str(_remedy("payment").command)
    assert "max_output=2666" in _remedy("credit", evidence={"allowed": 2_666}).command


def test_the_limit_that_the_server_allows_is_the_repair() -> None:
    remedy = _remedy("output_limit", evidence={"allowed": 16_384})
    assert remedy.command[-1] == "max_output=16384"
    filled = _remedy("too_long", evidence={"allowed": 32_768})
    assert filled.command[-1] == "max_output=8192"


def test_a_dialect_without_its_path_becomes_the_generic_one() -> None:
    remedy = _remedy("no_such_path", dialect="openai")
    assert remedy.command[-1] == "dialect=generic-chat-completion-api"


def test_an_argument_of_the_entrys_own_is_named() -> None:
    remedy = _remedy("field_refused", reason="supplied: num_ctx", arguments=("num_ctx",))
    assert "`num_ctx`" in remedy.text
    assert "num_ctx" not in _remedy("field_refused", reason="supplied: stream_options").text


def _on_ollama(fault: str, **entry: Any) -> Remedy:
    mine = an_entry(**entry)
    snap: Snapshot = a_snapshot(entries=(mine,), servers={ENDPOINT: Known(a_server())})
    return remedy_for(snap, mine, Exercise(mine.id, "m", "chat", "failed", "", {"fault": fault}))


def test_ollama_is_signed_in_and_its_log_is_where_it_was_started() -> None:
    assert _on_ollama("sign_in", model="gpt-oss:120b-cloud").command == ("ollama", "signin")
    assert "terminal" in _on_ollama("server_error").text


def test_a_proxy_that_captures_the_request_is_named() -> None:
    mine = an_entry()
    snap = replace(a_snapshot(), environment={"HTTP_PROXY": "http://proxy:3128"})
    done = Exercise(mine.id, "m", "chat", "failed", "", {"fault": "refused"})
    assert "`HTTP_PROXY`" in remedy_for(snap, mine, done).text
