"""A unified diff in colour."""

from collections.abc import Iterator

from factory_byok.screens.style import Style, printable


def diff_lines(diff: str, style: Style) -> Iterator[str]:
    """The lines of a diff: what goes red, what comes green, places dim."""
    for line in diff.splitlines():
        if line.startswith(("+++", "---")):
            yield style.paint(printable(line), "bold")
        elif line.startswith("@@"):
            yield style.paint(printable(line), "cyan")
        elif line.startswith("+"):
            yield style.paint(printable(line), "green")
        elif line.startswith("-"):
            yield style.paint(printable(line), "red")
        else:
            yield printable(line)
