"""Results of exercises, one line each."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final

from factory_byok.core.facts import Exercise, Json
from factory_byok.core.units import show_seconds
from factory_byok.core.words import counted
from factory_byok.screens.style import Style, printable

COLORS: Final = {"passed": "green", "warning": "yellow", "failed": "red", "skipped": "dim"}
_COUNTED: Final = {
    "passed": "passed", "warning": "with a warning", "failed": "failed", "skipped": "skipped",
}  # fmt: skip


def exercise_lines(results: Sequence[Exercise], style: Style) -> Iterator[str]:
    """All results, under the entry that each belongs to, and the count."""
    for entry, group in groupby(results, key=lambda result: (result.entry, result.model)):
        id_, model = printable(entry[0]), printable(entry[1])
        yield f"{style.paint(id_, 'bold')}  {model}" if id_ else style.paint(model, "bold")
        for result in group:
            yield from exercise_line(result, style)
        yield ""
    yield ", ".join(
        f"{sum(result.status == status for result in results)} {word}"
        for status, word in _COUNTED.items()
        if any(result.status == status for result in results)
    ) or counted(0, "result")


def exercise_line(result: Exercise, style: Style) -> Iterator[str]:
    """One result: what, how it ended, and why or how well."""
    label = f"  {result.exercise.ljust(7)} {result.status}"
    words = printable(result_words(result))
    first, *rest = style.labelled(label, words, " " * 19 if style.wide else "    ")
    status = style.paint(result.status, COLORS[result.status])
    yield first.replace(result.status, status, 1).rstrip()
    yield from rest


def result_words(result: Exercise) -> str:
    """Why a result is what it is, or how well it went."""
    return result.reason or _numbers(result.evidence)


def _numbers(evidence: Mapping[str, Json]) -> str:
    """The numbers of a result that passed."""
    parts = []
    for name, words in (
        ("first_token_seconds", "first token after {}"),
        ("tokens_per_second", "{} tokens/s"),
        ("seconds", "{} in all"),
    ):
        value = evidence.get(name)
        if isinstance(value, int | float) and value:
            shown = f"{value:,.1f}" if name == "tokens_per_second" else show_seconds(value)
            parts.append(words.format(shown))
    return ", ".join(parts)
