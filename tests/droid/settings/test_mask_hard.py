"""No secret is left in what is shown, whatever shape the file is in."""

import json
import time

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from factory_byok.droid.settings.mask import mask, masked_diff

SECRET = "hunter2-Zq9"
# The place of the secret is marked by a section sign.
PLANTED = [
    '{"apiKey": "§"}',
    '{"api\\u004bey": "§"}',
    '{"apiKey": "§',
    '{"apiKey": "§, "model": "m"}',
    '{"apiKey": "a"§", "model": "m"}',
    '{"apiKey": §, "model": "m"}',
    '{"apiKey" "§"}',
    "{'apiKey': '§'}",
    "{apiKey: `§`}",
    '{"apiKey": /* here */ "§"}',
    '{"apiKey": // here\n "§"}',
    '{"apiKey":\r\n\t"§"}',
    '{"apiKey": "line\n  §"}',
    '// "apiKey": "§"\n{}',
    "# api_key = §\n{}",
    '/* "api_key": "§" */ {}',
    '// 5" disk "apiKey": "§"',
    '// don\'t share "apiKey": "§"',
    '{"extraHeaders": {"X-Anything": "§"}}',
    '{"extra_headers": {"a": "b",\n // "old": "§"\n "c": "d"}}',
    '{"extraHeaders": {"a": "}", "b": "§"}}',
    '{"extraHeaders": {"a": ["§"], "b": {"c": "§"}}}',
    '{"extraHeaders": {"a": §}}',
    '{"extraHeaders": {"a": "b", "c": "§"',
    '//  "extraHeaders": {\n//    "a": "§"\n//  }\n{}',
    '{"headers": "X-Key: §"}',
    '{"Authorization": "Bearer §"}',
    '{"x-api-key": "§", "OPENAI_API_KEY": "§", "groq_key": "§", "myKey": "§"}',
    '{"token": "§", "access_token": "§", "clientSecret": "§", "password": "§", "passwd": "§"}',
    '{"credentials": {"user": "§"}}',
    '{"baseUrl": "https://joe:§@host/v1"}',
    '{"baseUrl": "https://§@host/v1"}',
    '{"baseUrl": "https://joe:p/§@host/v1"}',
    '{"baseUrl": "http:\\/\\/joe:§@host/v1"}',
    '{"baseUrl": "https://host/v1?key=§"}',
    '{"baseUrl": "https://host/v1?a=b&api_key=§&c=d"}',
    '{"note": "Bearer §"}',
    '{"note": "my password: §"}',
    "sk-proj-§abcdefghijklmnop1234",
    "fw_3Z§abcdefghijklmnoP",
    "gsk_§abcdefghijklmnop1234",
    "hf_§abcdefghijklmnopqrst",
]
SHAPES = [
    "AIzaSyA0123456789abcdefghijkl",
    "AKIAIOSFODNN7EXAMPLE",
    "ghp_abcdefghijklmnopqrstuvwx",
    "eyJhbGciOiJIUzI1.eyJzdWIiOiIx.SflKxwRJSM",
]
HARMLESS = [
    '{"apiKey": "not-needed"}',
    '{"apiKey": "ollama", "api_key": ""}',
    '{"apiKey": "${OPENROUTER_API_KEY}"}',
    '{"apiKey": null, "b": 1}',
    '{"apiKey": "YOUR_API_KEY"}',
    '{"extraHeaders": {"Authorization": "Bearer ${KEY}"}}',
    '{"maxOutputTokens": 16000, "max_tokens": 4000, "thinkingMaxTokens": 12}',
    '{"compactionTokenLimitPerModel": {"custom:Qwen-0": 24000}}',
    '{"baseUrl": "http://[::1]:8080/v1/@scope?x=1"}',
    '{"authMode": "bearer"}',
    '{"model": "hf.co/unsloth/Qwen3-GGUF:Q4_K_M", "keyboard": "vim", "monkey": "x"}',
]
PIECES = [
    "a /*",
    '"',
    '"extraHeaders": {',
    "http://",
    "a:",
    " ",
    "\\u0041",
    "x",
    "// ",
    "key: //",
    '"a" /*x',
    "http://a:b",
    "?a=",
    "Bearer ",
    "eyJaaaaaaaaaa.",
    "'apiKey'",
    "apiKey:'",
    "apiKey /*",
    '"apiKey" ',
]
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\n\r"), max_size=12)


@pytest.mark.parametrize("text", PLANTED)
def test_a_planted_secret_is_gone(text: str) -> None:
    masked = mask(text.replace("§", SECRET))
    assert "hunter2" not in masked
    assert "Zq9" not in masked
    assert masked.count("\n") == text.count("\n"), "lines must stay lines"
    assert mask(masked) == masked


@pytest.mark.parametrize("secret", SHAPES)
def test_what_has_the_shape_of_a_key_is_gone(secret: str) -> None:
    for text in (secret, f"a comment with {secret}.", f'{{"model": "{secret}"}}'):
        assert secret[:-1] not in mask(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_secret_stays_readable(text: str) -> None:
    assert mask(text) == text


def test_nothing_of_a_secret_shows_not_even_its_length() -> None:
    assert mask('{"apiKey": "a1b2"}') == mask(json.dumps({"apiKey": "z9" * 500}))


def test_a_header_far_from_its_name_is_masked_in_a_diff() -> None:
    lines = "".join(f'    "h{at}": "{SECRET}{at}",\n' for at in range(20))
    before = '{"extraHeaders": {\n' + lines + '    "z": "z"\n}}\n'
    shown = masked_diff(before, before.replace(f"{SECRET}15", "another"), "f")
    assert SECRET not in shown
    assert "another" not in shown


@given(
    st.recursive(
        WORDS | st.integers() | st.none(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    ),
    st.sampled_from(["apiKey", "api_key", "Authorization", "token", "extraHeaders"]),
    st.text(max_size=10),
    st.booleans(),
    st.data(),
)
@settings(max_examples=300, deadline=None)
def test_no_secret_is_left_in_any_file_whole_or_cut(
    around: object, name: str, tail: str, ascii_only: bool, data: st.DataObject
) -> None:
    assume("hunter2" not in json.dumps(around))
    value = {"h": SECRET + tail} if name == "extraHeaders" else SECRET + tail
    whole = json.dumps({"a": around, name: value, "b": around}, ensure_ascii=ascii_only)
    cut = data.draw(st.integers(0, len(whole)))
    for text in (whole, whole[:cut], json.dumps(json.loads(whole), indent=2)):
        assert "hunter2" not in mask(text)


@given(st.text(max_size=200))
@settings(max_examples=300, deadline=None)
def test_any_text_can_be_masked(text: str) -> None:
    assert mask(text).count("\n") == text.count("\n")


@pytest.mark.parametrize("piece", PIECES)
def test_masking_costs_time_in_proportion(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    start = time.process_time()
    mask(text)
    assert time.process_time() - start < 5
