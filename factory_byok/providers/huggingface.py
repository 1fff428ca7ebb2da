"""Hugging Face's router to other services (huggingface.co/docs/inference-providers)."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from factory_byok.core.facts import Json, Model
from factory_byok.core.json_fields import as_object, count, text
from factory_byok.providers import openai_compatible as generic

TITLE: Final = "Hugging Face"
BASE_URL: Final = "https://router.huggingface.co/v1"
DIALECT: Final = "generic-chat-completion-api"
KEY: Final = ""
KEY_VARIABLE: Final = "HF_TOKEN"
HOSTED: Final = True
FIXED: Final = True
EXAMPLES: Final = (
    ("openai/gpt-oss-120b:fireworks-ai", 32_768),
    ("meta-llama/Llama-4-Scout-17B-16E-Instruct:fireworks-ai", 16_384),
)


def parse(row: Mapping[str, Json]) -> Iterator[Model]:
    """The model of one row, and once more for each service that has it (`NAME:service`).

    Which service answers the bare name is the router's choice, so it has the smallest window.
    """
    services = _live(row)
    windows = [window for each in services if (window := count(each, "context_length"))]
    smallest = generic.tokens(min(windows, default=None))
    for model in generic.parse_row(row):
        yield replace(model, longest_window=smallest, told_window=smallest)
        for each in services:
            own = generic.tokens(count(each, "context_length"))
            yield replace(
                model,
                name=f"{model.name}:{text(each, 'provider')}",
                capabilities=generic.capabilities(each),
                longest_window=own,
                told_window=own,
            )


def _live(row: Mapping[str, Json]) -> list[Mapping[str, Json]]:
    """The services that have the model now."""
    listed = row.get("providers")
    each = [as_object(one) for one in listed] if isinstance(listed, list) else []
    return [one for one in each if text(one, "provider") and text(one, "status") != "error"]


# The suffixes are policies by which the router chooses among the services of a model.
LISTING: Final = generic.Listing(
    "huggingface", rows=parse, suffixes=("fastest", "cheapest", "preferred")
)
