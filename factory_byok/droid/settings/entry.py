"""One custom model, raw to Entry and back, in both spellings; the secret never leaves this file."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from factory_byok.core.addresses import endpoint_of
from factory_byok.core.droid_facts import Entry, FileKind, Json, Key
from factory_byok.droid.field_names import FIELDS, folded
from factory_byok.droid.field_names import LIST_NAMES as LIST_NAMES  # the writers look for it here
from factory_byok.droid.settings.entry_rules import Candidate
from factory_byok.droid.settings.value_words import brief, shown, text_of
from factory_byok.droid.unread_keys import is_read

# As texts: few keys need them, and `re` compiles them at their first use.
_VARIABLE: Final = r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}"
_PLACEHOLDER: Final = (
    r"(?i:<?your[-_ ][a-z0-9_ -]*(?:key|token)(?:[-_ ]here)?>?|<[a-z0-9_ -]{3,40}>|x{3,}|sk-x{3,}|"
    r"(?:sk-)?\.{3}|change[-_ ]?me|replace[-_ ]?me|placeholder|(?:api|secret)[-_ ]key[-_ ]here)"
)
_NAME: Final = r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+"
_NAME_ENDS: Final = ("_KEY", "_TOKEN", "_SECRET")
_HARMLESS: Final = (
    "ollama",
    "not-needed",
    "none",
    "no-key",
    "dummy",
    "empty",
    "lm-studio",
    "sk-no",
)


def read_entry(candidate: Candidate, env: Mapping[str, str]) -> Entry:
    """The Entry of a judged candidate; the key is looked at here and not kept."""
    raw, names = candidate.raw, FIELDS[candidate.kind]
    base_url = text_of(raw.get(names["base_url"]))
    limit = raw.get(names["max_output"])
    whole = _whole(limit)
    return Entry(
        id=shown(candidate.id),
        name=shown(candidate.name),
        model=text_of(raw.get("model")),
        base_url=base_url,
        dialect=folded(text_of(raw.get("provider"))),
        file=candidate.file,
        level=candidate.level,
        kind=candidate.kind,
        index=candidate.index,
        pointer=candidate.pointer,
        key=read_key(raw.get(names["key"]), env),
        max_output=whole,
        max_output_odd="" if whole is not None or limit is None else brief(limit),
        fate=candidate.fate,
        reason=candidate.reason,
        fault=candidate.fault,
        endpoint=_endpoint(base_url),
        explicit_id=candidate.explicit_id,
        shadowed_by=candidate.shadowed_by,
        reasoning_effort=text_of(raw.get(names["reasoning_effort"])),
        misspelt=candidate.misspelt,
        fault_field=shown(candidate.fault_field),
        bedrock=isinstance(raw.get("bedrock"), dict),
        secret_headers=_secret_headers(raw.get(names["headers"])),
        arguments=_names_in(raw.get(names["arguments"])),
        unread=tuple(shown(key) for key in raw if not is_read(key, candidate.kind)),
        keys=_names_in(dict(raw)),
        seen=candidate.seen,
    )


def _names_in(value: Json) -> tuple[str, ...]:
    """The keys of an object; none for anything else."""
    return tuple(shown(key) for key in value) if isinstance(value, dict) else ()


def write_entry(fields: Mapping[str, Json], kind: FileKind) -> dict[str, Json]:
    """The JSON object of an entry, its keys in the order of Factory's page.

    `fields` maps meanings (`name`, `model`, `base_url`, `key`, `dialect`, `max_output`, …) to
    values; None leaves a field out. Raises KeyError for a meaning that this kind cannot hold.
    """
    names = FIELDS[kind]
    unknown = sorted(set(fields) - set(names))
    if unknown:
        raise KeyError(f"`{unknown[0]}` has no place in this kind of file")
    return {key: fields[name] for name, key in names.items() if fields.get(name) is not None}


def read_key(value: Json, env: Mapping[str, str]) -> Key:
    """Where a key comes from. Only well-known harmless words are repeated, as `marker`."""
    if not isinstance(value, str) or not value:
        return Key()
    names = tuple(dict.fromkeys(re.findall(_VARIABLE, value))) if "${" in value else ()
    if names:
        sent = re.sub(_VARIABLE, lambda found: env.get(found[1], ""), value).strip()
        unset = tuple(name for name in names if name not in env)
        return Key("variable", names, unset, fault="unsendable" if _unsendable(sent) else "")
    word = value.strip()
    if word.lower() in _HARMLESS:
        return Key("literal", marker=value)
    if re.fullmatch(_PLACEHOLDER, word):
        return Key("literal", marker=value, fault="placeholder")
    name = word.lstrip("$")
    if re.fullmatch(_NAME, name) and (name in env or name.endswith(_NAME_ENDS)):
        return Key("literal", marker=name, fault="variable_name")
    if word.lower().startswith("bearer "):
        return Key("literal", fault="bearer")
    return Key("literal", fault="unsendable" if _unsendable(word) else "")


def _unsendable(key: str) -> bool:
    """Whether HTTP cannot carry a key: a control character, or one beyond Latin-1."""
    return re.search(r"[^\t -~\x80-\xff]", key) is not None


def _whole(value: Json) -> int | None:
    """A whole number, also one written `4000.0`; None for everything else."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _secret_headers(value: Json) -> tuple[str, ...]:
    """The headers that carry a credential in plain text (names only)."""
    if not isinstance(value, dict):
        return ()
    telling = ("authorization", "key", "token", "secret", "cookie")
    return tuple(
        shown(name)
        for name, content in value.items()
        if isinstance(content, str) and content and any(word in name.lower() for word in telling)
    )


@lru_cache(maxsize=256)
def _endpoint(base_url: str) -> str:
    """The endpoint of a base URL, remembered: most entries of a file share a few."""
    return endpoint_of(base_url) if base_url else ""
