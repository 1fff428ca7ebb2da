"""JSON whose edits tell no secret: neither what they write nor what they expect to find."""

import json
from typing import cast

from factory_byok.core.droid_facts import Json
from factory_byok.core.masking import Masker, is_harmless, mask_line, names_a_secret


def without_secrets(value: Json) -> Json:
    """The same JSON; an edit is an object that has a `pointer`."""
    if isinstance(value, list):
        return [without_secrets(each) for each in value]
    if not isinstance(value, dict):
        return value
    pointer = value.get("pointer")
    sides = ("value", "expected") if isinstance(pointer, str) else ()
    return {
        key: _masked(each, str(pointer)) if key in sides else without_secrets(each)
        for key, each in value.items()
    }


def _masked(value: Json, pointer: str) -> Json:
    """One side of an edit; all of it when the pointer leads to a key or a header."""
    secret = next((step for step in pointer.split("/") if names_a_secret(step)), "")
    if isinstance(value, str):
        if secret:
            return value if is_harmless(value) else Masker().label(value)
        if "\n" not in value and '":' not in value:
            return mask_line(value)
    if not isinstance(value, str | list | dict):
        return value
    from factory_byok.droid.settings.mask import mask

    if isinstance(value, str):
        return mask(value)
    name = secret or "value"
    try:
        return cast(Json, json.loads(mask(json.dumps({name: value})))[name])
    except (ValueError, RecursionError):
        return "<secret-1>"
