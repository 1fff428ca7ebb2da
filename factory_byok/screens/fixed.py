"""What `byok fix` did, would do, and cannot do."""

from collections.abc import Iterator, Sequence

from factory_byok.core.findings import Finding
from factory_byok.screens.diff import diff_lines
from factory_byok.screens.findings import findings_lines
from factory_byok.screens.style import Style, printable
from factory_byok.screens.words import counted
from factory_byok.workflows.fix import Repair


def fixed_lines(
    repair: Repair, remaining: Sequence[Finding], diff: str, style: Style, *, written: bool
) -> Iterator[str]:
    """The difference, each repair, then what is still wrong."""
    yield from diff_lines(diff, style)
    for edit in repair.modes:
        yield f"chmod {int(str(edit.value)):o} {edit.file}"
    word = "repaired" if written else "would repair"
    for code, finding in repair.repaired:
        sign = style.paint(word, "bold", "green" if written else "yellow")
        yield from style.wrapped(printable(f"{code}: {finding.subject}: {finding.message}"), "  ")
        yield f"    {sign}"
    for code, why in repair.refused:
        yield from style.wrapped(printable(f"{code} left alone: {why}"), "", "  ")
    if not repair.changes:
        yield "There is nothing that byok can repair by itself"
    elif written:
        yield f"{counted(len(repair.repaired), 'repair')} written; `byok undo` takes them back"
    else:
        yield "Nothing was written"
    if remaining and (written or not repair.changes):
        yield ""
        yield style.paint("Still wrong:", "bold")
        yield from findings_lines(remaining, style)
