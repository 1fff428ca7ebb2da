"""Snapshot to Report: every check is asked, and none can hide another."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from types import ModuleType
from typing import Final

from factory_byok.core.facts import NotKnown, Snapshot
from factory_byok.core.findings import Finding, Outcome, Report, worst_level
from factory_byok.diagnosis.checks import CHECKS

MOST_FINDINGS: Final = 10_000  # of one check; a file of 10 MB holds some 40,000 entries
MORE: Final = f"There are more of these: only the first {MOST_FINDINGS:,} are told"


def examine(snapshot: Snapshot, only: Collection[str] = ()) -> Report:
    """The report of all checks, or of those named in `only` (codes)."""
    return Report(tuple(outcomes(snapshot, only)))


def outcomes(snapshot: Snapshot, only: Collection[str] = ()) -> Iterator[Outcome]:
    """The same one by one, cause before symptom, for whom the first may be enough."""
    for check in CHECKS:
        if not only or code_of(check) in only:
            yield outcome_of(check, snapshot)


def code_of(check: ModuleType) -> str:
    """A check's code is its file's name."""
    return check.__name__.rpartition(".")[2]


def outcome_of(check: ModuleType, snapshot: Snapshot) -> Outcome:
    """What one check comes to. Findings made before a missing fact or a crash are kept."""
    findings: list[Finding] = []
    code, title = code_of(check), str(check.TITLE)
    try:
        for finding in check.check(snapshot):
            if len(findings) == MOST_FINDINGS:
                findings.append(Finding("note", "", MORE, check=code))
                break
            findings.append(replace(finding, check=code))
        reason = ""
    except NotKnown as gap:
        reason = str(gap)
        if not findings:
            return Outcome(code, title, "skipped", (), reason)
    except Exception as error:  # noqa: BLE001 - one broken check must not hide the others
        reason = f"{type(error).__name__}: {error}"
        return Outcome(code, title, "crashed", tuple(findings), reason)
    return Outcome(code, title, worst_level(findings), tuple(findings), reason)
