"""Secrets, planted everywhere, must appear in no output of any verb."""

import json
from pathlib import Path

import pytest

from tests.commands.conftest import Byok

pytestmark = pytest.mark.outside

PLANTED = [
    "sk-live-7Qm2xV9pLr4",
    "Bearer-tok-55aa66bb77cc",
    "hunter2hunter2",
    "proxy-pass-9f8e7d",
    "header-secret-0a1b2c3d",
    "arg-secret-4e5f6a7b",
]


@pytest.fixture
def planted(factory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys in both files, in headers, in a base URL, in arguments, in variables."""
    monkeypatch.setenv("PLANTED_KEY", PLANTED[0])
    monkeypatch.setenv("HTTPS_PROXY", f"http://me:{PLANTED[3]}@proxy.example:3128")
    monkeypatch.setenv("OLLAMA_API_KEY", PLANTED[1])
    plain = {
        "displayName": "A", "model": "a:7b", "provider": "generic-chat-completion-api",
        "baseUrl": f"http://user:{PLANTED[2]}@127.0.0.1:9/v1", "apiKey": PLANTED[0],
        "extraHeaders": {"X-Auth": PLANTED[4]}, "extraArgs": {"password": PLANTED[5]},
    }  # fmt: skip
    variable = {**plain, "displayName": "B", "apiKey": "${PLANTED_KEY}"}
    legacy = {
        "model_display_name": "C", "model": "c:7b", "provider": "nonsense", "api_key": PLANTED[1],
        "base_url": f"http://127.0.0.1:9/v1?key={PLANTED[2]}", "max_tokens": "4000",
    }  # fmt: skip
    (factory / "settings.json").write_text(json.dumps({"customModels": [plain, variable]}))
    (factory / "config.json").write_text(
        "{\n # mine\n" + json.dumps({"custom_models": [legacy]})[1:]
    )


VERBS = [
    ("list",),
    ("doctor",),
    ("snapshot",),
    ("fix", "--dry-run"),
    ("fix", "--yes"),
    ("test", "--timeout", "0.5", "--only", "chat"),
    ("add", "ollama", "x:7b", "--no-check", "--dry-run"),
    ("remove", "A", "--dry-run"),
    ("set", "A", "max_output=5000", "--dry-run"),
    ("set", "A", "nosuch=1"),
    ("undo", "--list"),
    ("undo",),
    ("fit",),
]


@pytest.mark.parametrize("words", VERBS, ids=" ".join)
@pytest.mark.parametrize("form", [(), ("--json",)], ids=["text", "json"])
@pytest.mark.usefixtures("planted")
def test_no_verb_shows_a_secret(byok: Byok, words: tuple[str, ...], form: tuple[str, ...]) -> None:
    ran = byok(*words, *form)
    assert ran.code in (0, 1, 2)
    shown = ran.out + ran.err
    assert [secret for secret in PLANTED if secret in shown] == []
