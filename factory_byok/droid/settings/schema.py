"""The JSON Schemas that travel with byok, and the check of an entry before it is written."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from factory_byok.core.errors import ByokError
from factory_byok.core.facts import FileKind, Json

NAMES: Final = ("customModels", "custom_models", "manifest", "report", "snapshot")
_OF_KIND: Final[dict[FileKind, str]] = {
    "settings": "customModels",
    "local": "customModels",
    "config": "custom_models",
}
_TYPES: Final = {
    "object": "a table",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
}


@cache
def schema(name: str) -> dict[str, Any]:
    """One of the schemas: from the installed package, else from the checkout's own folder."""
    packaged = files("factory_byok") / "schemas" / f"{name}.schema.json"
    checkout = Path(__file__).parents[3] / "schemas" / f"{name}.schema.json"
    text = packaged.read_text("utf-8") if packaged.is_file() else checkout.read_text("utf-8")
    body: dict[str, Any] = json.loads(text)
    return body


def validate_entry(kind: FileKind, fields: dict[str, Json]) -> None:
    """Raises ByokError when an entry does not fit its file's schema."""
    from jsonschema import Draft202012Validator

    rules = {**schema(_OF_KIND[kind])["items"]}
    for error in sorted(Draft202012Validator(rules).iter_errors(fields), key=str):
        place = ".".join(str(part) for part in error.absolute_path)
        must = requirement(str(error.validator), error.validator_value, error.schema)
        if (
            not place
        ):  # a field that is not there; of `base_url` and `bedrock` byok writes the first
            needed = [*rules["required"], "base_url" if kind == "config" else "baseUrl"]
            place, must = next(each for each in needed if each not in fields), "is missing"
        raise ByokError(f"droid would not take this entry: `{place}` {must}")


def requirement(rule: str, wanted: Any, rules: Mapping[str, Any]) -> str:
    """What a rule of a schema asks of a value, after the value's name."""
    if rule == "type":
        return f"must be {_TYPES[wanted]}"
    if rule == "enum":
        return f"must be {', '.join(wanted[:-1])} or {wanted[-1]}"
    if rule == "const":
        return f"must be {wanted}"
    if rule == "pattern":
        return f"must be {rules['title']}"
    if rule == "minimum":
        return f"must be at least {wanted:,}"
    if rule == "maximum":
        return f"must be at most {wanted:,}"
    return "is a placeholder, not a key" if rule == "not" else "must not be empty"
