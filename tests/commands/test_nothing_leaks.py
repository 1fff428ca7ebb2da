"""Whole command lines over files and servers with planted secrets: none of them is printed."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.commands.conftest import Byok

S = "Xk29vTq7Lm4Zp8Rw"
ESCAPE = "\x1b]0;owned\x07\u202e"

VERBS = [
    ("list",),
    ("list", "--json"),
    ("doctor",),
    ("doctor", "--json"),
    ("doctor", "--format", "markdown"),
    ("doctor", "--format", "html"),
    ("fix", "--dry-run"),
    ("fix", "--dry-run", "--json"),
    ("snapshot",),
    ("remove", "x"),
    ("set", "m:32b", "max_output=1", "--dry-run"),
]

PLANTED: dict[str, dict[str, Any]] = {
    "key": {"apiKey": S},
    "key in a query": {"baseUrl": f"http://127.0.0.1:9/v1?code={S}"},
    "key in a fragment": {"baseUrl": f"http://127.0.0.1:9/v1#{S}"},
    "login": {"baseUrl": f"http://me:{S}@127.0.0.1:9"},
    "login without a scheme": {"baseUrl": f"me:a/{S}@127.0.0.1:9/v1"},
    "pasted reference": {"apiKey": f"${{{S}}}"},
    "output limit": {"maxOutputTokens": S},
    "reasoning effort": {"reasoningEffort": S},
    "header": {"extraHeaders": {"X-Whatever": S}},
}


@pytest.fixture
def planted(factory: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Writes one entry with a secret in it."""
    monkeypatch.setenv("OLLAMA_HOST", "127.0.0.1:9")

    def plant(**fields: Any) -> None:
        entry = {
            "displayName": f"Mine{ESCAPE}",
            "model": "m:32b",
            "baseUrl": "http://127.0.0.1:9/v1",
            "apiKey": "not-needed",
            "provider": "generic-chat-completion-api",
            "maxOutputTokens": 0,
        }
        text = json.dumps({"customModels": [{**entry, **fields}]}, ensure_ascii=False)
        (factory / "settings.json").write_text(text, "utf-8")

    return plant


@pytest.mark.outside
@pytest.mark.parametrize("place", PLANTED)
def test_a_secret_in_a_settings_file_is_printed_by_no_verb(
    byok: Byok, planted: Any, place: str
) -> None:
    planted(**PLANTED[place])
    for words in VERBS:
        ran = byok(*words)
        assert S not in ran.out + ran.err, words
        for sign in ("\x1b]", "\x07", "\u202e"):
            assert sign not in ran.out + ran.err, words


@pytest.mark.outside
def test_a_pasted_dialect_is_not_repeated(byok: Byok, planted: Any) -> None:
    planted(provider=S)
    for words in VERBS:
        ran = byok(*words)
        assert S not in ran.out + ran.err, words


@pytest.mark.parametrize(
    "words",
    [
        ("doctor", "--endpoint", f"ftp://me:{S}@h"),
        ("fit", "m", "--endpoint", f"me:{S}@h"),
        ("add", "openai", "gpt-5", "--key-env", f"sk-{S}"),
        ("add", "openai", "gpt-5", "--key-env", f"{S}!"),
        ("remove", f"http://me:{S}@h"),
        ("explain", f"sk-{S}"),
        ("list", f"sk-{S}"),
    ],
)
@pytest.mark.parametrize("json_too", [(), ("--json",)])
def test_a_secret_among_the_words_is_not_repeated(
    byok: Byok, factory: Path, words: tuple[str, ...], json_too: tuple[str, ...]
) -> None:
    ran = byok(*words, *json_too)
    assert ran.code != 0
    assert S not in ran.out + ran.err


@pytest.mark.outside
def test_a_secret_in_ollama_host_is_not_repeated(
    byok: Byok, factory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OLLAMA_HOST", f"me:a/{S}@127.0.0.1:9")
    for words in (("doctor",), ("doctor", "--json"), ("fit",), ("window",), ("pull", "m:1b")):
        ran = byok(*words)
        assert S not in ran.out + ran.err, words


def test_a_snapshot_as_json_steers_no_terminal(byok: Byok, factory: Path) -> None:
    name = "a\x1b]0;x\x07\u202e\x9bb"
    entry = {
        "model": "m:7b", "displayName": name, "baseUrl": "http://127.0.0.1:9/v1", "apiKey": "none",
        "provider": "generic-chat-completion-api", "maxOutputTokens": 1,
    }  # fmt: skip
    (factory / "settings.json").write_text(json.dumps({"customModels": [entry]}))
    for words in (("snapshot",), ("snapshot", "--json"), ("list", "--json"), ("list",)):
        told = byok(*words).out
        assert not set("\x1b\x07\u202e\x9b") & set(told)
