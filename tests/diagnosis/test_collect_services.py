"""A diagnosis of entries at public services: what is asked, what is seen, and that no key goes."""

import json
from pathlib import Path

import pytest

from tests.commands.conftest import Byok as Byok
from tests.commands.conftest import byok as byok
from tests.doubles.openai_server import OpenAIServer, reroute
from tests.doubles.services import LISTS

pytestmark = pytest.mark.outside

KEY = "sk-very-secret-key"


def write(home: Path, model: str, base_url: str, variable: str) -> None:
    """A settings.json with one entry."""
    folder = home / ".factory"
    folder.mkdir()
    entry = {
        "displayName": "One",
        "model": model,
        "baseUrl": base_url,
        "apiKey": f"${{{variable}}}",
        "provider": "generic-chat-completion-api",
        "maxOutputTokens": 16_000,
    }
    (folder / "settings.json").write_text(json.dumps({"customModels": [entry]}))


def errors(byok: Byok) -> dict[str, str]:
    """The codes of doctor's findings that are no notes, with their words."""
    outcomes = byok("doctor", "--json").data["outcomes"]
    return {
        outcome["check"]: finding["message"]
        for outcome in outcomes
        for finding in outcome["findings"]
        if finding["level"] != "note"
    }


def test_a_public_list_tells_the_window_and_a_missing_model(
    byok: Byok, empty_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENROUTER_API_KEY", KEY)
    write(empty_home, "openai/gpt-oss-20", "https://openrouter.ai/api/v1", "OPENROUTER_API_KEY")
    with OpenAIServer(LISTS["openrouter"], key=KEY) as double:
        reroute(monkeypatch, {"https://openrouter.ai": double.url})
        found = errors(byok)
    assert "`openai/gpt-oss-20b`" in found["model_missing"]
    assert "key_refused" not in found


def test_a_list_behind_a_key_is_no_fault_and_gets_the_key_at_the_entrys_own_address(
    byok: Byok, empty_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GROQ_API_KEY", KEY)
    write(empty_home, LISTS["groq"].model, "https://api.groq.com/openai/v1", "GROQ_API_KEY")
    with OpenAIServer(LISTS["groq"], key=KEY) as double:
        asked = reroute(monkeypatch, {"https://api.groq.com": double.url})
        found = errors(byok)
    assert not {"model_missing", "port_taken", "server_silent", "base_url_wrong"} & set(found)
    assert {url.rpartition("/v1/")[2] for url in asked if "groq" in url} == {
        "models", "chat/completions"
    }  # fmt: skip
    assert all(seen.json in (None, {}) for seen in double.requests)  # an empty chat costs nothing


def test_a_wrong_key_is_found_and_a_projects_key_goes_nowhere(
    byok: Byok, empty_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GROQ_API_KEY", "sk-wrong-key-0123")
    groq = LISTS["groq"]
    write(empty_home, groq.model, "https://api.groq.com/openai/v1", "GROQ_API_KEY")
    with OpenAIServer(groq, key=KEY) as double:
        reroute(monkeypatch, {"https://api.groq.com": double.url})
        found = errors(byok)
        assert "refuses the entry's key" in found["key_refused"]
        assert "sk-wrong" not in str(found)
        project = empty_home / "work"
        project.mkdir()
        (empty_home / ".factory").rename(project / ".factory")
        monkeypatch.chdir(project)
        double.requests.clear()
        assert "key_refused" not in errors(byok)
    assert "sk-wrong" not in str([seen.headers for seen in double.requests])


def test_the_page_s_gemini_address_is_one_finding_and_the_unset_key_another(
    byok: Byok, empty_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GEMINI_API_KEY", raising=False)
    google = "https://generativelanguage.googleapis.com"
    write(empty_home, "gemini-2.5-pro", f"{google}/v1beta/", "GEMINI_API_KEY")
    with OpenAIServer(LISTS["google-gemini"], key=KEY) as double:
        reroute(monkeypatch, {google: double.url})
        found = errors(byok)
    assert f"{google}/v1beta/openai" in found["base_url_wrong"]
    assert "`GEMINI_API_KEY` has no value" in found["key_not_set"]
    assert not {"port_taken", "server_silent"} & set(found)
