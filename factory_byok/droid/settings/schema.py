"""The JSON Schemas that travel with byok, and the check of an entry before it is written."""

import json
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
    problems = sorted(Draft202012Validator(rules).iter_errors(fields), key=str)
    if problems:
        place = ".".join(str(part) for part in problems[0].absolute_path)
        raise ByokError(f"droid would not take this entry: {place}: {problems[0].message}")
