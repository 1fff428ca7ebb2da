"""One cause on the screen: level, sentence, check, whom it concerns, what follows, the remedy."""

from collections.abc import Iterator
from typing import Final

from factory_byok.core.findings import Finding
from factory_byok.core.words import MOST_NAMED, and_more, shorten_home
from factory_byok.diagnosis.causes import Cause, blanked, nameless
from factory_byok.screens.findings import COLORS, remedy_lines
from factory_byok.screens.style import Style, printable

INDENT: Final = "            "
SIGNS: Final = {"error": ("✗", "x"), "warning": ("!", "!"), "note": ("i", "i")}

MOST_SHOWN: Final = 200  # places or repairs: nobody reads more on a screen


def cause_lines(cause: Cause, style: Style, *, verbose: bool = False) -> Iterator[str]:
    """One cause: level, sentence, check; whom it concerns, what follows, and the remedy."""
    code, indent = f"[{cause.check}]", _indent(style)
    label = f"  {style.sign(*SIGNS[cause.level])} {cause.level}"
    first, *rest = style.labelled(label, printable(f"{cause.message} {code}"), indent)
    yield style.paint(label, *COLORS[cause.level]) + _dim_code(first[len(label) :], code, style)
    yield from (_dim_code(line, code, style) for line in rest)
    named = (cause.place.endpoint, cause.place.model)  # by the heading
    told = cause.message
    affected = [s for s in cause.subjects if s not in named and blanked(told, s) == told]
    if affected:
        names = and_more([shorten_home(each) for each in affected])
        yield from _soft(f"affects: {names}", style)
    if cause.follows and not verbose:
        codes = dict.fromkeys(each.check for each in cause.follows)
        yield from _soft(f"causes: {', '.join(codes)}", style)
    for each in cause.follows if verbose else ():
        yield from _soft(f"causes: {each.subject}: {each.message}", style)
    yield from _remedies(cause, style)


def _indent(style: Style) -> str:
    """What stands before the lines under the first one."""
    return INDENT if style.wide else "    "


def _dim_code(line: str, code: str, style: Style) -> str:
    """A line with the check's code dim."""
    return line.replace(code, style.paint(code, "dim"), 1)


def _soft(text: str, style: Style) -> Iterator[str]:
    """A dim line under a cause."""
    for line in style.wrapped(printable(text), _indent(style), _indent(style) + "  "):
        yield style.paint(line, "dim")


def _remedies(cause: Cause, style: Style) -> Iterator[str]:
    """What to do, each sentence and command once."""
    hints: set[str] = set()
    commands: set[tuple[str, ...]] = set()
    told: list[tuple[Finding, bool]] = []
    for finding in cause.findings:
        hint = nameless(finding.remedy.text, finding, cause.place)
        if hint not in hints or (finding.command and finding.command not in commands):
            told.append((finding, hint not in hints))
        hints.add(hint)
        commands.add(finding.command)
    for finding, text in told[:MOST_NAMED]:
        yield from remedy_lines(finding, style, _indent(style), text=text)
    if len(told) > MOST_NAMED:
        yield from _soft(f"and {len(told) - MOST_NAMED:,} more like these (--json has all)", style)
