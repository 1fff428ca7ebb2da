"""Facts and findings as JSON and back, by their types alone, so that no field can be forgotten.

`Known(v)` is written as `{"known": v}` and `Unknown(why)` as `{"unknown": why, "kind": ...}`.
"""

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from factory_byok.core.errors import ByokError
from factory_byok.core.facts import Json, Known, Unknown

T = TypeVar("T")


def to_json(value: Any) -> Json:
    """A fact, a finding or a collection of them as plain JSON."""
    if isinstance(value, Known):
        return {"known": to_json(value.value)}
    if isinstance(value, Unknown):
        return {"unknown": value.why, "kind": value.kind}
    if is_dataclass(value):
        return {
            each.name: to_json(getattr(value, each.name))
            for each in fields(value)
            if "private" not in each.metadata
        }
    if isinstance(value, Mapping):
        return {str(key): to_json(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(each) for each in value]
    return cast(Json, value)


def from_json(kind: type[T], body: Json) -> T:
    """The value of a type that `to_json` wrote. Raises ByokError for anything else."""
    try:
        return cast(T, _read(kind, body))
    except (TypeError, ValueError, KeyError, AttributeError):
        raise ByokError(f"This is not a {kind.__name__.lower()} that this byok writes") from None


def _read(kind: Any, body: Any) -> Any:
    """One value of a type annotation."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return _read_union(arguments, body)
    if origin is tuple:
        return tuple(_read(arguments[0], each) for each in _of(list, body))
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        return {key: _read(arguments[1], each) for key, each in _of(dict, body).items()}
    if is_dataclass(kind):
        return _read_dataclass(kind, _of(dict, body))
    if origin is not None:  # Literal
        return _one_of(arguments, body)
    return _plain(getattr(kind, "__supertype__", kind), body)


def _read_union(arguments: tuple[Any, ...], body: Any) -> Any:
    """A reading, an optional value, or free JSON."""
    known = next((each for each in arguments if get_origin(each) is Known), None)
    if known is not None:
        if isinstance(body, dict) and "unknown" in body:
            return Unknown(_plain(str, body["unknown"]), _plain(str, body.get("kind", "")))
        return Known(_read(get_args(known)[0], _of(dict, body)["known"]))
    if body is None and type(None) in arguments:
        return None
    rest = [each for each in arguments if each is not type(None)]
    return _read(rest[0], body) if len(rest) == 1 else body


def _read_dataclass(kind: Any, body: dict[str, Any]) -> Any:
    """A dataclass; fields that the text lacks get their defaults, unknown ones are an error."""
    hints = _hints(kind)
    if unknown := body.keys() - hints.keys():
        raise ValueError(unknown)
    return kind(**{name: _read(hints[name], each) for name, each in body.items()})


@cache
def _hints(kind: Any) -> dict[str, Any]:
    """The resolved annotations of a dataclass."""
    return get_type_hints(kind)


def _of(kind: type[T], body: Any) -> T:
    """The body when it has the type."""
    if not isinstance(body, kind):
        raise TypeError(kind)
    return body


def _one_of(choices: tuple[Any, ...], body: Any) -> Any:
    """The body when it is one of a Literal's words."""
    if body not in choices:
        raise ValueError(body)
    return body


def _plain(kind: Any, body: Any) -> Any:
    """A text, number or truth value of just that type."""
    if kind is float and isinstance(body, int):
        return float(body)
    if type(body) is not kind:
        raise TypeError(kind)
    return body
