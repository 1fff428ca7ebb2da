"""Which items of a list of models droid keeps as entries, and why it drops the others.

`settings.json` ignores a wrong-typed optional field and `config.json` drops the whole entry for it,
as far as the version's rules (`droid/rules.py`) do not say otherwise.
"""

from collections.abc import Mapping
from functools import cache
from typing import Final

from factory_byok.core.droid_facts import EntryFate, FileKind, FileLevel, Json
from factory_byok.droid.field_names import CAMEL, DIALECTS, FIELDS, SNAKE, folded
from factory_byok.droid.rules import Rules
from factory_byok.droid.settings.field_types import (
    loosely_mistyped,
    mistyped,
    stands_for_base_url,
)
from factory_byok.droid.settings.identity import identity
from factory_byok.droid.settings.value_words import brief, kind_of, shown, text_of

DROPPED_KEYS: Final = ("YOUR_API_KEY", "YOUR_OPENAI_API_KEY")
_KNOWN: Final = {kind: frozenset(names.values()) | {"id"} for kind, names in FIELDS.items()}


class Candidate:
    """One item of a list of models on its way to an Entry; droid's verdict is filled in stepwise.

    `raw` is {} when the item is no object. `misspelt` pairs a key that droid ignores with the one
    that it would honour, and `rejects_file` says that droid ignores the whole file for this item.
    It prints no field, since `raw` may hold a secret.
    """

    def __init__(
        self, file: str, level: FileLevel, kind: FileKind, index: int, pointer: str
    ) -> None:
        """An item at its place, of which nothing is known yet."""
        self.file = file
        self.level: FileLevel = level
        self.kind: FileKind = kind
        self.index = index
        self.pointer = pointer
        self.raw: Mapping[str, Json] = {}
        self.id = ""
        self.name = ""
        self.explicit_id = False
        self.fate: EntryFate = "listed"
        self.fault = ""
        self.fault_field = ""
        self.reason = ""
        self.shadowed_by = ""
        self.seen = 0
        self.misspelt: tuple[tuple[str, str], ...] = ()
        self.rejects_file = False

    def drop(self, fault: str, reason: str, fate: EntryFate = "dropped") -> None:
        """Settles the fate; `reason` is one sentence without final period."""
        self.fate, self.fault, self.reason = fate, fault, reason


def judge(raw: Json, into: Candidate, rules: Rules) -> None:
    """Fills in name, explicit id and, where droid drops the item by itself, why."""
    into.seen = identity(raw)
    if not isinstance(raw, dict):
        into.drop("not_an_object", f"It is {kind_of(raw)} where an object belongs")
        return
    item = into.raw = with_inherited(raw)
    into.misspelt = _misspelt(item, into.kind)
    into.name = _name(item, into.kind)
    explicit = item.get("id")
    if into.kind != "config" and isinstance(explicit, str):
        into.id, into.explicit_id = explicit, True
    fault, reason, into.fault_field = _fault_of(item, into, rules)
    if fault:
        into.drop(fault, reason)


def alike(one: str, other: str) -> bool:
    """Whether two keys are one word in two spellings (`base_url`, `baseURL`)."""
    return _plain(one) == _plain(other)


def _plain(key: str) -> str:
    """A key without its manner of writing."""
    return "".join(key.split()).replace("-", "").replace("_", "").lower()


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


def _fault_of(raw: Mapping[str, Json], item: Candidate, rules: Rules) -> tuple[str, str, str]:
    """The machine's word, the sentence and the key for why droid drops an entry; "" when not.

    The order is droid's own: types first, then placeholder keys, then the dialect, then the id.
    """
    names = FIELDS[item.kind]
    found = _missing(raw, item, rules)
    if not found and item.kind == "config" and rules.config_strict:
        found = mistyped(raw)
    if found:
        return found
    if raw.get(names["key"]) in DROPPED_KEYS:
        key = names["key"]
        return "placeholder_key", f"Its `{key}` is still `{raw[key]}`", key
    found = _unknown_dialect(raw, item, rules)
    if not found and item.kind == "config" and not rules.config_strict:
        found = loosely_mistyped(raw)
        item.rejects_file = bool(found)
    if found:
        return found
    if item.explicit_id and not item.id and not rules.empty_id_listed:
        return "empty_id", "Its `id` is empty, so droid does not list it", "id"
    return "", "", ""


def _unknown_dialect(
    raw: Mapping[str, Json], item: Candidate, rules: Rules
) -> tuple[str, str, str] | None:
    """What is wrong with the dialect, and whether droid ignores the whole file for it."""
    dialect = text_of(raw.get("provider"))
    config = item.kind == "config"
    consequence = rules.unknown_dialect_config if config else rules.unknown_dialect
    if consequence == "listed" or folded(dialect) in DIALECTS:
        return None
    item.rejects_file = consequence == "file_rejected"
    return "provider_unknown", f"droid does not know the dialect `{brief(dialect)}`", "provider"


def _missing(raw: Mapping[str, Json], item: Candidate, rules: Rules) -> tuple[str, str, str] | None:
    """What is wrong with the required fields."""
    names = FIELDS[item.kind]
    for meaning in ("model", "base_url", "dialect", *(("key",) if rules.needs_key else ())):
        key = names[meaning]
        if isinstance(raw.get(key), str) or (
            meaning == "base_url" and stands_for_base_url(raw, item.kind, rules)
        ):
            continue
        found = next((wrong for wrong, right in item.misspelt if right == key), "")
        if found:
            return "wrong_spelling", f"It says `{found}` where this file needs `{key}`", found
        if key in raw:
            return "wrong_type", f"Its `{key}` is {kind_of(raw[key])} where text belongs", key
        return "missing_field", f"It has no `{key}`", key
    return None


def _misspelt(raw: Mapping[str, Json], kind: FileKind) -> tuple[tuple[str, str], ...]:
    """Keys that droid ignores here beside the ones that their writer meant."""
    known = _KNOWN[kind]
    if raw.keys() <= known:
        return ()
    odd = [key for key in raw if key not in known and len(key) < 40]
    pairs = [(key, _spellings(kind).get(_plain(key), "")) for key in odd]
    return tuple((shown(key), meant) for key, meant in pairs if meant and meant not in raw)


@cache
def _spellings(kind: FileKind) -> dict[str, str]:
    """Each plain spelling of a meaning, by either file's name for it, beside the right key."""
    names = FIELDS[kind].items()
    both = ((CAMEL.get(name, key), SNAKE.get(name, key), key) for name, key in names)
    return {_plain(word): key for *words, key in both for word in words}
