"""Secrets are taken out of whole, broken and commented texts, and nothing else is."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory_byok.droid.settings.mask import mask, masked_diff

SECRET = "s3cr3t-Value-0815"


@pytest.mark.parametrize(
    "text",
    [
        f'{{"apiKey": "{SECRET}"}}',
        f'{{"model": "m", "baseUrl": "http://localhost:11434/v1", "apiKey": "{SECRET}", "x": 1}}',
        f'{{"api_key" /* mine */ : "{SECRET}",}}',
        f'{{ # mine\n "apiKey": "{SECRET}"',
        f'{{"apiKey": "{SECRET}',
        f"{{'apiKey': '{SECRET}'}}",
        f"{{apiKey: {SECRET}}}",
        f'// "apiKey": "{SECRET}",\n{{}}',
        f"/* api_key = {SECRET} */{{}}",
        f"# api_key: {SECRET}\n{{}}",
        f'{{"extraHeaders": {{"X-Any": "{SECRET}", "Y": ["{SECRET}"]}}}}',
        f'{{"extra_headers": {{"Authorization": "Bearer {SECRET}"}}}}',
        f'{{"baseUrl": "https://me:{SECRET}@host/v1"}}',
        f'{{"baseUrl": "https://host/v1?api-key={SECRET}&x=1"}}',
        f'{{"extraArgs": {{"password": "{SECRET}"}}}}',
        f'{{"note": "Bearer {SECRET}"}}',
        f'{{"a\\u0070iKey": "{SECRET}"}}',
        '{"note": "sk-abcdefghijklmnop"}',
    ],
)
def test_a_secret_is_gone(text: str) -> None:
    shown = mask(text)
    assert SECRET not in shown
    assert "sk-abcdef" not in shown
    assert "<secret-" in shown
    assert shown.count("\n") == text.count("\n")


@pytest.mark.parametrize(
    "text",
    [
        '{"apiKey": "not-needed", "model": "m:7b"}',
        '{"apiKey": "${MY_KEY}"}',
        '{"apiKey": ""}',
        '{"apiKey": "ollama", "maxOutputTokens": 16000, "max_tokens": 4000}',
        '{"baseUrl": "http://localhost:11434/v1"} // see http://localhost:11434',
        '{"displayName": "Q", "baseUrl": "http://[::1]:11434/v1/", "keyboard": "qwerty"}',
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert mask(text) == text


def test_a_changed_secret_still_shows_as_changed() -> None:
    diff = masked_diff('{"apiKey": "one-secret"}\n', '{"apiKey": "two-secret"}\n', "f")
    assert '-{"apiKey": "<secret-1>"}' in diff
    assert '+{"apiKey": "<secret-2>"}' in diff


@given(st.text())
def test_masking_twice_changes_nothing_more(text: str) -> None:
    once = mask(text)
    assert mask(once) == once


VALUES = st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=8, max_size=20)


@given(
    VALUES.filter(lambda value: value.strip("xX*") != ""),
    st.lists(st.sampled_from(["note", "url", "model", "a b", "x:y"]), max_size=3, unique=True),
)
def test_no_value_of_a_secret_name_survives(value: str, others: list[str]) -> None:
    secret = f"q7{value}z"
    body = {**dict.fromkeys(others, "http://h/v1 // no"), "apiKey": secret}
    for text in (json.dumps(body), json.dumps(body, indent=2), json.dumps({"a": [body, body]})):
        assert secret not in mask(text)


def test_a_url_before_a_key_on_one_line_hides_nothing_of_it() -> None:
    for url in ("http://localhost:11434/v1", "https://h", "http://"):
        for keys in (
            f'"url": "{url}", "apiKey": "{SECRET}"',
            f'"apiKey": "{SECRET}", "u": "{url}"',
        ):
            for text in (f"{{{keys}}}", f"[{{{keys}, x}}", f"// {{{keys}}}"):
                assert SECRET not in mask(text)
