"""JSON Schemas of the report and the snapshot, made from the types, so that they cannot drift."""

import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from factory_byok.core.actions import Edit
from factory_byok.core.facts import Known, Snapshot, Unknown
from factory_byok.core.findings import Finding, Level, Outcome, Status

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
UNKNOWN: Final = {
    "type": "object",
    "required": ["unknown"],
    "properties": {"unknown": {"type": "string"}, "kind": {"type": "string"}},
    "additionalProperties": False,
}
_PLAIN: Final = {str: "string", int: "integer", bool: "boolean", float: "number"}


class Writer:
    """Writes one schema; every dataclass becomes a definition of its own."""

    def __init__(self) -> None:
        self.definitions: dict[str, Any] = {}

    def of(self, kind: Any) -> dict[str, Any]:
        """The schema of a type annotation."""
        origin, arguments = get_origin(kind), get_args(kind)
        if origin in (Union, types.UnionType):
            return self._union(arguments)
        if origin is tuple:
            return {"type": "array", "items": self.of(arguments[0])}
        if isinstance(origin, type) and issubclass(origin, Mapping):
            return {"type": "object", "additionalProperties": self.of(arguments[1])}
        if origin is Literal:
            return {"enum": list(arguments)}
        if is_dataclass(kind):
            return self._dataclass(kind)
        return {"type": _PLAIN[getattr(kind, "__supertype__", kind)]}

    def _union(self, arguments: tuple[Any, ...]) -> dict[str, Any]:
        """A reading, an optional value, or free JSON (anything)."""
        known = next((each for each in arguments if get_origin(each) is Known), None)
        if known is not None and Unknown in arguments:
            value = {
                "type": "object",
                "required": ["known"],
                "properties": {"known": self.of(get_args(known)[0])},
                "additionalProperties": False,
            }
            return {"anyOf": [value, UNKNOWN]}
        rest = [each for each in arguments if each is not type(None)]
        if len(rest) > 1:
            return {}
        return {"anyOf": [self.of(rest[0]), {"type": "null"}]}

    def _dataclass(self, kind: Any) -> dict[str, Any]:
        """A reference to the definition of a dataclass."""
        name = kind.__name__
        if name not in self.definitions:
            self.definitions[name] = {}
            hints = get_type_hints(kind)
            needed = [
                each.name
                for each in fields(kind)
                if each.default is MISSING and each.default_factory is MISSING
            ]
            self.definitions[name] = {
                "type": "object",
                "required": needed,
                "properties": {
                    each.name: self.of(hints[each.name])
                    for each in fields(kind)
                    if "private" not in each.metadata
                },
                "additionalProperties": False,
            }
        return {"$ref": f"#/$defs/{name}"}


def snapshot_schema() -> dict[str, Any]:
    """The schema of `data` in `byok snapshot --json`, and of what `doctor --from` reads."""
    writer = Writer()
    body = writer.of(Snapshot)
    return {
        "$schema": DRAFT,
        "$id": "snapshot.schema.json",
        "title": "byok snapshot",
        **body,
        "$defs": writer.definitions,
    }


def _next_step() -> dict[str, Any]:
    """The schema of the next step."""
    words = {"type": "array", "items": {"type": "string"}}
    return {
        "type": "object",
        "required": ["text", "command"],
        "properties": {
            "text": {"type": "string"},
            "command": {"anyOf": [words, {"type": "null"}]},
        },
        "additionalProperties": False,
    }


def report_schema() -> dict[str, Any]:
    """The schema of the envelope, with the findings of every verb and the outcomes of doctor."""
    writer = Writer()
    finding = {
        "type": "object",
        "required": [each.name for each in fields(Finding)],
        "properties": {
            "level": {"enum": list(get_args(Level))},
            "subject": {"type": "string"},
            "message": {"type": "string"},
            "remedy": {
                "type": "object",
                "required": ["text", "command", "edits"],
                "properties": {
                    "text": {"type": "string"},
                    "command": {
                        "anyOf": [
                            {"type": "array", "items": {"type": "string"}},
                            {"type": "null"},
                        ]
                    },
                    "edits": {"type": "array", "items": writer.of(Edit)},
                },
                "additionalProperties": False,
            },
            "check": {"type": "string"},
        },
        "additionalProperties": False,
    }
    findings = {"type": "array", "items": {"$ref": "#/$defs/Finding"}}
    outcome = {
        "type": "object",
        "required": [each.name for each in fields(Outcome)],
        "properties": {
            "check": {"type": "string"},
            "title": {"type": "string"},
            "status": {"enum": list(get_args(Status))},
            "reason": {"type": "string"},
            "findings": findings,
        },
        "additionalProperties": False,
    }
    outcomes = {"type": "array", "items": {"$ref": "#/$defs/Outcome"}}
    return {
        "$schema": DRAFT,
        "$id": "report.schema.json",
        "title": "What every byok verb prints with --json",
        "type": "object",
        "required": [
            "schema_version",
            "command",
            "status",
            "data",
            "findings",
            "next",
            "interrupted",
        ],
        "properties": {
            "schema_version": {"const": 1},
            "command": {"type": "string"},
            "status": {"enum": ["ok", "note", "warning", "error"]},
            "data": {
                "type": ["object", "null"],
                "properties": {"outcomes": outcomes},
            },
            "findings": findings,
            "next": {"anyOf": [_next_step(), {"type": "null"}]},
            "interrupted": {"type": "boolean"},
        },
        "additionalProperties": False,
        "$defs": {**writer.definitions, "Finding": finding, "Outcome": outcome},
    }
