"""What is wrong with a model here, as findings: too large, no tool calls, a window too small."""

from collections.abc import Iterator
from typing import Final

from factory_byok.core.actions import by_command
from factory_byok.core.facts import Known
from factory_byok.core.findings import Finding, Level, Remedy
from factory_byok.core.requirements import FLOOR, SMALLEST
from factory_byok.core.units import Tokens, show_bytes, show_parameters, show_tokens
from factory_byok.sizing.fitting.one import Fit

Told = tuple[Level, str, Remedy]
LIST: Final = Remedy("See which models fit here", by_command(("byok", "fit")))


def findings_of(found: Fit, asked: Tokens | None) -> tuple[Finding, ...]:
    """What to say beside the sum; `asked` is the window that the user named, None for none."""
    name = found.candidate.name
    told = (*_window(found, asked), *_size(found), *_memory(found))
    return tuple(Finding(level, name, text, remedy) for level, text, remedy in told)


def _window(found: Fit, asked: Tokens | None) -> Iterator[Told]:
    """A window that was cut, or that is too small for droid."""
    longest = found.candidate.shape.longest_window
    if asked and asked > found.asked.window:
        text = (
            f"{show_tokens(asked)} are more than its longest window: {show_tokens(longest)} taken"
        )
        yield "note", text, Remedy()
    if longest and longest < FLOOR:
        text = f"Its longest window is {show_tokens(longest)}; droid needs {show_tokens(FLOOR)}"
        yield "warning", text, LIST


def _size(found: Fit) -> Iterator[Told]:
    """Fewer parameters than Factory's page advises."""
    count = found.candidate.shape.parameters
    if 0 < count < SMALLEST:
        yield (
            "warning",
            f"It has {show_parameters(count)} parameters; below {show_parameters(SMALLEST)} models "
            "do markedly worse at agentic coding",
            LIST,
        )


def _memory(found: Fit) -> Iterator[Told]:
    """A demand that nothing here holds."""
    if found.here.where != "nowhere" or found.here.placed is None:
        return
    largest = found.largest_in_memory
    smaller = largest.value if isinstance(largest, Known) else 0
    text = f"It does not fit here: {show_bytes(found.here.placed.missing)} of memory are missing"
    if smaller:
        text += f" for {show_tokens(found.asked.window)}; {show_tokens(smaller)} would fit"
    yield "warning", text, LIST
