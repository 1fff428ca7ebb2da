"""What droid makes of all files together: which entries it lists, under which ids, and why not.

A pure function of the texts, after droid 0.225.2 (facts/droid.md sections 1 to 4, and measured
where those are silent). The order of the entries is droid's own; dropped and shadowed ones stand
where they would stand.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as filled
from itertools import groupby
from typing import Final

from factory_byok.droid_facts import Defaults, Entry, Json, SettingsFile
from factory_byok.settings import jsonc
from factory_byok.settings.defaults import defaults_of, moved
from factory_byok.settings.entry import read_entry
from factory_byok.settings.entry_rules import Candidate, alike, judge, strictly, with_inherited
from factory_byok.settings.locate import FILE_NAMES, Place
from factory_byok.settings.repair import repairs
from factory_byok.spelling import LIST_NAMES

JS_SPACE: Final = (  # ECMAScript's WhiteSpace and LineTerminator; Python's own set differs
    "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
_GAPS: Final = re.compile(f"[{JS_SPACE}]+")
_UNDECODED: Final = re.compile("[\udc80-\udcff]")


@dataclass(frozen=True, slots=True)
class Source:
    """One place and what was found there.

    `text` None means absent, or unreadable when `problem` says why. It is decoded from UTF-8 with
    `surrogateescape`. `mode` holds the permission bits.
    """

    place: Place
    text: str | None
    problem: str = ""
    mode: int | None = None


@dataclass(frozen=True, slots=True)
class Effective:
    """What became of each file and each entry, and the settings beside the entries."""

    files: tuple[SettingsFile, ...]
    entries: tuple[Entry, ...]
    defaults: Defaults


@dataclass(slots=True)
class _Read:
    """One file after reading: its verdict, its values when droid uses them, its entries."""

    source: Source
    file: SettingsFile
    values: dict[str, Json] = filled(default_factory=dict)
    items: list[Candidate] = filled(default_factory=list)

    @property
    def live(self) -> list[Candidate]:
        """The entries that have not been dropped or shadowed."""
        return [item for item in self.items if item.fate == "listed" or item.fault == "empty_id"]


def effective(sources: Sequence[Source], env: Mapping[str, str]) -> Effective:
    """What droid makes of the files, given in the order of `locate.places`.

    `env` tells which variables of keys are set. Never raises for any text.
    """
    folders: list[list[_Read]] = []
    for _, group in groupby(sources, lambda source: source.place.path.parent):
        folders.append([_read(source) for source in group])
        _settle_folder(folders[-1])
    _settle_levels(folders)
    reads = [read for folder in folders for read in folder]
    items = (item for read in reads for item in read.items)
    return Effective(
        files=tuple(read.file for read in reads),
        entries=tuple(read_entry(item, env) for item in items),
        defaults=defaults_of(
            [(folder[0].source.place.level, _general(folder)) for folder in folders]
        ),
    )


def slug(name: str) -> str:
    """The middle of a generated id: the name trimmed, each run of white space one hyphen."""
    return _GAPS.sub("-", name.strip(JS_SPACE))


def droid_text(text: str) -> str:
    """The text as droid decodes it: bytes that are no UTF-8 become replacement characters."""
    if text.isascii() or not _UNDECODED.search(text):
        return text
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


# --- one file -------------------------------------------------------------------------------------


def _read(source: Source) -> _Read:
    """Reads one file as far as it goes by itself."""
    place, text = source.place, source.text
    file = SettingsFile(
        str(place.path),
        place.level,
        place.kind,
        "read",
        mode=source.mode,
        under_git=place.under_git,
    )
    if text is None:
        fate = replace(file, fate="rejected", fault="unreadable", reason=source.problem)
        return _Read(source, fate if source.problem else replace(file, fate="absent"))
    try:
        values = jsonc.load(droid_text(text))
    except jsonc.Fault:
        return _Read(source, _unparsed(file, text))
    if not isinstance(values, dict):
        at = jsonc.position(text, jsonc.parse(text).start)
        reason = "The file holds something else than one object"
        return _Read(source, _rejected(file, "not_an_object", reason, at))
    return _with_entries(_Read(source, file, values))


def _unparsed(file: SettingsFile, text: str) -> SettingsFile:
    """The verdict on a text that does not parse, with the place in the file's own characters."""
    try:
        jsonc.parse(text)
    except jsonc.Fault as fault:
        verdict = _rejected(file, fault.kind, fault.message, (fault.line, fault.column))
        return replace(verdict, repairs=repairs(text))
    return _rejected(file, "syntax", "The file does not parse", (1, 1))


def _rejected(file: SettingsFile, fault: str, reason: str, at: tuple[int, int]) -> SettingsFile:
    """The verdict on a file that droid ignores as a whole."""
    return replace(file, fate="rejected", fault=fault, reason=reason, line=at[0], column=at[1])


