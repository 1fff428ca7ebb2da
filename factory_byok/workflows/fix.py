"""What `byok fix` does: plans every repair in imagination, does it at once, and looks again."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from factory_byok.core.actions import Action, CopyModel, Edit, EditSettings, PullModel
from factory_byok.core.addresses import parse_address
from factory_byok.core.errors import ByokError
from factory_byok.core.facts import Snapshot
from factory_byok.core.findings import Finding, Outcome, Report
from factory_byok.core.model_names import with_window
from factory_byok.core.world import World
from factory_byok.diagnosis.causes import FOLLOWS_FROM, MUTE, Cause, causes
from factory_byok.diagnosis.collect import Ask, collect
from factory_byok.diagnosis.examine import examine, outcomes
from factory_byok.droid.settings import change
from factory_byok.droid.settings.change import Preview
from factory_byok.droid.settings.document import read
from factory_byok.droid.settings.look import look
from factory_byok.droid.settings.writing.swap import Changed
from factory_byok.workflows import model_copy

MOST_ROUNDS: Final = 60  # each repairs all findings of one check; a mended file shows new ones

Texts = dict[Path, str | None]


@dataclass(frozen=True, slots=True)
class Repair:
    """What would be done: `actions`, what they make of the files, and what is `repaired` by check.

    `causes` are the same as the doctor tells and counts them, then what only a mended file shows.
    `refused` says why an edit does not fit; `by_hand` are findings whose command is the user's.
    """

    actions: tuple[Action, ...] = ()
    diff: str = ""
    repaired: tuple[Finding, ...] = ()
    causes: tuple[Cause, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    by_hand: tuple[Finding, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.actions)

    @property
    def commands(self) -> tuple[tuple[str, ...], ...]:
        """The commands that are the user's to run, each once."""
        return tuple(dict.fromkeys(finding.remedy.command for finding in self.by_hand))


@dataclass(slots=True)
class _Draft:
    """The repairs as far as they are planned, and the files as they would be."""

    before: Texts = field(default_factory=dict)
    texts: Texts = field(default_factory=dict)
    groups: list[tuple[Edit, ...]] = field(default_factory=list)
    modes: dict[str, Edit] = field(default_factory=dict)
    repaired: list[Finding] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    actions: list[Action] = field(default_factory=list)
    copied: list[CopyModel] = field(default_factory=list)

    @property
    def diff(self) -> str:
        """What becomes of the files, secrets masked."""
        modes = {path: self.modes.get(str(path)) for path in self.texts}
        return "".join(
            Preview(path, self.before[path], text, int(str(mode.value)) if mode else None).diff()
            for path, text in self.texts.items()
            for mode in [modes[path]]
        )

    @property
    def planned(self) -> dict[Path, tuple[str | None, str | None]]:
        """Each file's text and what becomes of it."""
        return {path: (self.before[path], text) for path, text in self.texts.items()}

    @property
    def all_groups(self) -> tuple[tuple[Edit, ...], ...]:
        """The edits of all files, their modes last."""
        return (*self.groups, *((edit,) for edit in self.modes.values()))

    def take_all(self, findings: Sequence[Finding]) -> bool:
        """Makes the edits of one check in imagination, at once where they go together."""
        group = tuple(edit for each in findings for edit in each.remedy.edits if edit.op != "mode")
        try:
            self.apply(group)
        except ByokError:
            if len(findings) == 1:
                return self.take(findings[0])
            half = len(findings) // 2  # most of many go together all the same
            first = self.take_all(findings[:half])
            return self.take_all(findings[half:]) or first
        for each in findings:
            self._took(each)
        return True

    def take(self, finding: Finding) -> bool:
        """Makes one finding's edits in imagination; False when they cannot be made now."""
        try:
            self.apply(tuple(edit for edit in finding.remedy.edits if edit.op != "mode"))
        except Changed:
            return False  # an edit before it changed its entry: the next round looks anew
        except ByokError as error:
            self.refused[finding.check] = error.message
            return False
        self._took(finding)
        return True

    def _took(self, finding: Finding) -> None:
        """Remembers a repair, and the mode that it gives a file."""
        modes = {edit.file: edit for edit in finding.remedy.edits if edit.op == "mode"}
        self._read(modes)
        self.modes |= modes
        self.repaired.append(finding)

    def _read(self, files: Iterable[str]) -> None:
        """Looks at files for the first time."""
        for path in set(map(Path, files)) - self.texts.keys():
            self.before[path] = self.texts[path] = read(path).text

    def apply(self, group: tuple[Edit, ...]) -> None:
        """Makes one group of edits in imagination, all or none. Raises Changed or ByokError."""
        if not group:
            return
        self._read({edit.file for edit in group})
        self.texts |= change.apply_group(self.texts, group)
        self.groups.append(group)


