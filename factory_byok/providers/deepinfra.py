"""DeepInfra (docs.deepinfra.com): OpenAI's protocol under `/v1/openai`, without a further `/v1`."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from factory_byok.core.facts import Json, Model
from factory_byok.core.json_fields import as_object, count
from factory_byok.providers import openai_compatible as generic

TITLE: Final = "DeepInfra"
BASE_URL: Final = "https://api.deepinfra.com/v1/openai"
DIALECT: Final = "generic-chat-completion-api"
KEY: Final = ""
KEY_VARIABLE: Final = "DEEPINFRA_API_KEY"
ALSO: Final = ("DEEPINFRA_TOKEN",)  # what its own pages call it
HOSTED: Final = True
FIXED: Final = True
EXAMPLES: Final = (
    ("zai-org/GLM-4.7", 16_384),
    ("deepseek-ai/DeepSeek-V3.1-Terminus", 16_384),
    ("moonshotai/Kimi-K2-Instruct-0905", 32_768),
    ("Qwen/Qwen3-Coder-480B-A35B-Instruct-Turbo", 32_768),
)


def parse(row: Mapping[str, Json]) -> Iterator[Model]:
    """The model of one row, whose `metadata` tells the window; it is null for some models."""
    about = as_object(row, "metadata")
    window = generic.tokens(count(about, "context_length"))
    output = generic.tokens(count(about, "max_tokens"))
    for model in generic.parse_row(row):
        yield replace(model, longest_window=window, told_window=window, longest_output=output)


LISTING: Final = generic.Listing("deepinfra", "/models", rows=parse)