def _with_entries(read: _Read) -> _Read:
    """Adds the file's entries, the misspelt lists included, and numbers the ids."""
    kind = read.source.place.kind
    right = LIST_NAMES[kind]
    # droid copies the values of settings.json, which loses what `__proto__` lends
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
    unknown = [item for item in read.items if item.fault == "provider_unknown"]
    if kind != "config" and unknown:
        _discard(read, unknown[0], "/provider")
    elif read.source.place.level == "org":
        _judge_strictly(read)
    return read


def _judge_strictly(read: _Read) -> None:
    """Rejects an organisation's file for any entry that its stricter schema refuses."""
    for item in read.items:
        reason = strictly(item)
        if reason:
            item.drop(item.fault or "wrong_type", item.reason or reason)
            _discard(read, item, "")
            return


def _note(read: _Read, fault: str, note: str) -> None:
    """Remembers something odd about a file that droid reads all the same."""
    read.file = replace(read.file, fault=read.file.fault or fault, notes=(*read.file.notes, note))


def _items(read: _Read, found: list[Json], key: str) -> Iterator[Candidate]:
    """The judged candidates of one list."""
    place, path, pointer = read.source.place, read.file.path, _pointer(key)
    for index, raw in enumerate(found):
        item = Candidate(path, place.level, place.kind, index, f"{pointer}/{index}", {})
        judge(raw, item)
        yield item


def _misplaced(read: _Read, found: Json, key: str) -> Iterator[Candidate]:
    """The entries of a list that droid does not look at, all dropped."""
    right = LIST_NAMES[read.source.place.kind]
    for item in _items(read, found, key) if isinstance(found, list) else ():
        item.drop("wrong_spelling", f"It stands under `{key}` where this file needs `{right}`")
        yield item


def _pointer(key: str) -> str:
    """The JSON Pointer of a top-level key."""
    return "/" + key.replace("~", "~0").replace("/", "~1")


def _number(read: _Read) -> None:
    """Gives each surviving entry its id; entries of one slug count up from 0.

    In config.json an entry of unknown dialect is counted too: droid drops it only afterwards.
    """
    counts: dict[str, int] = {}
    for item in read.items:
        if item.fault not in ("", "empty_id", "provider_unknown"):
            continue
        middle = slug(item.name)
        number = counts.get(middle, 0)
        counts[middle] = number + 1
        if not item.explicit_id:
            item.id = f"custom:{middle}-{number}"


def _discard(read: _Read, culprit: Candidate, field: str) -> None:
    """Rejects a whole settings file for one entry, as droid does for an unknown dialect."""
    text = read.source.text or ""
    node = jsonc.find(jsonc.parse(text), culprit.pointer + field)
    at = jsonc.position(text, node.start) if node else (1, 1)
    read.file = _rejected(read.file, culprit.fault, culprit.reason, at)
    read.values = {}
    for item in read.items:
        if item.fault in ("", "empty_id"):
            reason = f"droid discards this whole file because of line {at[0]}: {culprit.reason}"
            item.drop("file_discarded", reason)


# --- one folder, all levels -----------------------------------------------------------------------


def _settle_folder(reads: list[_Read]) -> None:
    """Settles which file of one folder wins: the local list replaces, config.json adds."""
    by_kind = {read.source.place.kind: read for read in reads}
    local, config = by_kind.get("local"), by_kind.get("config")
    settings = by_kind.get("settings")
    if local and settings and LIST_NAMES["local"] in local.values:
        reason = f"`{FILE_NAMES['local']}` has its own `customModels`, which replaces this one"
        for item in settings.live:
            item.drop("replaced", reason, "shadowed")
            item.shadowed_by = local.file.path
    winners = [item for read in (settings, local) if read for item in read.live]
    if config:
        _shadow(config.live, {item.id: item.file for item in winners})


def _settle_levels(folders: list[list[_Read]]) -> None:
    """Settles which level wins: the first to hold an id, and within a lower level the first too."""
    seen: dict[str, str] = {}
    for folder in folders:
        live = [item for read in folder for item in read.live]
        if seen:
            _shadow(live, seen, among_themselves=True)
        for item in live:
            seen.setdefault(item.id, item.file)


def _shadow(
    items: Iterable[Candidate], seen: Mapping[str, str], among_themselves: bool = False
) -> None:
    """Shadows the items whose id was seen before; `seen` maps ids to the files that hold them."""
    holders = dict(seen)
    for item in items:
        holder = holders.get(item.id)
        if holder is not None:
            item.drop("shadowed", f"The entry with the same id in {holder} wins", "shadowed")
            item.shadowed_by = holder
        elif among_themselves:
            holders[item.id] = item.file


def _general(folder: list[_Read]) -> dict[str, Json]:
    """The settings of one folder: the local file's top-level keys replace the others."""
    merged: dict[str, Json] = {}
    for read in folder:
        if read.source.place.kind != "config":
            merged |= moved(read.values)
    return merged
