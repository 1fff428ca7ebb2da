"""How a value of a settings file is named in a sentence: its text, its kind, never all of it."""

import re

from factory_byok.core.droid_facts import Json
from factory_byok.core.masking import looks_like_a_key


def shown(text: str) -> str:
    """Text as droid prints it: halves of surrogate pairs become the replacement character."""
    return text if text.isascii() else re.sub("[\ud800-\udfff]", "\ufffd", text)


def text_of(value: Json) -> str:
    """A text as droid shows it; "" for everything else."""
    return shown(value) if isinstance(value, str) else ""


def brief(value: Json) -> str:
    """A scalar as the file writes it, short; what is larger only by its kind."""
    if isinstance(value, dict | list):
        return kind_of(value)
    if isinstance(value, bool) or value is None:
        return str(value).lower() if value is not None else "null"
    text = value if isinstance(value, str) else repr(value)
    if looks_like_a_key(text):
        return "<secret-1>"
    return shown(text[:40]).replace("`", "'") + ("…" if len(text) > 40 else "")


def kind_of(value: Json) -> str:
    """What a JSON value is, with its article."""
    if value is None:
        return "null"
    kinds = ((bool, "true or false"), (str, "text"), (list, "a list"), (dict, "an object"))
    return next((word for kind, word in kinds if isinstance(value, kind)), "a number")
