"""What the schema has against a manifest, as a sentence that repeats keys and never a value."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final, NamedTuple

from factory_byok.droid.field_names import meaning_of
from factory_byok.droid.settings.schema import requirement, schema
from factory_byok.workflows.apply.manifest.facts import Path

_SECRETS: Final = ("key", "api_key", "apikey", "token", "secret", "password", "auth", "bearer")
_ROOMS: Final = {"models": "a model", "entries": "an entry", "hardware": "`hardware`"}


class Wrong(NamedTuple):
    """One thing that is wrong: the path to the key, a sentence, and what helps.

    `missing` tells what is said last: a misspelt key is more to the point than the key it lacks.
    """

    path: Path
    sentence: str
    hint: str = ""
    missing: bool = False


def wrongs(body: Any) -> Iterator[Wrong]:
    """Everything that the schema has against the values of a manifest."""
    from jsonschema import Draft202012Validator

    for error in Draft202012Validator(schema("manifest")).iter_errors(body):
        yield from _told(error, tuple(error.absolute_path))


def _told(error: Any, path: Path) -> Iterator[Wrong]:
    """One complaint of the validator in our words."""
    rule, wanted = str(error.validator), error.validator_value
    if rule == "additionalProperties":
        known = error.schema.get("properties", {})
        for key in error.instance:
            if key not in known:
                yield Wrong((*path, key), *_unknown(key, path, known))
    elif rule == "required":
        missing = next(key for key in wanted if key not in error.instance)
        yield Wrong(path, f"{_room(path, capital=True)} has no `{missing}`", missing=True)
    else:
        yield Wrong(path, f"`{_name(path)}` {requirement(rule, wanted, error.schema)}", _help(path))


def _unknown(key: str, path: Path, known: Mapping[str, Any]) -> tuple[str, str]:
    """The sentence and the hint about a key that has no meaning there."""
    if key.lower().replace("-", "_") in _SECRETS:
        return (
            f"`{key}` holds a key, and a manifest holds none",
            'Take it out, and name the variable that holds it: key_env = "TEAM_API_KEY"',
        )
    sentence = f"`{key}` is no field of {_room(path)}"
    near = get_close_matches(meaning_of(key), known, 1, 0.6)
    if near:
        return sentence, f"Did you mean `{near[0]}`?"
    if path and key in schema("manifest")["properties"]:
        return sentence, f"`{key}` stands at the top of the file, before the first [table]"
    return sentence, f"Fields are {', '.join(f'`{each}`' for each in known if each[0] != '$')}"


def _help(path: Path) -> str:
    """More about a field that is often misunderstood."""
    if _name(path) == "key_env":
        return "A key never stands in a manifest, nor does `${...}`: only the variable's bare name"
    return ""


def _name(path: Sequence[str | int]) -> str:
    """The key that a path ends with."""
    keys = [str(each) for each in path if isinstance(each, str)]
    return keys[-1] if keys else "manifest"


def _room(path: Sequence[str | int], *, capital: bool = False) -> str:
    """What a key stands in."""
    room = _ROOMS.get(_name(path), "a manifest")
    return room[:1].upper() + room[1:] if capital else room
