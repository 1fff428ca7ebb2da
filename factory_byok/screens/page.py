"""Explanations on the screen: a check, the index of all, a page of the documentation."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final

from factory_byok.screens.style import UNBOUNDED, Style

_CELL: Final = re.compile(r"(?<!\\)\|")  # between two cells of a table


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
    yield from style.marked(f"{name}: {text}", name, ("bold",), hanging="  ")


def page_lines(text: str, style: Style) -> Iterator[str]:
    """A page: drawn by rich on a terminal, as Markdown elsewhere."""
    if style.width >= UNBOUNDED:
        yield from text.rstrip().splitlines()
        return
    from rich.markdown import Markdown

    for table, lines in groupby(text.rstrip().splitlines(), key=lambda line: line.startswith("|")):
        if table:
            yield from _table(list(lines), style)
        else:
            yield from style.drawn(Markdown("\n".join(lines), hyperlinks=False))
        yield ""


def _table(lines: Sequence[str], style: Style) -> list[str]:
    """A table of Markdown; where it is too wide, each row's cells stand under its first one."""
    heads, _, *rows = ([_plain(cell) for cell in _CELL.split(line)[1:-1]] for line in lines)
    return style.table(heads, [[(first, "bold"), *rest] for first, *rest in rows])


def _plain(cell: str) -> str:
    """A cell without the marks of Markdown."""
    return cell.strip().replace("`", "").replace("\\|", "|").replace("**", "")
