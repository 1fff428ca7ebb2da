"""What was concluded: edits, remedies, findings, outcomes and the report, as plain data."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from factory_byok.core.facts import Json

Level = Literal["error", "warning", "note"]
Status = Literal["ok", "note", "warning", "error", "skipped", "crashed"]
Op = Literal["add", "replace", "remove", "rename", "text", "mode"]

WORST_FIRST: Final[tuple[Level, ...]] = ("error", "warning", "note")


@dataclass(frozen=True, slots=True)
class Edit:
    """One change to one settings file.

    `add`, `replace`, `remove` and `rename` name their place by JSON Pointer (RFC 6901; `add` to an
    array takes `-` or an index, and makes missing parents; `value` of `rename` is the new key).
    `text` replaces `length` characters at `offset`, which must read `expected`, by `value`; it is
    the only operation for a file that does not parse. `mode` sets the permission bits in `value`.
    `expected` guards the other operations too: when not None, the value found must equal it.
    """

    op: Op
    file: str
    pointer: str = ""
    value: Json = None
    offset: int = 0
    length: int = 0
    expected: Json = None


@dataclass(frozen=True, slots=True)
class Remedy:
    """The one next step: a sentence, the exact command as an argument list, and file edits."""

    text: str = ""
    command: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()


NO_REMEDY: Final = Remedy()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong or worth knowing about one subject."""

    level: Level
    subject: str
    message: str
    remedy: Remedy = NO_REMEDY


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
