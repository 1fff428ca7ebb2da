"""The schemas agree with the types, with byok's spelling of fields, and with the real droid."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from factory_byok.commands import VERBS
from factory_byok.core.errors import ByokError
from factory_byok.droid.field_names import DIALECTS, FIELDS
from factory_byok.droid.settings.schema import NAMES, schema, validate_entry
from tests.data_shapes import SHAPES
from tests.doubles.droid import Droid
from tests.generate import pretty
from tests.schemas import report_schema, snapshot_schema

BASE = "http://localhost:11434/v1"
GOOD: dict[str, Any] = {
    "model": "m:32b",
    "displayName": "M",
    "baseUrl": BASE,
    "apiKey": "not-needed",
    "provider": "generic-chat-completion-api",
    "maxOutputTokens": 16000,
}
BAD: list[dict[str, Any]] = [
    {**GOOD, "provider": "ollama"},
    {key: value for key, value in GOOD.items() if key != "baseUrl"},
    {key: value for key, value in GOOD.items() if key != "model"},
    {**GOOD, "apiKey": "YOUR_API_KEY"},
    {**GOOD, "model": 7},
    {**GOOD, "baseUrl": 7},
]


@pytest.mark.parametrize("name", NAMES)
def test_every_schema_is_a_schema(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema(name))


def test_the_generated_schemas_are_those_of_the_types() -> None:
    for name, made in (("report", report_schema()), ("snapshot", snapshot_schema())):
        assert pretty(made) == pretty(schema(name))


def test_every_verb_has_a_schema_of_its_data() -> None:
    """Every output in `tests/commands` is held against it by the fixture that runs the verbs."""
    assert set(SHAPES) == set(VERBS) - {"snapshot"}


def test_every_field_that_byok_writes_is_in_its_schema() -> None:
    for kind, name in (("settings", "customModels"), ("config", "custom_models")):
        known = schema(name)["items"]["properties"]
        assert set(FIELDS[kind].values()) <= set(known)  # type: ignore[index]
        assert set(known["provider"]["enum"]) == set(DIALECTS)


def test_a_good_entry_passes_and_a_bad_one_names_its_place() -> None:
    validate_entry("settings", GOOD)
    for entry in BAD:
        with pytest.raises(ByokError) as told:
            validate_entry("settings", entry)
        assert "droid would not take" in told.value.message


@pytest.mark.outside
def test_the_real_droid_lists_the_good_entry_and_none_of_the_bad(
    droid: Droid, tmp_path: Path
) -> None:
    for number, entry in enumerate([GOOD, *BAD]):
        folder = tmp_path / str(number) / ".factory"
        folder.mkdir(parents=True)
        (folder / "settings.json").write_text(json.dumps({"customModels": [entry]}))
        listed = droid.models(folder.parent)
        assert listed == ([("custom:M-0", "M")] if entry is GOOD else [])
