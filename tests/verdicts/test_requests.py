"""What byok sends is what the installed droid sends: fields, roles, forms, tools, limits, size.

A new droid that sends something else fails here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from factory_byok.core.facts import Json
from factory_byok.droid.known_models import _NAMES as KNOWN
from factory_byok.droid.settings.target import Target
from factory_byok.exercises.conversation import Call, Turn
from factory_byok.exercises.dialects import body_of, sent_headers
from factory_byok.exercises.droid_request import TOOLS, small, whole
from tests.doubles.droid import Droid
from tests.verdicts.behaviour import GENERIC
from tests.verdicts.requests import PROMPT, Sent, sent

KEY = "sk-right-0123456789"
DIALECTS = (GENERIC, "openai", "anthropic")
OPTIONS: dict[str, dict[str, Any]] = {
    "plain": {},
    "limit": {"maxOutputTokens": 4_000},
    "effort": {"reasoningEffort": "low"},
    "no effort": {"reasoningEffort": "none"},
    "thinking": {"enableThinking": True, "thinkingMaxTokens": 5_000},
    "thinking without budget": {"enableThinking": True},
    "extra": {"extraArgs": {"temperature": 0.2, "num_ctx": 9}, "extraHeaders": {"X-Team": "9"}},
}
NAMES = ("qwen3-coder:30b", "gpt-oss:20b", "gpt-4o", "o3", "kimi-k2", "deepseek-v3.2", "glm-5-1",
         "anthropic/claude-3.5-sonnet", "gpt-5.1(high)", *KNOWN)  # fmt: skip


def _entry(dialect: str, **more: Any) -> dict[str, Any]:
    path = "" if dialect == "anthropic" else "/v1"
    url = f"http://127.0.0.1:PORT{path}"
    return {"model": "m", "apiKey": KEY, "provider": dialect, "baseUrl": url, **more}


ENTRIES = {
    **{f"{d} {n}": _entry(d, **more) for d in DIALECTS for n, more in OPTIONS.items()},
    **{f"name {name}": _entry(GENERIC, model=name) for name in NAMES},
    **{f"{d} claude": _entry(d, model="claude-opus-4-6") for d in DIALECTS},
    **{f"{d} gpt": _entry(d, model="gpt-5.2-codex") for d in DIALECTS},
}


@pytest.fixture(scope="module")
def recorded(droid: Droid) -> Iterator[dict[str, Sent]]:
    """Everything that droid sends, recorded once."""
    assert droid
    yield sent(ENTRIES)


def _aim(entry: Mapping[str, Any]) -> Target:
    budget = entry.get("thinkingMaxTokens") if entry.get("enableThinking") else None
    return Target(
        entry="custom:M-0",
        base_url=entry["baseUrl"],
        model=entry["model"],
        dialect=entry["provider"],
        key=KEY,
        headers=entry.get("extraHeaders", {}),
        extra_args=entry.get("extraArgs", {}),
        reasoning_effort=entry.get("reasoningEffort", ""),
        max_output=entry.get("maxOutputTokens"),
        thinking=budget,
    )


def form(value: Any, key: str = "") -> Any:
    """A body without its words: texts, ids and descriptions stand for themselves."""
    if isinstance(value, Mapping):
        left_out = ("is_error", "safety_identifier")  # of a failed tool; of one account
        return {k: form(v, k) for k, v in sorted(value.items()) if k not in left_out}
    if isinstance(value, list):
        return [form(each, key) for each in value]
    words = ("text", "content", "description", "instructions", "prompt_cache_key", "output")
    ids = ("id", "call_id", "tool_call_id", "tool_use_id", "arguments")
    return key if key in (*words, *ids) and isinstance(value, str) else value


@pytest.mark.outside
@pytest.mark.parametrize("name", ENTRIES)
def test_the_first_request_has_droids_form(recorded: dict[str, Sent], name: str) -> None:
    first, aim = recorded[name][0]["json"], _aim(ENTRIES[name])
    assert form(body_of(aim, whole(PROMPT))) == form(first)
    assert form(body_of(aim, small(PROMPT, TOOLS))) == form(first)


@pytest.mark.outside
@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_first_request_has_droids_size(recorded: dict[str, Sent], dialect: str) -> None:
    name = f"{dialect} plain"
    theirs = len(json.dumps(recorded[name][0]["json"]))
    ours = len(json.dumps(body_of(_aim(ENTRIES[name]), whole(PROMPT))))
    assert ours == pytest.approx(theirs, rel=0.03)


@pytest.mark.outside
@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_result_of_a_tool_goes_back_as_droid_sends_it(
    recorded: dict[str, Sent], dialect: str
) -> None:
    name = f"{dialect} plain"
    call = Call("call_1", "LS", '{"directory_path": "Paris", "ignorePatterns": ["Paris"]}')
    begun = small(PROMPT, TOOLS)
    turns = (*begun.turns, Turn("assistant", calls=(call,)), Turn("tool", "x", call_id="call_1"))
    ours: Json = body_of(_aim(ENTRIES[name]), replace(begun, turns=turns))
    assert form(ours) == form(recorded[name][1]["json"])


@pytest.mark.outside
@pytest.mark.parametrize("name", [f"{d} {n}" for d in DIALECTS for n in ("plain", "extra")])
def test_the_headers_are_droids(recorded: dict[str, Sent], name: str) -> None:
    theirs = {key.lower(): value for key, value in recorded[name][0]["headers"].items()}
    for key, value in sent_headers(_aim(ENTRIES[name])).items():
        assert theirs[key.lower()] == value.removesuffix(" (byok)")
    client = ("x-stainless", "connection", "host", "accept-encoding", "content-")
    own = {key for key in theirs if not key.startswith(client)}
    assert own == {key.lower() for key in sent_headers(_aim(ENTRIES[name]))}
