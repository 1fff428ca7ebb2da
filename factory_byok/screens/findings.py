"""Findings with their next step, for people."""

from collections.abc import Iterable, Iterator
from typing import Final

from factory_byok.core.findings import WORST_FIRST, Finding, Level
from factory_byok.core.words import counted
from factory_byok.screens.style import Style, printable

COLORS: Final[dict[str, tuple[str, ...]]] = {
    "error": ("bold", "red"),
    "warning": ("bold", "yellow"),
    "note": ("bold", "blue"),
    "ok": ("green",),
}
_INDENT: Final = "         "


def findings_lines(findings: Iterable[Finding], style: Style) -> Iterator[str]:
    """Findings with their next step, the worst level first."""
    found = list(findings)
    for level in WORST_FIRST:
        for finding in (each for each in found if each.level == level):
            yield from finding_lines(finding, style)


def reasons_once(findings: Iterable[Finding]) -> list[Finding]:
    """Findings without a reason, behind the colon, that was given for the same subject before.

    One cause makes several exercises fail.
    """
    first: dict[tuple[str, str, str], Finding] = {}
    for each in findings:
        what, _, reason = each.message.partition(": ")
        first.setdefault((each.level, each.subject, reason or what), each)
    return list(first.values())


def finding_lines(finding: Finding, style: Style) -> Iterator[str]:
    """One finding: level, subject and sentence, then the hint and the command."""
    label, subject = finding.level, f"{printable(finding.subject)}: " if finding.subject else ""
    indent = _INDENT if style.wide else "  "
    first, *rest = style.labelled(label, subject + printable(finding.message), indent)
    shown = first[len(label) :].replace(subject, style.paint(subject, "bold"), 1)
    yield f"{style.paint(label, *COLORS[finding.level])}{shown}"
    yield from rest
    yield from remedy_lines(finding, style, indent)


def remedy_lines(
    finding: Finding, style: Style, indent: str, *, text: bool = True
) -> Iterator[str]:
    """The remedy of a finding: its sentence, unless it was said, and its command."""
    if finding.remedy.text and text:
        hint = f"hint: {finding.remedy.text}"
        yield from style.marked(hint, "hint:", ("cyan",), indent, indent)
    if finding.command:
        yield from style.command(finding.command, indent)


def tally(findings: Iterable[Finding]) -> str:
    """How many findings of each level, the worst first: `2 errors, 1 note`."""
    found = [finding.level for finding in findings]
    levels: tuple[Level, ...] = WORST_FIRST
    return ", ".join(counted(found.count(level), level) for level in levels if level in found)
