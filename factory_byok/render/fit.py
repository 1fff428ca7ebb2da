"""The machine, and what it can run."""

from collections.abc import Iterator

from factory_byok.facts import Machine
from factory_byok.recommend import Recommendation
from factory_byok.render.machine import machine_rows
from factory_byok.render.recommendation import recommendation_rows, table_lines
from factory_byok.render.style import Style
from factory_byok.render.words import columns


def fit_lines(machine: Machine, found: Recommendation, style: Style) -> Iterator[str]:
    """The whole screen."""
    yield from columns([*machine_rows(machine), *recommendation_rows(found)], style)
    yield ""
    yield from table_lines(found, style)
    yield ""
    for pull in found.pulls:
        yield from style.wrapped(f"{pull.suggestion.model}: {pull.reason}", "", "  ")
