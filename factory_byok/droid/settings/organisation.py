"""The organisation's file of the system, which droid holds against a strict schema as a whole.

One wrong value, of an entry or of another setting, and the file is ignored. Measured with droid
0.215.0 and 0.225.2, which agree; up to 0.117.0 droid does not read the file.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import urlsplit

from factory_byok.core.droid_facts import Json
from factory_byok.droid.field_names import DIALECTS, EFFORTS, folded
from factory_byok.droid.settings.entry_rules import Candidate, with_inherited
from factory_byok.droid.settings.field_types import is_a
from factory_byok.droid.settings.value_words import brief, kind_of, text_of

# The schema knows these dialects and the loader of entries does not.
FATAL_DIALECTS: Final = ("factory", "google", "xai", "voyage")
_FIELDS: Final = {
    "id": "text",
    "displayName": "text",
    "apiKey": "text",
    "baseUrl": "text that is not empty",
    "index": "a number",
    "maxOutputTokens": "a number",
    "maxContextLimit": "a number",
    "thinkingMaxTokens": "a number",
    "enableThinking": "true or false",
    "noImageSupport": "true or false",
    "extraHeaders": "an object of texts",
    "extraArgs": "an object",
    "reasoningEffort": "a known effort",
    "bedrock": "an object of droid's form",
    "apiKeyHelper": "text",
    "apiKeyHelperTtlMs": "a whole number above 0",
    "authMode": "`bearer` (for anthropic without bedrock) or `provider-default`",
    "useInRouter": "true or false",
    "baseModelId": "text",
    "fileEditToolProfile": "`apply-patch` or `create-edit`",
}
_SETTINGS: Final = {
    "hooks": "an object",
    "sessionDefaultSettings": "an object",
    "env": "an object of texts",
    "modelPolicy": "an object",
    "mcpPolicy": "an object",
    "enabledPlugins": "an object",
    "sandbox": "an object",
    "commandAllowlist": "a list of texts",
    "commandDenylist": "a list of texts",
    "maxAutonomyLevel": "text",
    "cloudSessionSync": "true or false",
    "includeCoAuthoredByDroid": "true or false",
}


def refused_setting(values: Mapping[str, Json]) -> tuple[str, str]:
    """The first setting beside the entries that the schema refuses, and why; "" for none."""
    for key, wanted in _SETTINGS.items():
        if key in values and not _fits(values[key], wanted, values):
            return key, f"`{key}` is {kind_of(values[key])} where {wanted} belongs"
    defaults = values.get("sessionDefaultSettings")
    if isinstance(defaults, dict) and not isinstance(defaults.get("model", ""), str):
        return "sessionDefaultSettings", "The default model is no text"
    return "", ""


def refused_entry(item: Candidate) -> str:
    """Why the schema refuses an entry, "" when it does not."""
    if item.fault in ("not_an_object", "missing_field", "wrong_spelling", "wrong_type"):
        return item.reason
    for key, wanted in _FIELDS.items():
        if key in item.raw and not _fits(item.raw[key], wanted, item.raw):
            return f"Its `{key}` is {kind_of(item.raw[key])} where {wanted} belongs"
    dialect = item.raw.get("provider")
    if dialect == "bedrock-converse" and "bedrock" not in item.raw:
        return "It has no `bedrock`"
    if dialect in (*DIALECTS, *FATAL_DIALECTS):
        return ""
    return f"`{brief(dialect)}` must be written `{folded(text_of(dialect))}`"


def stops_droid(item: Candidate) -> bool:
    """Whether an entry that the schema lets pass makes droid list nothing, or not even start."""
    return item.fault == "provider_unknown" and item.raw.get("provider") in FATAL_DIALECTS


def _fits(value: Json, wanted: str, beside: Mapping[str, Json]) -> bool:
    """Whether a value is what a word of the tables asks for; `beside` is what it stands in."""
    special: dict[str, Callable[[], bool]] = {
        "text that is not empty": lambda: isinstance(value, str) and value != "",
        "a known effort": lambda: value in EFFORTS,
        "an object of droid's form": lambda: isinstance(value, dict) and _is_bedrock(value),
        "a whole number above 0": lambda: type(value) is int and value > 0,
        "`apply-patch` or `create-edit`": lambda: value in ("apply-patch", "create-edit"),
        "a list of texts": lambda: (
            isinstance(value, list) and all(isinstance(each, str) for each in value)
        ),
        _FIELDS["authMode"]: lambda: (
            value == "provider-default"
            or (value == "bearer" and beside["provider"] == "anthropic" and "bedrock" not in beside)
        ),
    }
    return special[wanted]() if wanted in special else is_a(value, wanted)


def _is_bedrock(value: dict[str, Json]) -> bool:
    """Whether an object is a `bedrock` by the schema: no empty region, a base URL that parses."""
    seen = dict(with_inherited(value))
    region, url = seen.get("awsRegion"), str(seen.get("bedrockBaseUrl", "${URL}"))
    return is_a(seen, "an object of droid's form") and region != "" and _is_url(url)


def _is_url(text: str) -> bool:
    """Whether JavaScript's URL takes a text, in rough; a `${NAME}` stands for one."""
    if re.search(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}", text):
        return True
    found = re.match(r"\s*([A-Za-z][A-Za-z0-9+.-]*):(.*)", text, re.S)
    if not found or found[1].lower() not in ("http", "https", "ws", "wss", "ftp"):
        return bool(found)
    try:
        parts = urlsplit(f"{found[1]}://{found[2].strip().lstrip('/')}")
        return bool(parts.hostname) and " " not in parts.netloc and (parts.port or 1) > 0
    except ValueError:
        return False
