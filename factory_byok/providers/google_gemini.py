"""Google's Gemini API by OpenAI's protocol (ai.google.dev/gemini-api/docs/openai).

Google documents `/v1beta/openai/` for it. Factory's page leaves out `openai`, as Google's first
announcement of November 2024 did, so that droid posts to `/v1beta/chat/completions`.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from factory_byok.core.facts import Json, Model
from factory_byok.core.json_fields import count, text, texts
from factory_byok.providers import openai_compatible as generic

TITLE: Final = "Google Gemini"
BASE_URL: Final = "https://generativelanguage.googleapis.com/v1beta/openai"
DIALECT: Final = "generic-chat-completion-api"
KEY: Final = ""
KEY_VARIABLE: Final = "GEMINI_API_KEY"
ALSO: Final = ("GOOGLE_API_KEY",)  # Google's own libraries read both
HOSTED: Final = True
FIXED: Final = True
EXAMPLES: Final = (("gemini-2.5-pro", 32_000),)


def headers(key: str) -> dict[str, str]:
    """How Google's own list takes a key."""
    return {"x-goog-api-key": key} if key else {}


def parse(row: Mapping[str, Json]) -> Iterator[Model]:
    """The model of a row of `/v1beta/models`, Google's own list; only those that can chat."""
    name = text(row, "name").removeprefix("models/")
    if not name or "generateContent" not in (texts(row, "supportedGenerationMethods") or ()):
        return
    window = generic.tokens(count(row, "inputTokenLimit"))
    yield Model(
        name=name,
        longest_window=window,
        told_window=window,
        longest_output=generic.tokens(count(row, "outputTokenLimit")),
    )


# A thousand rows are its largest page; OpenAI's form of the list tells no windows.
LISTING: Final = generic.Listing(
    "google-gemini", "/models?pageSize=1000", "/openai", "models", parse, headers
)
