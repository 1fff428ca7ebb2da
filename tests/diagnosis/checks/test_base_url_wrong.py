"""The check base_url_wrong."""

import pytest

from factory_byok.core.addresses import endpoint_of
from factory_byok.core.facts import Known, Unknown
from factory_byok.diagnosis.checks.base_url_wrong import check
from tests.builders import a_server, a_snapshot, an_entry

ANTHROPIC = "anthropic"
GENERIC = "generic-chat-completion-api"
GEMINI = "https://generativelanguage.googleapis.com/v1beta/openai"
FIREWORKS = "https://api.fireworks.ai/inference/v1"
HUGGING_FACE = "https://router.huggingface.co/v1"


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("localhost:11434/v1", "http://localhost:11434/v1"),
        ("api.groq.com/openai/v1", "https://api.groq.com/openai/v1"),
        ("http:/localhost:11434/v1", "http://localhost:11434/v1"),
        ("http://0.0.0.0:11434/v1", "http://localhost:11434/v1"),
        ("http://[::]:11434/v1", "http://localhost:11434/v1"),
        ("http://:11434/v1", "http://localhost:11434/v1"),
        ("http://localhost:11434", "http://localhost:11434/v1"),
        ("http://localhost:11434/", "http://localhost:11434/v1"),
        ("http://localhost:11434/api", "http://localhost:11434/v1"),
        ("http://localhost:11434/api/chat", "http://localhost:11434/v1"),
        ("http://localhost:11434/v1/chat/completions", "http://localhost:11434/v1"),
        ("http://localhost:11434//v1", "http://localhost:11434/v1"),
        ("http://localhost:11434/v1//", "http://localhost:11434/v1/"),
        ("http://localhost:11434/v1?x=1", "http://localhost:11434/v1"),
        (" http://localhost:11434/v1 ", "http://localhost:11434/v1"),
        ("https://localhost:11434/v1", "http://localhost:11434/v1"),
        (
            "https://x.openai.azure.com/openai/deployments/gpt-4o/chat/completions?api-version=1",
            "https://x.openai.azure.com/openai/v1",
        ),
    ],
)
def test_a_wrong_base_url_is_corrected(wrong: str, right: str) -> None:
    entry = an_entry(base_url=wrong, endpoint=endpoint_of(wrong))
    (finding,) = check(a_snapshot(entries=(entry,), servers={}))
    (edit,) = finding.remedy.edits
    assert finding.level == "error"
    assert (edit.value, edit.expected) == (right, wrong)
    assert not list(check(a_snapshot(entries=(an_entry(base_url=right),), servers={})))


@pytest.mark.parametrize(
    ("url", "dialect", "right"),
    [
        ("https://api.z.ai/api/anthropic", GENERIC, ANTHROPIC),
        ("https://api.anthropic.com", "openai", ANTHROPIC),
        ("https://api.openai.com/v1", ANTHROPIC, "openai"),
    ],
)
def test_an_address_of_another_dialect_names_that(url: str, dialect: str, right: str) -> None:
    entry = an_entry(base_url=url, dialect=dialect, endpoint=endpoint_of(url))
    (finding,) = check(a_snapshot(entries=(entry,)))
    (edit,) = finding.remedy.edits
    assert (edit.value, f"speaks `{right}`" in finding.message) == (right, True)
    answered = a_snapshot(entries=(entry,), chats=(entry.id,))
    assert "speaks" not in "".join(each.message for each in check(answered))


@pytest.mark.parametrize("url", ["https://api.deepseek.com", "https://api.perplexity.ai/"])
def test_a_service_whose_chat_stands_at_its_root_lacks_nothing(url: str) -> None:
    entry = an_entry(base_url=url, endpoint=endpoint_of(url))
    assert not list(check(a_snapshot(entries=(entry,))))


def test_an_address_at_which_a_chat_was_understood_lacks_nothing() -> None:
    entry = an_entry(base_url="http://localhost:4000", endpoint="http://localhost:4000")
    assert list(check(a_snapshot(entries=(entry,))))
    assert not list(check(a_snapshot(entries=(entry,), chats=(entry.id,))))


def test_plain_http_to_a_service_becomes_https() -> None:
    url = "http://api.openai.com/v1"
    entry = an_entry(base_url=url, dialect="openai", endpoint=endpoint_of(url))
    (finding,) = check(a_snapshot(entries=(entry,)))
    assert finding.remedy.edits[0].value == "https://api.openai.com/v1"


