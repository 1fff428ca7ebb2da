"""How droid's files spell things: the two spellings of each field, the dialects, the lists.

Source: measured with droid 0.225.2. `settings.json` and `settings.local.json` write camelCase,
`config.json` writes snake_case; each file ignores the other's spelling.
"""

from typing import Final

from factory_byok.core.droid_facts import Entry, FileKind

DIALECTS: Final = ("generic-chat-completion-api", "openai", "anthropic", "bedrock-converse")
LIST_NAMES: Final[dict[FileKind, str]] = {
    "settings": "customModels",
    "local": "customModels",
    "config": "custom_models",
}
CAMEL: Final = {
    "id": "id",
    "name": "displayName",
    "model": "model",
    "base_url": "baseUrl",
    "key": "apiKey",
    "dialect": "provider",
    "max_output": "maxOutputTokens",
    "reasoning_effort": "reasoningEffort",
    "headers": "extraHeaders",
    "arguments": "extraArgs",
    "no_images": "noImageSupport",
    "thinking": "enableThinking",
    "thinking_budget": "thinkingMaxTokens",
}
SNAKE: Final = {
    "name": "model_display_name",
    "model": "model",
    "base_url": "base_url",
    "key": "api_key",
    "dialect": "provider",
    "max_output": "max_tokens",
    "reasoning_effort": "reasoning_effort",
    "headers": "extra_headers",
    "arguments": "extra_args",
    "images": "supports_images",
    "thinking": "enable_thinking",
    "thinking_budget": "thinking_max_tokens",
}
# What droid accepts for a reasoning effort; it ignores other words.
EFFORTS: Final = ("none", "dynamic", "off", "minimal", "low", "medium", "high", "xhigh", "max")
FIELDS: Final[dict[FileKind, dict[str, str]]] = {
    "settings": CAMEL,
    "local": CAMEL,
    "config": SNAKE,
}

# What users call a field beside byok's own word: each spelling of droid's, without case and signs
_SPELLINGS: Final = {
    spelling.replace("_", "").lower(): meaning
    for meanings in (CAMEL, SNAKE)
    for meaning, spelling in meanings.items()
}


def meaning_of(word: str) -> str:
    """byok's name of a field that is written as droid spells it; any other word as it is.

    Shape: `max_tokens`, `maxOutputTokens` and `max-output-tokens` are `max_output`.
    """
    plain = word.replace("-", "").replace("_", "").lower()
    return _SPELLINGS.get(plain, word.replace("-", "_"))


def folded(dialect: str) -> str:
    """A dialect as droid folds its spelling; an unknown one stays as it is."""
    plain = dialect.lower().replace("_", "-")
    return plain if plain in DIALECTS else dialect


def pointer_to(entry: Entry, meaning: str) -> str:
    """The JSON Pointer of one field of an entry, by its meaning (`base_url`, `key`, …)."""
    return f"{entry.pointer}/{FIELDS[entry.kind][meaning]}"
