"""byok explain: what a check means, why, and what to do."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from factory_byok.screens.answer import Answer

if TYPE_CHECKING:
    from factory_byok.screens.style import Style


def run(
    topic: Annotated[
        str, typer.Argument(help="A check's code or a page; all of them without.")
    ] = "",
) -> Answer:
    """Explain a check (what it means, why, what to do) or show a page of the documentation.

    Without a word every check and page stands on one line; `byok doctor` names those that fired.
    """
    from factory_byok.workflows.explanations import TOPICS, known_topic

    wanted = known_topic(topic) if topic else ""
    return _page(wanted) if wanted in TOPICS else _checks(wanted)


def _page(topic: str) -> Answer:
    """One page: drawn on a terminal, as it is elsewhere."""
    from factory_byok.workflows.explanations import read_page
    from factory_byok.workflows.next_step import run as run_next

    text = read_page(topic)

    def words(style: "Style") -> Iterable[str]:
        from factory_byok.screens.page import page_lines

        return page_lines(text, style)

    data = {"topic": topic, "text": text}
    return Answer(data, words, next=run_next("byok", "explain"), document=True)


def _checks(code: str) -> Answer:
    """One check in full, or every check and page on a line."""
    from factory_byok.workflows.explanations import TOPICS, explained
    from factory_byok.workflows.next_step import run as run_next

    rows = explained(code)

    def words(style: "Style") -> Iterable[str]:
        from factory_byok.screens.page import check_lines, index_lines

        return check_lines(rows[0], style) if code else index_lines(rows, TOPICS, style)

    data = {"checks": rows, **({} if code else {"topics": list(TOPICS)})}
    following = run_next("byok", "doctor") if code else run_next("byok", "explain", "CHECK")
    return Answer(data, words, next=following)
