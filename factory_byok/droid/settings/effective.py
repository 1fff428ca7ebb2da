"""What droid makes of all files together: which entries it lists, under which ids, and why not.

A pure function of the texts and of the rules of one family of droid's versions. The order of the
entries is droid's own; dropped and shadowed ones stand where they would stand.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from factory_byok.core.droid_facts import Defaults, Entry, Json, SettingsFile
from factory_byok.droid.field_names import LIST_NAMES
from factory_byok.droid.rules import NEWEST_FOLLOWED, Followed, Rules
from factory_byok.droid.settings.defaults import COMPACTION_MODEL, defaults_of, moved
from factory_byok.droid.settings.entry import read_entry
from factory_byok.droid.settings.entry_rules import Candidate
from factory_byok.droid.settings.file_verdict import FileRead, read_file
from factory_byok.droid.settings.file_verdict import Source as Source
from factory_byok.droid.settings.locate import FILE_NAMES
from factory_byok.droid.settings.named_models import named_models


class Effective(NamedTuple):
    """What became of each file and each entry, the settings beside them, and by whose rules."""

    files: tuple[SettingsFile, ...]
    entries: tuple[Entry, ...]
    defaults: Defaults
    followed: Followed = NEWEST_FOLLOWED


def effective(
    sources: Sequence[Source], env: Mapping[str, str], followed: Followed = NEWEST_FOLLOWED
) -> Effective:
    """What droid makes of the files, given in the order of `locate.places`.

    `env` tells which variables of keys are set. Never raises for any text.
    """
    return _effective(tuple(sources), tuple(env.items()), followed)


@lru_cache(maxsize=3)  # what was found, what is planned, what is there afterwards
def _effective(
    sources: Sequence[Source], variables: tuple[tuple[str, str], ...], followed: Followed
) -> Effective:
    """The same, remembered: verbs look again where often nothing is new."""
    env = dict(variables)
    rules, folders = followed.rules, list[list[FileRead]]()
    read_too = [each for each in sources if rules.org_file or each.place.level != "org"]
    for _, group in groupby(read_too, lambda source: source.place.path.parent):
        folders.append([read_file(source, rules) for source in group])
        _settle_folder(folders[-1], rules)
    _settle_levels(folders)
    reads = [read for folder in folders for read in folder]
    _stop_everything(reads)
    items = (item for read in reads for item in read.items)
    return Effective(
        files=tuple(read.file for read in reads),
        entries=tuple(read_entry(item, env) for item in items),
        defaults=defaults_of(
            [(folder[0].source.place.level, _general(folder)) for folder in folders],
            _holder(folders, COMPACTION_MODEL),
            named_models(_by_precedence(folders)),
        ),
        followed=followed,
    )


def _settle_folder(reads: list[FileRead], rules: Rules) -> None:
    """Settles which file of one folder wins: the local list replaces, config.json may add."""
    by_kind = {read.source.place.kind: read for read in reads}
    local, config = by_kind.get("local"), by_kind.get("config")
    settings = by_kind.get("settings")
    if local and settings and LIST_NAMES["local"] in local.values:
        reason = f"`{FILE_NAMES['local']}` has its own `customModels`, which replaces this one"
        for item in settings.live:
            item.drop("replaced", reason, "shadowed")
            item.shadowed_by = local.file.path
    winners = [item for read in (settings, local) if read for item in read.live]
    if rules.list_needed and reads[0].source.place.level != "org":
        _stop_without_list(local, settings)
    if config:
        if "model" in rules.config_hidden_by:
            _hide_by_model(config, winners)
        if "id" in rules.config_hidden_by:
            _shadow(config.live, {item.id: item.file for item in winners})


def _stop_without_list(*reads: FileRead | None) -> None:
    """Marks the settings file whose `customModels`, neither list nor null, keeps droid from all."""
    key = LIST_NAMES["settings"]
    holder = next((read for read in reads if read and key in read.values), None)
    if holder is not None and not isinstance(holder.values[key], list | type(None)):
        holder.stops_droid = True


def _hide_by_model(config: FileRead, winners: list[Candidate]) -> None:
    """Hides the entries of config.json whose model an entry of the settings files has."""
    holders = {str(item.raw.get("model")): item.file for item in winners}
    version = config.rules.versions[-1]
    for item in config.live:
        holder = holders.get(str(item.raw.get("model")))
        if holder is not None:
            reason = f"droid {version} takes only the entry with the same model in {holder}"
            item.drop("same_model", reason, "shadowed")
            item.shadowed_by = holder


def _settle_levels(folders: list[list[FileRead]]) -> None:
    """Settles which level wins: the first to hold an id, and within a lower level the first too."""
    seen: dict[str, str] = {}
    for folder in folders:
        live = [item for read in folder for item in read.live]
        if seen:
            _shadow(live, seen, among_themselves=True)
        for item in live:
            seen.setdefault(item.id, item.file)


def _stop_everything(reads: list[FileRead]) -> None:
    """Drops every entry when one file keeps droid from listing any, or even from starting."""
    for file, version in [
        (read.file, read.rules.versions[-1]) for read in reads if read.stops_droid
    ]:
        for item in [item for read in reads for item in read.live]:
            why = file.reason or file.notes[0]
            reason = f"droid {version} lists no model because of {file.path}: {why}"
            item.drop("file_discarded", reason)


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


def _general(folder: list[FileRead]) -> dict[str, Json]:
    """The settings of one folder: the local file's top-level keys replace the others."""
    merged: dict[str, Json] = {}
    for read in folder:
        if read.source.place.kind != "config":
            merged |= moved(read.values)
    return merged


def _by_precedence(folders: list[list[FileRead]]) -> Iterator[tuple[str, dict[str, Json]]]:
    """The settings files and their values; the local file stands before the one it replaces."""
    for folder in folders:
        for read in reversed(folder):
            if read.source.place.kind != "config":
                yield read.file.path, read.values


def _holder(folders: list[list[FileRead]], key: str) -> str:
    """The settings file whose value of a top-level key wins, "" when none has it."""
    for folder in folders:
        for read in reversed(folder):  # the local file stands behind the one that it replaces
            if read.source.place.kind != "config" and key in read.values:
                return read.file.path
    return ""
