"""Anthropic's own service (platform.claude.com/docs): droid adds `/v1/messages` to its root."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from factory_byok.core.facts import Json, Model
from factory_byok.core.json_fields import count
from factory_byok.providers import openai_compatible as generic

TITLE: Final = "Anthropic"
BASE_URL: Final = "https://api.anthropic.com"
DIALECT: Final = "anthropic"
KEY: Final = ""
KEY_VARIABLE: Final = "ANTHROPIC_API_KEY"
HOSTED: Final = True
FIXED: Final = True
EXAMPLES: Final = (("claude-sonnet-4-5-20250929", 8_192),)


def headers(key: str) -> dict[str, str]:
    """How it takes a key; it wants a version in every request."""
    version = {"anthropic-version": "2023-06-01"}
    return {**version, "x-api-key": key} if key else version


def parse(row: Mapping[str, Json]) -> Iterator[Model]:
    """The model of one row; newer rows tell `max_input_tokens` and `max_tokens`."""
    window = generic.tokens(count(row, "max_input_tokens"))
    output = generic.tokens(count(row, "max_tokens"))
    for model in generic.parse_row(row):
        yield replace(model, longest_window=window, told_window=window, longest_output=output)


# A thousand rows are its largest page.
LISTING: Final = generic.Listing("anthropic", "/v1/models?limit=1000", rows=parse, headers=headers)
