"""The line that ends every verb: the next step."""

from collections.abc import Iterator
from shlex import join

from factory_byok.screens.style import Style, printable
from factory_byok.workflows.next_step import NextStep


def next_lines(step: NextStep, style: Style) -> Iterator[str]:
    """`Next: byok fix (repairs 13 of 15)`, its command bold."""
    text = printable(step.text.replace("→", style.sign("→", "->")))
    label = style.paint(f"{step.label}:", "bold", "green" if step.ready else "cyan")
    words = printable(join(step.command))
    if len(f"{step.label}: {words}") > style.width:
        yield label
        yield from style.command(step.command)
        yield from style.wrapped(text.removeprefix(words).strip(), "  ") if text != words else ()
        return
    first, *rest = style.wrapped(f"{step.label}: {text}", "", "  ")
    shown = first.removeprefix(f"{step.label}:")
    if step.command and words in shown:
        shown = shown.replace(words, style.paint(words, "bold"), 1)
    yield f"{label}{shown}"
    yield from rest
