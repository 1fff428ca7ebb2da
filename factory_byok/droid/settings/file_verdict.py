"""One file by itself: whether droid uses it, and which entries it would bring under which ids."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final, NamedTuple

from factory_byok.core.droid_facts import FileKind, Json, SettingsFile
from factory_byok.core.json_pointer import escaped
from factory_byok.droid.field_names import LIST_NAMES
from factory_byok.droid.rules import Rules
from factory_byok.droid.settings import jsonc
from factory_byok.droid.settings.entry_rules import (
    Candidate,
    alike,
    judge,
    with_inherited,
)
from factory_byok.droid.settings.locate import Place
from factory_byok.droid.settings.repeated_keys import repeated

JS_SPACE: Final = (  # ECMAScript's WhiteSpace and LineTerminator; Python's own set differs
    "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)


MOST_ENTRIES: Final = 50_000  # of one file; 10 MB of whole entries are 40,000


class Source(NamedTuple):
    """One place and what was found there.

    `text` None means absent, or unreadable when `problem` says why. It is decoded from UTF-8 with
    `surrogateescape`. `mode` holds the permission bits, `tracked` whether git has the file.
    """

    place: Place
    text: str | None
    problem: str = ""
    mode: int | None = None
    tracked: bool = False


class FileRead:
    """One file after reading: its verdict, its values when droid uses them, its entries."""

    __slots__ = ("file", "items", "rules", "source", "stops_droid", "values")

    def __init__(
        self,
        source: Source,
        file: SettingsFile,
        rules: Rules,
        values: dict[str, Json] | None = None,
    ) -> None:
        """Without values droid does not use the file."""
        self.source, self.file, self.rules = source, file, rules
        self.values: dict[str, Json] = values or {}
        self.items: list[Candidate] = []
        self.stops_droid = False

    @property
    def live(self) -> list[Candidate]:
        """The entries that have not been dropped or shadowed."""
        return [item for item in self.items if item.fate == "listed" or item.fault == "empty_id"]


def read_file(source: Source, rules: Rules) -> FileRead:
    """Reads one file as far as it goes by itself."""
    place, text = source.place, source.text
    file = SettingsFile(
        str(place.path),
        place.level,
        place.kind,
        "read",
        mode=source.mode,
        under_git=place.under_git,
        tracked=source.tracked,
    )
    if text is None:
        fate = replace(file, fate="rejected", fault="unreadable", reason=source.problem)
        return FileRead(source, fate if source.problem else replace(file, fate="absent"), rules)
    decoded = droid_text(text)
    try:
        values = jsonc.load(decoded)
    except jsonc.Fault as fault:
        known = fault if decoded is text else None
        return FileRead(source, _unparsed(file, text, known), rules)
    if not isinstance(values, dict):
        from factory_byok.droid.settings.jsonc.outline import outline

        at = jsonc.position(text, outline(text).start)
        reason = "The file holds something else than one object"
        return FileRead(source, _rejected(file, "not_an_object", reason, at), rules)
    entries = sum(map(len, _lists(values, place.kind)))
    if entries > MOST_ENTRIES:
        reason = f"It holds {entries:,} entries, and byok reads at most {MOST_ENTRIES:,}"
        fate = replace(file, fate="rejected", fault="unreadable", reason=reason)
        return FileRead(source, fate, rules)
    file = replace(file, repeated=repeated(text))
    return _with_entries(FileRead(source, file, rules, values))


def _lists(values: Mapping[str, Json], kind: FileKind) -> Iterator[list[Json]]:
    """The lists of entries, the misspelt ones too."""
    for key, found in values.items():
        means_models = alike(key, LIST_NAMES[kind]) or key in LIST_NAMES.values()
        if means_models and isinstance(found, list):
            yield found


def _unparsed(file: SettingsFile, text: str, known: jsonc.Fault | None) -> SettingsFile:
    """The verdict on a text that does not parse, with the place in the file's own characters."""
    from factory_byok.droid.settings.jsonc.repair import REPAIRABLE, repairs

    fault = known or _fault_of(text)
    if fault is None:
        return _rejected(file, "syntax", "The file does not parse", (1, 1))
    verdict = _rejected(file, fault.kind, fault.message, (fault.line, fault.column))
    return replace(verdict, repairs=repairs(text) if fault.kind in REPAIRABLE else ())


def _fault_of(text: str) -> jsonc.Fault | None:
    """What is wrong with a text."""
    from factory_byok.droid.settings.jsonc.reader import read

    try:
        read(text)
    except jsonc.Fault as fault:
        return fault
    return None


def _rejected(file: SettingsFile, fault: str, reason: str, at: tuple[int, int]) -> SettingsFile:
    """The verdict on a file that droid ignores as a whole."""
    return replace(file, fate="rejected", fault=fault, reason=reason, line=at[0], column=at[1])


