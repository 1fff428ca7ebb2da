"""Explanations on the screen: a check, the index of all, a page of the documentation."""

from collections.abc import Iterator, Mapping, Sequence

from factory_byok.screens.style import UNBOUNDED, Style


def check_lines(row: Mapping[str, str], style: Style) -> Iterator[str]:
    """One check in full."""
    head, _, body = row["text"].partition("\n\n")
    yield from _headed(row["check"], head, style)
    for paragraph in (*filter(None, body.split("\n\n")), f"What to do: {row['what_to_do']}"):
        yield ""
        yield from style.wrapped(paragraph)


def index_lines(
    rows: Sequence[Mapping[str, str]], topics: Mapping[str, str], style: Style
) -> Iterator[str]:
    """Every check, then every page, on a line each."""
    for row in rows:
        first = row["text"].partition("\n\n")[0]
        yield from _headed(row["check"], first, style)
    yield ""
    for topic, line in topics.items():
        yield from _headed(topic, line, style)


def _headed(name: str, text: str, style: Style) -> Iterator[str]:
    """A bold name and its sentence."""
    first, *rest = style.wrapped(f"{name}: {text}", "", "  ")
    yield first.replace(name, style.paint(name, "bold"), 1)
    yield from rest


def page_lines(text: str, style: Style) -> Iterator[str]:
    """A page: drawn by rich on a terminal, as Markdown elsewhere."""
    if style.width >= UNBOUNDED:
        yield from text.rstrip().splitlines()
        return
    from rich.markdown import Markdown

    yield from style.drawn(Markdown(text, hyperlinks=False))
