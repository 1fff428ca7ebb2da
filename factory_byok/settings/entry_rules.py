"""Which items of a list of models droid keeps as entries, and why it drops the others.

Type rules as measured with droid 0.225.2 (facts/droid.md section 2): `settings.json` ignores a
wrong-typed optional field, `config.json` drops the whole entry for it, and an organisation's file
is discarded for it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from factory_byok.droid_facts import EntryFate, FileKind, FileLevel, Json
from factory_byok.spelling import CAMEL, DIALECTS, FIELDS, SNAKE, folded

DROPPED_KEYS: Final = ("YOUR_API_KEY", "YOUR_OPENAI_API_KEY")
_CONFIG_TYPES: Final = {
    "model_display_name": "text",
    "model": "text",
    "base_url": "text",
    "api_key": "text",
    "provider": "text",
    "max_tokens": "a number",
    "max_context_limit": "a number",
    "enable_thinking": "true or false",
    "thinking_max_tokens": "a number",
    "reasoning_effort": "text",
    "extra_headers": "an object of texts",
    "extra_args": "an object",
    "supports_images": "true or false",
}
_ORG_TYPES: Final = {
    "id": "text",
    "displayName": "text",
    "apiKey": "text",
    "baseUrl": "text",
    "index": "a number",
    "maxOutputTokens": "a number",
    "maxContextLimit": "a number",
    "thinkingMaxTokens": "a number",
    "enableThinking": "true or false",
    "noImageSupport": "true or false",
    "extraHeaders": "an object of texts",
    "extraArgs": "an object",
}
_BEDROCK_TEXTS: Final = (
    "awsProfile",
    "awsRegion",
    "bedrockBaseUrl",
    "awsAuthRefresh",
    "awsCredentialExport",
)
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_PUNCTUATION: Final = re.compile(r"[-_\s]")


@dataclass(slots=True)
class Candidate:
    """One item of a list of models on its way to an Entry; droid's verdict is filled in stepwise.

    `raw` is {} when the item is no object. `misspelt` pairs a key that droid ignores with the one
    that it would honour.
    """

    file: str
    level: FileLevel
    kind: FileKind
    index: int
    pointer: str
    raw: Mapping[str, Json] = field(repr=False)
    id: str = ""
    name: str = ""
    explicit_id: bool = False
    fate: EntryFate = "listed"
    fault: str = ""
    fault_field: str = ""
    reason: str = ""
    shadowed_by: str = ""
    misspelt: tuple[tuple[str, str], ...] = ()

    def drop(self, fault: str, reason: str, fate: EntryFate = "dropped") -> None:
        """Settles the fate; `reason` is one sentence without final period."""
        self.fate, self.fault, self.reason = fate, fault, reason


def judge(raw: Json, into: Candidate) -> None:
    """Fills in name, explicit id and, where droid drops the item by itself, why.

    An unknown dialect gets the fault `provider_unknown`; what follows from it is the file's matter.
    """
    if not isinstance(raw, dict):
        into.drop("not_an_object", f"It is {_kind_of(raw)} where an object belongs")
        return
    item = into.raw = with_inherited(raw)
    into.misspelt = _misspelt(item, into.kind)
    into.name = _name(item, into.kind)
    explicit = item.get("id")
    if into.kind != "config" and isinstance(explicit, str):
        into.id, into.explicit_id = explicit, True
    fault, reason, into.fault_field = _fault_of(item, into)
    if fault:
        into.drop(fault, reason)


def shown(text: str) -> str:
    """Text as droid prints it: halves of surrogate pairs become the replacement character."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def alike(one: str, other: str) -> bool:
    """Whether two keys are one word in two spellings (`base_url`, `baseURL`)."""
    return _plain(one) == _plain(other)


def _plain(key: str) -> str:
    """A key without its manner of writing."""
    return _PUNCTUATION.sub("", key).lower()


def with_inherited(raw: dict[str, Json]) -> Mapping[str, Json]:
    """What JavaScript sees: a key `__proto__` lends its members to the object that holds it."""
    seen, lent = raw, raw.get("__proto__")
    while isinstance(lent, dict):
        seen = {**lent, **seen}
        lent = lent.get("__proto__")
    return seen


def _name(raw: Mapping[str, Json], kind: FileKind) -> str:
    """The display name by droid's rule for the file: an empty one counts only in settings.json."""
    name, model = raw.get(FIELDS[kind]["name"]), raw.get("model")
    if isinstance(name, str) and (name or kind != "config"):
        return name
    return model if isinstance(model, str) else ""


def _fault_of(raw: Mapping[str, Json], item: Candidate) -> tuple[str, str, str]:
    """The machine's word, the sentence and the key for why droid drops an entry; "" when not.

    The order is droid's own: types first, then placeholder keys, then the dialect, then the id.
    """
    names = FIELDS[item.kind]
    found = _missing(raw, item) or (
        _mistyped(raw, _CONFIG_TYPES) if item.kind == "config" else None
    )
    if found:
        return found
    if raw.get(names["key"]) in DROPPED_KEYS:
        key = names["key"]
        return "placeholder_key", f"Its `{key}` is still `{raw[key]}`", key
    dialect = text_of(raw.get("provider"))
    if folded(dialect) not in DIALECTS:
        return (
            "provider_unknown",
            f"droid does not know the dialect `{brief(dialect)}`",
            "provider",
        )
    if item.explicit_id and not item.id:
        return "empty_id", "Its `id` is empty, so droid does not list it", "id"
    return "", "", ""


