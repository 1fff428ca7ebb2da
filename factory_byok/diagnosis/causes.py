"""A report as a person reads it: one cause once, under the model or server that it is about; pure.

A check finds the same cause again for every entry that meets it, and one cause makes several checks
fire. Here equal findings are one with several subjects, and what follows from a cause is folded
under it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from factory_byok.core.addresses import parse_address
from factory_byok.core.facts import Entry, Snapshot
from factory_byok.core.findings import WORST_FIRST, Finding, Level, Report

# What a check finds because another one did, at the same entry or server.
FOLLOWS_FROM: Final[dict[str, tuple[str, ...]]] = {
    "entry_shadowed": ("entry_duplicate",),
    "entry_vanished": ("file_rejected",),
    "default_model_unusable": ("file_rejected", "entry_dropped", "entry_vanished"),
    "host_mismatch": ("server_silent",),
    "model_on_cpu": ("gpu_unseen", "model_too_large"),
    "window_too_small": ("window_setting_ignored",),
    "output_limit_wrong": ("window_too_small", "window_setting_ignored"),
    "compaction_above_window": ("window_too_small", "window_setting_ignored"),
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
    merged: dict[tuple[str, ...], list[tuple[Finding, Place]]] = {}
    for finding in report.findings:
        place = place_of(snap, finding)
        merged.setdefault(_key(finding, place), []).append((finding, place))
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
    if parse_address(finding.subject) is not None and finding.subject in snap.servers:
        return Place("server", finding.subject)
    entry = _entry(snap, finding.subject)
    if entry is not None and entry.fate == "listed" and entry.endpoint:
        return Place("model", entry.endpoint, entry.model)
    if entry is not None or "/" in finding.subject or "\\" in finding.subject:
        return Place("files")
    for endpoint, model in ((each.endpoint, each.model) for each in snap.listed()):
        if model == finding.subject:
            return Place("model", endpoint, model)
    return Place("machine")


def _entry(snap: Snapshot, subject: str) -> Entry | None:
    """The entry of that label or id; one that droid lists goes before others."""
    found = [each for each in snap.entries if subject and subject in (each.label, each.id)]
    return next((each for each in found if each.fate == "listed"), next(iter(found), None))


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
        names = ", ".join(f"`{model}`" for model in models)
        message = message.replace(f"`{place.model}`", names)
        place = Place("server", place.endpoint)
    return Cause(tuple(finding for finding, _ in found), place, message)


def _folded(found: Sequence[Cause]) -> Iterator[Cause]:
    """The causes, each with what follows from it, which is left out of the rest."""
    parents = {number: _parent(each, found) for number, each in enumerate(found)}
    for number, each in enumerate(found):
        if parents[number] is None:
            follows = [
                finding
                for other, parent in parents.items()
                if parent is not None and _root(parent, parents) == number
                for finding in found[other].findings
            ]
            yield replace(each, follows=tuple(follows))


def _root(number: int, parents: dict[int, int | None]) -> int:
    """The cause of a cause, to the first one."""
    above = parents[number]
    return number if above is None else _root(above, parents)


def _parent(each: Cause, found: Sequence[Cause]) -> int | None:
    """The cause that explains all subjects of another one; None for a cause of its own."""
    for check in FOLLOWS_FROM.get(each.check, ()):
        for number, other in enumerate(found):
            if other.check == check and _explains(other, each):
                return number
    return None


def _explains(cause: Cause, other: Cause) -> bool:
    """Whether everything that the other is about is covered by a cause."""
    if set(other.subjects) <= set(cause.subjects):
        return True
    whole_server = cause.place.kind == "server" and len(cause.findings) == 1
    return (
        whole_server and bool(cause.place.endpoint) and cause.place.endpoint == other.place.endpoint
    )


def nameless(text: str, finding: Finding, place: Place) -> str:
    """A text without the names of its model and entry, so that equal ones are seen."""
    names = [finding.subject, place.model, *finding.command[2:3]]
    for name in filter(None, names):
        text = text.replace(name, "…")
    return text


def count(found: Iterable[Cause], level: Level) -> int:
    """How many causes of one level."""
    return sum(each.level == level for each in found)
