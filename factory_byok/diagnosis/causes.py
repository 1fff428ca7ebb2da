"""A report as a person reads it: one cause once, under the model or server that it is about; pure.

A check finds the same cause again for every entry that meets it, and one cause makes several checks
fire. Here equal findings are one with several subjects, and what follows from a cause is folded
under it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from factory_byok.core.addresses import parse_address
from factory_byok.core.facts import Entry, Snapshot, remembered
from factory_byok.core.findings import WORST_FIRST, Finding, Level, Report
from factory_byok.core.words import and_more

MUTE: Final = "tools_unsupported"  # droid cannot act at all there, so other numbers matter little
# What a check finds because another one did, at the same entry or server.
FOLLOWS_FROM: Final[dict[str, tuple[str, ...]]] = {
    "entry_shadowed": ("entry_duplicate",),
    "entry_vanished": ("file_rejected",),
    "default_model_unusable": ("file_rejected", "entry_dropped", "entry_vanished"),
    "host_mismatch": ("server_silent",),
    "model_on_cpu": ("gpu_unseen", "model_too_large"),
    "window_too_small": ("window_setting_ignored", MUTE),
    "output_limit_wrong": ("window_too_small", "window_setting_ignored", MUTE),
    "compaction_above_window": ("window_too_small", "window_setting_ignored", MUTE),
    "chat_fails": (
        "server_silent", "port_taken", "base_url_wrong", "key_not_set", "key_unusable",
        "key_refused", "model_missing", "cloud_unavailable", "reasoning_unsupported",
    ),
    "stream_broken": ("chat_fails",),
    "tool_call_broken": ("tools_unsupported", "tools_as_text", "chat_fails"),
    "prompt_cut": ("window_too_small", "window_setting_ignored", "chat_fails"),
    "load_slow": ("model_too_large", "model_on_cpu", "gpu_unseen"),
    "too_slow": ("model_too_large", "model_on_cpu", "gpu_unseen"),
    "droid_disagrees": ("droid_unmeasured",),
}  # fmt: skip

Kind = Literal["files", "machine", "server", "model"]


@dataclass(frozen=True, slots=True)
class Place:
    """What a finding is about: droid's files, this machine, a server, or a model on one."""

    kind: Kind
    endpoint: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that is wrong, for all its subjects; `follows` is what it brings with it.

    `level` is the worst of all of them.
    """

    findings: tuple[Finding, ...]
    place: Place
    message: str
    follows: tuple[Finding, ...] = ()

    @property
    def check(self) -> str:
        """The code of the check that found it."""
        return self.findings[0].check

    @property
    def level(self) -> Level:
        """The worst level."""
        found = {each.level for each in (*self.findings, *self.follows)}
        return next(level for level in WORST_FIRST if level in found)

    @property
    def subjects(self) -> tuple[str, ...]:
        """What it is about, each once."""
        return tuple(dict.fromkeys(each.subject for each in self.findings if each.subject))


@dataclass(frozen=True, slots=True)
class Group:
    """The causes of one place."""

    place: Place
    causes: tuple[Cause, ...]


def causes(snap: Snapshot, report: Report) -> tuple[Cause, ...]:
    """Every cause, in the order of the checks."""
    merged: dict[tuple[str | bool, ...], list[tuple[Finding, Place]]] = {}
    mute = {each.subject for each in report.findings if each.check == MUTE}
    for finding in report.findings:
        place = place_of(snap, finding)
        folds = finding.subject in mute and MUTE in FOLLOWS_FROM.get(finding.check, ())
        merged.setdefault((folds, *_key(finding, place)), []).append((finding, place))
    found = [_cause(each) for each in merged.values()]
    return tuple(_folded(found))


def grouped(snap: Snapshot, report: Report, also: Iterable[Place] = ()) -> tuple[Group, ...]:
    """The causes by place: droid's files, the machine, then each server before its models.

    `also` are places that are told even without a cause.
    """
    by_place: dict[Place, list[Cause]] = {place: [] for place in also}
    for cause in causes(snap, report):
        by_place.setdefault(cause.place, []).append(cause)
    order = {endpoint: number for number, endpoint in enumerate(snap.servers)}
    kinds: dict[Kind, int] = {"files": 0, "machine": 1, "server": 2, "model": 2}

    def key(place: Place) -> tuple[int, int, str]:
        return kinds[place.kind], order.get(place.endpoint, len(order)), place.model

    return tuple(Group(place, tuple(by_place[place])) for place in sorted(by_place, key=key))


def place_of(snap: Snapshot, finding: Finding) -> Place:
    """Where a finding belongs, by its subject."""
    if finding.subject in snap.servers and parse_address(finding.subject) is not None:
        return Place("server", finding.subject)
    entry = _entries(snap).get(finding.subject)
    if entry is not None and entry.fate == "listed" and entry.endpoint:
        return Place("model", entry.endpoint, entry.model)
    if entry is not None or "/" in finding.subject or "\\" in finding.subject:
        return Place("files")
    endpoint = _endpoints(snap).get(finding.subject)
    return Place("machine") if endpoint is None else Place("model", endpoint, finding.subject)


@remembered
def _endpoints(snap: Snapshot) -> dict[str, str]:
    """Where each model of a listed entry is asked for first."""
    return {each.model: each.endpoint for each in reversed([*snap.listed()])}


@remembered
def _entries(snap: Snapshot) -> dict[str, Entry]:
    """The entry of each label and id; one that droid lists goes before others."""
    found: dict[str, Entry] = {}
    for each in snap.entries:
        for name in filter(None, (each.label, each.id)):
            if found.setdefault(name, each).fate != "listed" == each.fate:
                found[name] = each
    return found


def _key(finding: Finding, place: Place) -> tuple[str, ...]:
    """What makes two findings one: the same check says the same of the same server."""
    return (
        finding.check,
        finding.level,
        place.kind,
        place.endpoint,
        nameless(finding.message, finding, place),
    )


def _cause(found: Sequence[tuple[Finding, Place]]) -> Cause:
    """Findings that are one; several models of one server are named together."""
    first, place = found[0]
    models = list(dict.fromkeys(each.model for _, each in found))
    message = first.message
    if len(models) > 1:
        names = and_more([f"`{model}`" for model in models])
        own = f"`{place.model}`"
        message = message.replace(f"`{place.model}:latest`", own).replace(own, names)
        place = Place("server", place.endpoint)
    return Cause(tuple(finding for finding, _ in found), place, message)


def _folded(found: Sequence[Cause]) -> Iterator[Cause]:
    """The causes, each with what follows from it, which is left out of the rest."""
    known = _About(found)
    parents = {number: known.parent(number) for number in range(len(found))}
    follows: dict[int, list[Finding]] = {}
    for number, parent in parents.items():
        if parent is not None:
            follows.setdefault(_root(parent, parents), []).extend(found[number].findings)
    for number, each in enumerate(found):
        if parents[number] is None:
            yield replace(each, follows=tuple(follows.get(number, ())))


def _root(number: int, parents: dict[int, int | None]) -> int:
    """The cause of a cause, to the first one."""
    above = parents[number]
    return number if above is None else _root(above, parents)


class _About:
    """Which causes are about what, so that ten thousand are not compared with each other."""

    def __init__(self, found: Sequence[Cause]) -> None:
        """Looks at each cause once."""
        self._found = found
        self._subjects = [frozenset(each.subjects) for each in found]
        self._numbers: dict[tuple[str, str], list[int]] = {}
        self._servers: dict[tuple[str, str], list[int]] = {}
        for number, each in enumerate(found):
            for what in ("", *self._subjects[number]):
                self._numbers.setdefault((each.check, what), []).append(number)
            if each.place.kind == "server" and each.place.endpoint and len(each.findings) == 1:
                self._servers.setdefault((each.check, each.place.endpoint), []).append(number)

    def parent(self, number: int) -> int | None:
        """The cause that explains all subjects of another one; None for a cause of its own.

        A note, which nobody has to act upon, explains no warning.
        """
        each, mine = self._found[number], self._subjects[number]
        for check in FOLLOWS_FROM.get(each.check, ()):
            alike = self._numbers.get((check, min(mine, default="")), ())
            whole = self._servers.get((check, each.place.endpoint), ())
            for other in sorted({*alike, *whole}) if mine else alike:
                slight = self._found[other].level == "note" != each.level
                if not slight and (other in whole or mine <= self._subjects[other]):
                    return other
        return None


def nameless(text: str, finding: Finding, place: Place) -> str:
    """A text without the names of its model and entry, so that equal ones are seen."""
    names = [finding.subject, place.model, *finding.command[2:3]]
    for name in filter(None, names):
        text = blanked(text, name)
    return text


def blanked(text: str, name: str) -> str:
    """A text without a name, where that is no part of another word; `:latest` belongs to it."""
    found, *rest = text.split(name)
    for part in rest:
        inside = found[-1:].isalnum() or part[:1].isalnum()
        found += f"{name}{part}" if inside else f"…{part.removeprefix(':latest')}"
    return found


def count(found: Iterable[Cause], level: Level) -> int:
    """How many causes of one level."""
    return sum(each.level == level for each in found)