def _missing(raw: Mapping[str, Json], item: Candidate) -> tuple[str, str, str] | None:
    """What is wrong with the required fields."""
    names = FIELDS[item.kind]
    for meaning in ("model", "base_url", "dialect"):
        key = names[meaning]
        if isinstance(raw.get(key), str) or (meaning == "base_url" and _bedrock(raw, item.kind)):
            continue
        found = next((wrong for wrong, right in item.misspelt if right == key), "")
        if found:
            return "wrong_spelling", f"It says `{found}` where this file needs `{key}`", found
        if key in raw:
            return "wrong_type", f"Its `{key}` is {_kind_of(raw[key])} where text belongs", key
        return "missing_field", f"It has no `{key}`", key
    return None


def strictly(item: Candidate) -> str:
    """Why the stricter schema of an organisation's file refuses an entry, "" when it does not.

    It knows no folded spelling of a dialect, and no wrong type even of an optional field.
    """
    found = _mistyped(item.raw, _ORG_TYPES)
    if item.fault in ("not_an_object", "missing_field", "wrong_spelling", "wrong_type") or found:
        return item.reason or (found[1] if found else "")
    dialect = item.raw.get("provider")
    return (
        ""
        if dialect in DIALECTS
        else f"`{brief(dialect)}` must be written `{folded(text_of(dialect))}`"
    )


def _mistyped(raw: Mapping[str, Json], types: Mapping[str, str]) -> tuple[str, str, str] | None:
    """The first field for whose type a strict reader refuses the entry."""
    for key, wanted in types.items():
        if key in raw and not _is(raw[key], wanted):
            return "wrong_type", f"Its `{key}` is {_kind_of(raw[key])} where {wanted} belongs", key
    if types is _CONFIG_TYPES and "bedrock" in raw and not _bedrock(raw, "config"):
        return "wrong_type", "Its `bedrock` is not what droid expects", "bedrock"
    return None


def _bedrock(raw: Mapping[str, Json], kind: FileKind) -> bool:
    """Whether a `bedrock` object stands in for the base URL."""
    value = raw.get("bedrock")
    if not isinstance(value, dict) or kind != "config":
        return isinstance(value, dict)
    texts = all(isinstance(value[key], str) for key in _BEDROCK_TEXTS if key in value)
    metadata = value.get("requestMetadata", {})
    return texts and _is(metadata, "an object of texts")


def _is(value: Json, wanted: str) -> bool:
    """Whether a value has the type that a word of `_CONFIG_TYPES` asks for."""
    if wanted == "text":
        return isinstance(value, str)
    if wanted == "a number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if wanted == "true or false":
        return isinstance(value, bool)
    texts = isinstance(value, dict) and all(isinstance(each, str) for each in value.values())
    return isinstance(value, dict) and (texts or wanted == "an object")


def _misspelt(raw: Mapping[str, Json], kind: FileKind) -> tuple[tuple[str, str], ...]:
    """Keys that droid ignores here beside the ones that their writer meant."""
    known, right = _KNOWN[kind], _RIGHT[kind]
    odd = [key for key in raw if key not in known and len(key) < 40]
    pairs = [(key, right.get(_plain(key), "")) for key in odd]
    return tuple((shown(key), meant) for key, meant in pairs if meant and meant not in raw)


def _spellings(names: Mapping[str, str]) -> dict[str, str]:
    """Each plain spelling of a meaning, by either file's name for it, beside the right key."""
    both = ((CAMEL.get(name, key), SNAKE.get(name, key), key) for name, key in names.items())
    return {_plain(word): key for *words, key in both for word in words}


_KNOWN: Final = {kind: frozenset(names.values()) | {"id"} for kind, names in FIELDS.items()}
_RIGHT: Final = {kind: _spellings(names) for kind, names in FIELDS.items()}


def text_of(value: Json) -> str:
    """A text as droid shows it; "" for everything else."""
    return shown(value) if isinstance(value, str) else ""


def brief(value: Json) -> str:
    """A scalar as the file writes it, short; what is larger only by its kind."""
    if isinstance(value, dict | list):
        return _kind_of(value)
    if isinstance(value, bool) or value is None:
        return str(value).lower() if value is not None else "null"
    text = value if isinstance(value, str) else repr(value)
    return shown(text[:40]).replace("`", "'") + ("…" if len(text) > 40 else "")


def _kind_of(value: Json) -> str:
    """What a JSON value is, with its article."""
    if value is None:
        return "null"
    kinds = ((bool, "true or false"), (str, "text"), (list, "a list"), (dict, "an object"))
    return next((word for kind, word in kinds if isinstance(value, kind)), "a number")
