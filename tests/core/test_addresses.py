"""Addresses: OLLAMA_HOST as Ollama reads it, and endpoints."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory_byok.core.addresses import (
    default_endpoint,
    endpoint_of,
    parse_address,
    parse_endpoint,
    parse_ollama_host,
    root_of,
)
from factory_byok.core.errors import UsageError


@pytest.mark.parametrize(
    ("value", "address"),
    [  # Ollama v0.33.0-rc2, made connectable
        ("", "http://localhost:11434"),
        ("  ", "http://localhost:11434"),
        ("1.2.3.4", "http://1.2.3.4:11434"),
        ("example.com", "http://example.com:11434"),
        ("1.2.3.4:1234", "http://1.2.3.4:1234"),
        ("example.com:1234", "http://example.com:1234"),
        (":1234", "http://127.0.0.1:1234"),
        (":66000", "http://127.0.0.1:11434"),
        (":-1", "http://127.0.0.1:11434"),
        (":abc", "http://127.0.0.1:11434"),
        ("1.2.3.4:", "http://1.2.3.4:11434"),
        (":0", "http://127.0.0.1:0"),
        ("::1", "http://[::1]:11434"),
        ("[::1]", "http://[::1]:11434"),
        ("[::1]:1337", "http://[::1]:1337"),
        ("0.0.0.0", "http://127.0.0.1:11434"),
        ("0.0.0.0:8080", "http://127.0.0.1:8080"),
        ("[::]:8080", "http://[::1]:8080"),
        ("::", "http://[::1]:11434"),
        ("http://1.2.3.4", "http://1.2.3.4"),
        ("http://1.2.3.4:4321", "http://1.2.3.4:4321"),
        ("http://1.2.3.4:abc", "http://1.2.3.4"),
        ("https://1.2.3.4", "https://1.2.3.4"),
        ("https://1.2.3.4:4321", "https://1.2.3.4:4321"),
        ("https://example.com/ollama", "https://example.com/ollama"),
        ("https://example.com:1234/ollama/", "https://example.com:1234/ollama"),
        ("example.com/ollama", "http://example.com:11434/ollama"),
        ("ollama.com", "https://ollama.com"),
        (' "1.2.3.4" ', "http://1.2.3.4:11434"),
        ("'1.2.3.4:1'", "http://1.2.3.4:1"),
    ],
)
def test_ollama_host_is_read_as_ollama_reads_it(value: str, address: str) -> None:
    assert str(parse_ollama_host(value)) == address
    assert str(default_endpoint(value)) == address


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:11434", "http://127.0.0.1:11434/v1", "http://[::1]:11434/v1/",
        "http://localhost:11434/v1/chat/completions", "HTTP://LocalHost:11434/",
        "http://user:pass@localhost:11434/v1",
    ],
)  # fmt: skip
def test_all_spellings_of_one_endpoint_agree(url: str) -> None:
    assert endpoint_of(url) == "http://localhost:11434"


@pytest.mark.parametrize("url", ["", "localhost:11434", "ftp://x", "http://", "http://a b", "x"])
def test_what_names_no_server_has_no_endpoint(url: str) -> None:
    assert endpoint_of(url) == ""


def test_a_path_before_the_api_is_kept() -> None:
    assert str(root_of("https://gw.example/ollama/v1")) == "https://gw.example/ollama"


def test_an_endpoint_with_a_wildcard_becomes_connectable() -> None:
    assert str(parse_endpoint("http://0.0.0.0:11434/v1")) == "http://127.0.0.1:11434"
    with pytest.raises(UsageError):
        parse_endpoint("11434")


@given(st.text(max_size=60))
def test_no_text_breaks_the_readers_of_addresses(text: str) -> None:
    parse_ollama_host(text)
    parse_address(text)
    root_of(text)