def _with_entries(read: FileRead) -> FileRead:
    """Adds the file's entries, the misspelt lists included, and numbers the ids."""
    kind = read.source.place.kind
    right = LIST_NAMES[kind]
    # droid copies the values of settings.json, which loses what `__proto__` lends
    organisation = read.source.place.level == "org"
    read.values = dict(with_inherited(read.values)) if organisation else read.values
    values = with_inherited(read.values) if kind == "config" else read.values
    for key, found in values.items():
        if key == right and isinstance(found, list):
            read.items += _items(read, found, key)
        elif key == right:
            _note(read, "models_not_a_list", f"`{right}` is no list, so droid finds no entry in it")
        elif alike(key, right) or key in LIST_NAMES.values():
            _note(read, "models_misspelt", f"`{key}` means nothing here; droid reads `{right}`")
            read.items += _misplaced(read, found, key)
    _number(read)
    culprit = next((item for item in read.items if item.rejects_file), None)
    if organisation:
        _judge_organisation(read)
    elif culprit:
        pointer = f"{culprit.pointer}/{culprit.fault_field}"
        _discard(read, pointer, culprit.fault, culprit.reason)
    return read


def _judge_organisation(read: FileRead) -> None:
    """Rejects an organisation's file for anything that its schema refuses."""
    from factory_byok.droid.settings import organisation

    for item in read.items:
        reason = organisation.refused_entry(item)
        if reason:
            item.drop(item.fault or "wrong_type", item.reason or reason)
            _discard(read, item.pointer, item.fault, item.reason)
            return
    key, reason = organisation.refused_setting(read.values)
    culprit = next(filter(organisation.stops_droid, read.items), None)
    if key:
        _discard(read, _pointer(key), "wrong_type", reason)
    elif culprit:
        read.stops_droid = True
        _discard(read, f"{culprit.pointer}/provider", culprit.fault, culprit.reason)


def _note(read: FileRead, fault: str, note: str) -> None:
    """Remembers something odd about a file that droid reads all the same."""
    read.file = replace(read.file, fault=read.file.fault or fault, notes=(*read.file.notes, note))


def _items(read: FileRead, found: list[Json], key: str) -> Iterator[Candidate]:
    """The judged candidates of one list."""
    place, path, pointer = read.source.place, read.file.path, _pointer(key)
    for index, raw in enumerate(found):
        item = Candidate(path, place.level, place.kind, index, f"{pointer}/{index}")
        judge(raw, item, read.rules)
        yield item


def _misplaced(read: FileRead, found: Json, key: str) -> Iterator[Candidate]:
    """The entries of a list that droid does not look at, all dropped."""
    right = LIST_NAMES[read.source.place.kind]
    for item in _items(read, found, key) if isinstance(found, list) else ():
        item.drop("wrong_spelling", f"It stands under `{key}` where this file needs `{right}`")
        yield item


def _pointer(key: str) -> str:
    """The JSON Pointer of a top-level key."""
    return f"/{escaped(key)}"


def _number(read: FileRead) -> None:
    """Gives each surviving entry its id; entries of one slug (or all) count up from 0.

    In config.json an entry of unknown dialect is counted too: droid drops it only afterwards.
    """
    counts: dict[str, int] = {}
    by_name = read.rules.numbered == "by_name" or read.source.place.kind == "config"
    for item in read.items:
        if item.fault not in ("", "empty_id", "provider_unknown"):
            continue
        middle = slug(item.name)
        counted = middle if by_name else ""
        number = counts.get(counted, 0)
        counts[counted] = number + 1
        if not item.explicit_id:
            item.id = f"custom:{middle}-{number}"


def _discard(read: FileRead, pointer: str, fault: str, why: str) -> None:
    """Rejects a whole file for the value at a pointer, as droid does for an unknown dialect."""
    from factory_byok.droid.settings.jsonc.outline import find, outline

    text = read.source.text or ""
    node = find(outline(text), pointer)
    at = jsonc.position(text, node.start) if node else (1, 1)
    read.file = _rejected(read.file, fault, why, at)
    read.values = {}
    for item in read.items:
        if item.fault in ("", "empty_id"):
            reason = f"droid discards this whole file because of line {at[0]}: {why}"
            item.drop("file_discarded", reason)


def slug(name: str) -> str:
    """The middle of a generated id: the name trimmed, each run of white space one hyphen."""
    if name.isascii() and name.isprintable():  # it has no white space but the space
        return "-".join(name.split())
    return re.sub(f"[{JS_SPACE}]+", "-", name.strip(JS_SPACE))


def droid_text(text: str) -> str:
    """The text as droid decodes it: bytes that are no UTF-8 become replacement characters."""
    if text.isascii() or not re.search("[\udc80-\udcff]", text):
        return text
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