@pytest.mark.parametrize(
    "wrong", ["", "ftp://x/v1", "http://", "http://a b/v1", "${X}/v1", "http://x:y/v1"]
)
def test_a_base_url_that_byok_cannot_know_is_not_changed(wrong: str) -> None:
    (finding,) = check(a_snapshot(entries=(an_entry(base_url=wrong, endpoint=""),)))
    assert finding.remedy.edits == ()


@pytest.mark.parametrize(
    "wrong", ["https://api.anthropic.com/v1", "https://api.anthropic.com/v1/messages"]
)
def test_anthropic_needs_no_version(wrong: str) -> None:
    entry = an_entry(base_url=wrong, dialect=ANTHROPIC, endpoint=endpoint_of(wrong))
    (finding,) = check(a_snapshot(entries=(entry,)))
    assert [edit.value for edit in finding.remedy.edits] == ["https://api.anthropic.com"]


def test_https_to_a_server_without_tls_becomes_http() -> None:
    entry = an_entry(base_url="https://gpu.example:8000/v1", endpoint="https://gpu.example:8000")
    for servers in (
        {"https://gpu.example:8000": Unknown("no TLS", "tls")},
        {"http://gpu.example:8000": Known(a_server())},
    ):
        (finding,) = check(a_snapshot(entries=(entry,), servers=servers))
        assert [edit.value for edit in finding.remedy.edits] == ["http://gpu.example:8000/v1"]


def test_a_password_in_a_url_is_not_repeated() -> None:
    (finding,) = check(a_snapshot(entries=(an_entry(base_url="http://u:secret@host:1"),)))
    assert "secret" not in finding.message + finding.remedy.text


@pytest.mark.parametrize(
    ("base_url", "dialect"),
    [
        ("http://localhost:11434/v1/", GENERIC),
        ("https://openrouter.ai/api/v1", GENERIC),
        ("https://api.deepinfra.com/v1/openai", GENERIC),
        ("https://generativelanguage.googleapis.com/v1beta/openai/", GENERIC),
        ("https://api.anthropic.com/v1", GENERIC),
        ("https://openrouter.ai/api", ANTHROPIC),
        ("https://router.huggingface.co/fireworks-ai/inference/v1", GENERIC),
        ("https://api.anthropic.com", ANTHROPIC),
        ("http://localhost:11434", ANTHROPIC),
        ("http://[::1]:11434/v1", GENERIC),
    ],
)
def test_base_urls_of_factorys_pages_are_silent(base_url: str, dialect: str) -> None:
    entry = an_entry(base_url=base_url, dialect=dialect, endpoint=endpoint_of(base_url))
    assert not list(check(a_snapshot(entries=(entry,))))


@pytest.mark.parametrize(
    ("wrong", "dialect", "right"),
    [
        ("https://openrouter.ai/v1", GENERIC, "https://openrouter.ai/api/v1"),
        ("https://openrouter.ai", GENERIC, "https://openrouter.ai/api/v1"),
        ("https://api.groq.com/openai", GENERIC, "https://api.groq.com/openai/v1"),
        ("https://api.fireworks.ai/v1/chat/completions", GENERIC, FIREWORKS),
        ("https://generativelanguage.googleapis.com", GENERIC, GEMINI),
        ("https://generativelanguage.googleapis.com/v1beta/openai/v1", GENERIC, ""),
        ("https://api.openai.com", "openai", "https://api.openai.com/v1"),
        ("https://api-inference.huggingface.co/v1", GENERIC, HUGGING_FACE),
        ("https://api-inference.huggingface.co/models/x/y", GENERIC, HUGGING_FACE),
    ],
)
def test_a_public_service_has_its_own_path(wrong: str, dialect: str, right: str) -> None:
    entry = an_entry(base_url=wrong, dialect=dialect, endpoint=endpoint_of(wrong))
    found = list(check(a_snapshot(entries=(entry,), servers={})))
    assert [edit.value for each in found for edit in each.remedy.edits] == (
        [right] if right else []
    )
    assert all(each.level == "error" for each in found)


@pytest.mark.parametrize(
    ("base_url", "right"),
    [
        ("https://generativelanguage.googleapis.com/v1beta/", GEMINI),
        ("https://api.deepinfra.com/v1", "https://api.deepinfra.com/v1/openai"),
    ],
)
def test_an_address_that_is_only_not_documented_is_a_warning(base_url: str, right: str) -> None:
    entry = an_entry(base_url=base_url, endpoint=endpoint_of(base_url))
    (finding,) = check(a_snapshot(entries=(entry,), servers={}))
    assert finding.level == "warning"
    assert [edit.value for edit in finding.remedy.edits] == [right]


def test_bedrock_needs_no_base_url() -> None:
    entry = an_entry(base_url="", endpoint="", bedrock=True)
    assert not list(check(a_snapshot(entries=(entry,))))