def plan_repair(world: World, snap: Snapshot, codes: Collection[str]) -> Repair:
    """Repairs in imagination, check by check, until no chosen check has anything left."""
    draft = _Draft()
    first = causes(snap, Report(tuple(_of_use(snap, codes))))
    after = snap
    for _ in range(MOST_ROUNDS):
        seen = []
        for outcome in _of_use(after, codes):
            seen.append(outcome)
            if _repairable(outcome, draft):
                break
        else:
            break
        if not draft.take_all([each for each in outcome.findings if each.remedy.edits]):
            draft.refused.setdefault(outcome.check, "its place in the file is no longer there")
        after = _imagined(world, snap, draft.texts)
    left = Report(tuple(seen)).findings
    taken = [each for each in left if _take_over(world, after, each, codes, draft)]
    by_hand = tuple(each for each in left if each not in taken and each.remedy.command)
    edits = [EditSettings(groups, planned=draft.planned)] if (groups := draft.all_groups) else []
    return Repair(
        (*draft.actions, *edits),
        draft.diff,
        tuple(draft.repaired),
        _counted(first, after, draft.repaired),
        tuple(draft.refused.items()),
        by_hand,
    )


def _of_use(snap: Snapshot, codes: Collection[str]) -> Iterator[Outcome]:
    """What is wrong, but for numbers of a model through which droid cannot act at all."""
    mute: set[str] = set()
    if not codes or MUTE in codes:
        mute = {each.subject for each in examine(snap, [MUTE]).findings}

    def kept(finding: Finding) -> bool:
        return finding.subject not in mute or MUTE not in FOLLOWS_FROM.get(finding.check, ())

    for each in outcomes(snap, codes):
        yield replace(each, findings=tuple(filter(kept, each.findings)))


def _counted(
    first: Sequence[Cause], after: Snapshot, repaired: Sequence[Finding]
) -> tuple[Cause, ...]:
    """The causes of the first look that are repaired, then those that came to light."""
    done = {(each.check, each.subject) for each in repaired}

    def among(found: Sequence[Finding], those: Collection[tuple[str, str]]) -> tuple[Finding, ...]:
        return tuple(each for each in found if (each.check, each.subject) in those)

    kept = [
        replace(each, follows=among(each.follows, done))
        for each in first
        if among(each.findings, done)
    ]
    told = {(one.check, one.subject) for each in kept for one in (*each.findings, *each.follows)}
    new = tuple(each for each in repaired if (each.check, each.subject) not in told)
    return (*kept, *causes(after, Report((Outcome("", "", "error", new),))))


def _imagined(world: World, snap: Snapshot, texts: Mapping[Path, str | None]) -> Snapshot:
    """The snapshot as it would be with these texts in the files."""
    seen = look(world, texts)
    return replace(snap, files=seen.files, entries=seen.entries, defaults=seen.defaults)


def _repairable(outcome: Outcome, draft: _Draft) -> bool:
    """Whether a check still has an edit to make."""
    edits = [edit for finding in outcome.findings for edit in finding.remedy.edits]
    return outcome.check not in draft.refused and any(
        edit.op != "mode" or edit.file not in draft.modes for edit in edits
    )


def _take_over(
    world: World, snap: Snapshot, finding: Finding, codes: Collection[str], draft: _Draft
) -> bool:
    """Plans what is no edit but byok's own to do: a copy with a window, and a pull by name."""
    taken = False
    for action in finding.remedy.actions:
        try:
            if isinstance(action, PullModel) and finding.check in codes:
                draft.actions += [] if action in draft.actions else [action]
            elif isinstance(action, CopyModel) and (finding.repairable or finding.check in codes):
                _copy(world, snap, action, draft)
            else:
                continue
        except ByokError as error:
            draft.refused[finding.check] = error.message
            continue
        draft.repaired.append(finding)
        taken = True
    return taken


def _copy(world: World, snap: Snapshot, action: CopyModel, draft: _Draft) -> None:
    """A copy of a model, and the edits that let droid's entries use it. Raises ByokError."""
    address = parse_address(action.endpoint or snap.default_endpoint)
    if action in draft.copied or address is None:
        return
    draft.copied.append(action)
    names = (action.model, with_window(action.model, action.window))
    ask = Ask(endpoint=address, models=names, machine=False, droid=False)
    server = collect(world, ask).server(address.identity())
    model = server.model(action.model) if server else None
    if server is None or model is None:
        raise ByokError(f"`{action.model}` is not to be had at {address}")
    planned = model_copy.plan(world, snap, server, model, address, action.window, texts=draft.texts)
    for group in planned.files.action.groups:
        draft.apply(group)
    if not planned.exists:
        draft.actions.append(action)
