"""The types of fields, where droid is strict about them: in config.json.

As measured with droid 0.225.2; where other versions differ, `droid/rules.py` says so.
"""

from collections.abc import Mapping
from typing import Final

from factory_byok.core.droid_facts import FileKind, Json
from factory_byok.droid.rules import Rules
from factory_byok.droid.settings.value_words import kind_of

CONFIG_TYPES: Final = {
    "model_display_name": "text",
    "model": "text",
    "base_url": "text",
    "api_key": "text",
    "provider": "text",
    "max_tokens": "a number",
    "max_context_limit": "a number",
    "enable_thinking": "true or false",
    "thinking_max_tokens": "a number",
    "reasoning_effort": "text",
    "extra_headers": "an object of texts",
    "extra_args": "an object",
    "supports_images": "true or false",
    "bedrock": "an object of droid's form",
}
BEDROCK_TEXTS: Final = (
    "awsProfile",
    "awsRegion",
    "bedrockBaseUrl",
    "awsAuthRefresh",
    "awsCredentialExport",
)


def mistyped(raw: Mapping[str, Json]) -> tuple[str, str, str] | None:
    """The first field for whose type droid drops an entry of config.json."""
    for key, wanted in CONFIG_TYPES.items():
        if key in raw and not is_a(raw[key], wanted):
            return "wrong_type", f"Its `{key}` is {kind_of(raw[key])} where {wanted} belongs", key
    return None


def loosely_mistyped(raw: Mapping[str, Json]) -> tuple[str, str, str] | None:
    """The first field for whose type an earlier droid gave up on the whole config.json.

    It looked at no type, and failed on what is neither a text nor empty in JavaScript's sense.
    """
    for key in ("model_display_name", "reasoning_effort"):
        value = raw.get(key)
        if not isinstance(value, str) and (value or isinstance(value, list | dict)):
            return "wrong_type", f"Its `{key}` is {kind_of(value)} where text belongs", key
    return None


def stands_for_base_url(raw: Mapping[str, Json], kind: FileKind, rules: Rules) -> bool:
    """Whether a `bedrock` object stands in for the base URL."""
    value = raw.get("bedrock")
    if not isinstance(value, dict) or not rules.bedrock_for_url:
        return False
    if kind != "config" or not rules.bedrock_checked:
        return True
    return is_a(value, "an object of droid's form")


def is_a(value: Json, wanted: str) -> bool:
    """Whether a value has the type that a word of `CONFIG_TYPES` asks for."""
    if wanted == "text":
        return isinstance(value, str)
    if wanted == "a number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if wanted == "true or false":
        return isinstance(value, bool)
    if wanted == "an object of droid's form":
        return isinstance(value, dict) and _is_bedrock(value)
    texts = isinstance(value, dict) and all(isinstance(each, str) for each in value.values())
    return isinstance(value, dict) and (texts or wanted == "an object")


def _is_bedrock(value: dict[str, Json]) -> bool:
    """Whether an object is a `bedrock` whose members have the right types."""
    texts = all(isinstance(value.get(key, ""), str) for key in BEDROCK_TEXTS)
    return texts and is_a(value.get("requestMetadata", {}), "an object of texts")
