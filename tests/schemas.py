"""JSON Schemas of the report and the snapshot, made from the types, so that they cannot drift."""

import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from factory_byok.core.actions import Edit
from factory_byok.core.facts import Known, Snapshot, Unknown
from factory_byok.core.findings import Finding, Level, Outcome, Status
from tests.data_shapes import SHAPES

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
UNKNOWN: Final = {
    "type": "object",
    "required": ["unknown"],
    "properties": {"unknown": {"type": "string"}, "kind": {"type": "string"}},
    "additionalProperties": False,
}
_PLAIN: Final = {str: "string", int: "integer", bool: "boolean", float: "number"}


def closed(properties: dict[str, Any]) -> dict[str, Any]:
    """An object with just these properties, all of them there."""
    return {
        "type": "object",
        "required": list(properties),
        "properties": properties,
        "additionalProperties": False,
    }


def nullable(one: dict[str, Any]) -> dict[str, Any]:
    """One thing, or null."""
    return {"anyOf": [one, {"type": "null"}]}


class Writer:
    """Writes one schema; every dataclass becomes a definition of its own."""

    def __init__(self) -> None:
        self.definitions: dict[str, Any] = {}

    def of(self, kind: Any) -> dict[str, Any]:
        """The schema of a type annotation."""
        origin, arguments = get_origin(kind), get_args(kind)
        if isinstance(kind, Mapping):
            return closed({name: self.of(each) for name, each in kind.items()})
        if isinstance(kind, tuple):
            one = self.of(kind[1])
            return nullable(one) if kind[0] == "perhaps" else {"type": "array", "items": one}
        if kind is Any:
            return {}
        if kind in (Finding, Outcome):
            return {"$ref": f"#/$defs/{kind.__name__}"}
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
            return {"anyOf": [closed({"known": self.of(get_args(known)[0])}), UNKNOWN]}
        rest = [each for each in arguments if each is not type(None)]
        if len(rest) > 1:
            return {}
        return nullable(self.of(rest[0]))

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


def _answers(writer: Writer) -> list[dict[str, Any]]:
    """For each verb what `data` is: one of its shapes, or null where it failed before a result."""
    rules = []
    for verb, shapes in SHAPES.items():
        choices = [writer.of(shape) for shape in shapes]
        writer.definitions[f"data-{verb}"] = choices[0] if len(choices) == 1 else {"anyOf": choices}
        rules.append(
            {
                "if": {"properties": {"command": {"const": verb}}},
                "then": {"properties": {"data": nullable({"$ref": f"#/$defs/data-{verb}"})}},
            }
        )
    return rules


def report_schema() -> dict[str, Any]:
    """The schema of the envelope: every verb's findings and next step, and each verb's data."""
    writer = Writer()
    words = {"type": "array", "items": {"type": "string"}}
    text = {"type": "string"}
    remedy = {"text": text, "command": nullable(words), "edits": writer.of(tuple[Edit, ...])}
    finding = {
        "level": {"enum": list(get_args(Level))},
        "subject": text,
        "message": text,
        "remedy": closed(remedy),
        "check": text,
    }
    findings = {"type": "array", "items": {"$ref": "#/$defs/Finding"}}
    outcome = {
        "check": text,
        "title": text,
        "status": {"enum": list(get_args(Status))},
        "reason": text,
        "findings": findings,
    }
    envelope = {
        "schema_version": {"const": 1},
        "command": text,
        "status": {"enum": ["ok", "note", "warning", "error"]},
        "data": {"type": ["object", "null"]},
        "findings": findings,
        "next": nullable(closed({"text": text, "command": nullable(words)})),
        "interrupted": {"type": "boolean"},
    }
    rules = _answers(writer)
    return {
        "$schema": DRAFT,
        "$id": "report.schema.json",
        "title": "What every byok verb prints with --json",
        **closed(envelope),
        "allOf": rules,
        "$defs": {**writer.definitions, "Finding": closed(finding), "Outcome": closed(outcome)},
    }
