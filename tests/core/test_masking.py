"""The one exit: what no text that leaves byok holds, and what stays readable."""

import json
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory_byok.core.masking import (
    leaving,
    leaving_as_json,
    leaving_in_color,
    looks_like_a_key,
    mask_line,
)
from factory_byok.reports.masked_edits import without_secrets

S = "Xk29vTq7Lm4Zp8Rw"

LEAKS = [
    f"asks http://gpu.example/v1?key={S}",
    f"http://gpu.example/v1?api-version=1&sig={S}",
    f"http://gpu.example/v1?access_token={S}",
    f"http://gpu.example/v1?subscription-key={S}&code={S}",
    f"http://gpu.example/v1?zzz={S}",
    f"gpu.example/v1?whatever={S}",
    f"http://gpu.example/v1#{S}",
    f"http://gpu.example/v1#token={S}",
    f"http://me:{S}@gpu.example/v1",
    f"http://{S}@gpu.example/v1",
    f"http://me:a/{S}@gpu.example:11434",
    f"me:{S}@gpu.example:11434",
    f"`OLLAMA_HOST` is `me:a/{S}@[::1]:11434`",
    f"HTTP://me:{S}@gpu.example",
    f"`${{{S}}}` is not set",
    f"`${{sk-{S}}}` is not set",
    f"the server said: Bearer {S}",
    f"no such option: sk-{S}",
]


@pytest.mark.parametrize("text", LEAKS)
def test_a_secret_does_not_leave(text: str) -> None:
    for shown in (leaving(text), leaving_in_color(f"\x1b[1m{text}\x1b[0m"), leaving_as_json(text)):
        assert S not in shown
        assert "<secret-1>" in shown


READABLE = [
    "http://localhost:11434/v1",
    "http://[::1]:8080/v1?model=qwen3&limit=1000",
    "https://docs.ollama.com/faq#how-do-i-configure-ollama-server",
    "https://docs.factory.ai/cli/byok/ollama#2.1-window",
    "`${OPENAI_API_KEY}` is not set; `${MY_TEAM_KEY_2}` neither",
    "hf.co/unsloth/Qwen3-Coder-480B-A35B-Instruct-GGUF:Q4_K_M",
    "custom:Qwen-2.5-Coder-32B-[Local]-0",
    "--json excludes --format; window=32000, num_ctx=4096",
    "sha256:9f438cb9cd581fc025612d27f7c1a6669ff83a8bb0ed86c94fcf4c5440555697",
    "at 12:30, see user@example.org",
    "/tmp/tmpa1b2c3d4e5f6/.factory/settings.json",
]


@pytest.mark.parametrize("text", READABLE)
def test_what_is_no_secret_stays_as_it_is(text: str) -> None:
    assert leaving(text) == text
    assert leaving_as_json(json.dumps(text)) == json.dumps(text)


CONTROLS = ["\x1b]0;title\x07", "\x1b[2J", "\x9b31m", "\r", "\x00", "\u202e", "\u2066", "\u200f"]


@pytest.mark.parametrize("sign", CONTROLS)
def test_nothing_from_outside_steers_the_terminal(sign: str) -> None:
    text = f"a{sign}b"
    for shown in (leaving(text), leaving_in_color(f"\x1b[31m{text}\x1b[0m")):
        assert sign not in shown
        assert "\ufffd" in shown
    as_json = leaving_as_json(json.dumps(text, ensure_ascii=False))
    assert json.loads(as_json) == text
    assert sign not in as_json


def test_byok_s_own_colours_and_lines_stay() -> None:
    text = "\x1b[1mone\x1b[0m\n\ttwo"
    assert leaving_in_color(text) == text


@given(st.text(max_size=300))
def test_any_text_can_leave_and_leaving_twice_changes_nothing(text: str) -> None:
    assert leaving(leaving(text)) == leaving(text)
    assert mask_line(mask_line(text)) == mask_line(text)


@pytest.mark.parametrize(
    "piece",
    ["a@", "a:b@", "?a=", "x://", "//", "//a:", "x://?a", "#", "${", "sk-", "Bearer ", "a."],
)
def test_it_costs_time_in_proportion(piece: str) -> None:
    text = piece * (400_000 // len(piece))
    begin = time.process_time()
    leaving(text)
    assert time.process_time() - begin < 4


@pytest.mark.parametrize(
    ("edit", "gone"),
    [
        ({"pointer": "/customModels/0/apiKey", "value": S, "expected": f"{S}-2"}, True),
        ({"pointer": "/customModels/-", "value": {"apiKey": S, "model": "m"}}, True),
        ({"pointer": "/customModels/0/extraHeaders", "value": {"X-Any": S}}, True),
        ({"pointer": "", "expected": f'{{"apiKey": "{S}"}} # x', "value": "//"}, True),
        ({"pointer": "/customModels/0/apiKey", "value": "not-needed"}, False),
        ({"pointer": "/customModels/0/model", "value": "qwen3:8b", "expected": None}, False),
    ],
)
def test_an_edit_in_json_tells_no_secret(edit: dict[str, object], gone: bool) -> None:
    body = json.loads(json.dumps([{"edits": [edit]}]))
    shown = without_secrets(body)
    assert S not in json.dumps(shown)
    assert (shown != body) == gone


@pytest.mark.parametrize(
    ("word", "looks"),
    [(S, True), (f"key_{S}", True), ("generic-chat-completion-api", False), ("16000", False)],
)
def test_what_looks_like_a_key(word: str, looks: bool) -> None:
    assert looks_like_a_key(word) == looks


@pytest.mark.parametrize(
    "text",
    [
        "Server localhost:1/keys/jq4i9DoV8gz4FkQ1okTBGzvA/v1",
        "http://localhost:1/v1?4JdpmrcXgGCJbW56eCuNGMGm",
        "There is no entry `e43W6T8ygpnnhcc826ZWOf0W`",
        "cannot create: token=ixnkuisgnprvdd",
        "the base URL //bob:hunter-xeczdoz@h/v1 has no scheme",
        "htp:/bob:hunter-xeczdoz@h/v1",
        "http://bob:my hunter-xeczdoz@h/v1",
        "http://h/v1?hunter-xeczdoz&x",
        "there is no `3f1c9a0e5b7d2f4a6c8e0b1d3f5a7c9e`",
        "`szm7sGxkloYYNIfgRZlGj11V` has no value",
        "\x1b[1;31msk-proj-iAhzCueQpB1234567",
        "http://h/v1?api_key=abcdefgh#Tz81kQw9Lm3Xc7Vb",
    ],
)
def test_a_pasted_key_goes_wherever_it_stands(text: str) -> None:
    secret = max(re.findall(r"[A-Za-z0-9-]{12,}", text), key=len)
    assert secret not in leaving_in_color(text)


@pytest.mark.parametrize(
    "name",
    [
        "unsloth/Qwen3-Coder-30B-A3B-Instruct-GGUF:Q4_K_M", "DeepSeekR1DistillQwen32BInstruct",
        "/tmp/pytest-of-root/pytest-414/test_an_expired_certificate_is4/home", "MODEL=NAME_OF_IT",
        "api_key=OPENAI_API_KEY", "hf.co/bartowski/Llama-3.2-3B-Instruct-GGUF:Q8_0",
        "sha256:2f5e0b2c5c1d9a3e8f7b6a5d4c3b2a1908f7e6d5c4b3a291807f6e5d4c3b2a19",
    ],
)  # fmt: skip
def test_names_paths_and_digests_stay(name: str) -> None:
    assert leaving_in_color(name) == name
