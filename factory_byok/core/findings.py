"""What was concluded: remedies, findings, outcomes and the report, as plain data."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from factory_byok.core.actions import Action, CopyModel, Edit, EditSettings

Level = Literal["error", "warning", "note"]
Status = Literal["ok", "note", "warning", "error", "skipped", "crashed"]

WORST_FIRST: Final[tuple[Level, ...]] = ("error", "warning", "note")


@dataclass(frozen=True, slots=True)
class Remedy:
    """The one next step: a sentence, and the actions that take it."""

    text: str = ""
    actions: tuple[Action, ...] = ()

    @property
    def edits(self) -> tuple[Edit, ...]:
        """The edits of droid's files among the actions."""
        each = (action for action in self.actions if isinstance(action, EditSettings))
        return tuple(edit for action in each for edit in action.edits)

    @property
    def command(self) -> tuple[str, ...]:
        """The first action's own command, () when it has none or `byok fix` takes it."""
        return self.actions[0].command if self.actions else ()


NO_REMEDY: Final = Remedy()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong or worth knowing about one subject.

    `check` is the code of the check that found it, "" outside of a report.
    """

    level: Level
    subject: str
    message: str
    remedy: Remedy = NO_REMEDY
    check: str = ""

    @property
    def repairable(self) -> bool:
        """Whether `byok fix` repairs it unasked: an edit, or a larger window that is needed."""
        copies = self.level != "note" and any(isinstance(a, CopyModel) for a in self.remedy.actions)
        return copies or bool(self.remedy.edits)

    @property
    def command(self) -> tuple[str, ...]:
        """The command that takes the next step, () when it is only a sentence."""
        if self.check and self.remedy.edits:
            return ("byok", "fix", self.check)
        return self.remedy.command


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one check came to; `reason` says why it was skipped, crashed or only partial."""

    check: str
    title: str
    status: Status
    findings: tuple[Finding, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """Every check's outcome, in the order in which cause comes before symptom."""

    outcomes: tuple[Outcome, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, in the order of the checks."""
        return tuple(finding for outcome in self.outcomes for finding in outcome.findings)

    @property
    def status(self) -> Status:
        """The worst level found; a crashed check counts as a warning about byok itself."""
        crashed = any(outcome.status == "crashed" for outcome in self.outcomes)
        worst = worst_level(self.findings)
        return "warning" if crashed and worst in ("ok", "note") else worst


def worst_level(findings: Iterable[Finding]) -> Status:
    """The worst level among the findings, `ok` when there are none."""
    levels = {finding.level for finding in findings}
    return next((level for level in WORST_FIRST if level in levels), "ok")
