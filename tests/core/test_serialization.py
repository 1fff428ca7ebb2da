"""Facts survive JSON, and nothing but a ByokError comes out of foreign JSON."""

import json
import types
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import fields, is_dataclass
from typing import Any, Literal, Union, cast, get_args, get_origin, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from factory_byok.core.errors import ByokError
from factory_byok.core.facts import Entry, Gpu, Known, Machine, Model, Server, Snapshot
from factory_byok.core.serialization import from_json, to_json
from tests.builders import a_snapshot

KINDS = [Snapshot, Machine, Gpu, Server, Model, Entry]
FOREIGN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def values(kind: Any) -> st.SearchStrategy[Any]:
    """Values of a type annotation, small and of every shape."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        plain = [each for each in arguments if each is not type(None)]
        if str in plain and dict in {get_origin(each) for each in plain}:
            return FOREIGN
        return st.one_of([st.none() if each is type(None) else values(each) for each in arguments])
    if origin is Known:
        return values(arguments[0]).map(Known)
    if origin is tuple:
        return st.lists(values(arguments[0]), max_size=2).map(tuple)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return st.dictionaries(st.text(max_size=3), values(arguments[1]), max_size=2)
    if origin is Literal:
        return st.sampled_from(arguments)
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return st.builds(
            cast("Callable[..., Any]", kind),
            **{each.name: values(hints[each.name]) for each in fields(kind) if each.init},
        )
    return PLAIN[getattr(kind, "__supertype__", kind)]


PLAIN: dict[type, st.SearchStrategy[Any]] = {
    str: st.text(max_size=4),
    int: st.integers(),
    bool: st.booleans(),
    float: st.floats(allow_nan=False),
}


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(values(Snapshot))
def test_any_snapshot_round_trips(snap: Snapshot) -> None:
    assert from_json(Snapshot, json.loads(json.dumps(to_json(snap)))) == snap


@pytest.mark.parametrize("kind", KINDS)
@given(body=FOREIGN)
def test_foreign_json_raises_nothing_but_a_byok_error(kind: type[object], body: object) -> None:
    with suppress(ByokError):
        from_json(kind, body)  # type: ignore[arg-type]


def test_a_misspelt_field_is_an_error_and_not_ignored() -> None:
    body = to_json(a_snapshot())
    assert isinstance(body, dict)
    body["machin"] = body.pop("machine")
    with pytest.raises(ByokError):
        from_json(Snapshot, body)
