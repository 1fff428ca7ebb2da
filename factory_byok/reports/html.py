"""A report as one HTML file that needs nothing else: no script, no network, light and dark."""

import re
from collections.abc import Iterable, Iterator
from html import escape
from typing import Final

from factory_byok.core.units import show_bytes
from factory_byok.core.words import counted
from factory_byok.reports.html_style import CSS
from factory_byok.reports.page import MEASURE, Card, Page, Row, Told
from factory_byok.reports.page_memory import MemoryOf, parts, shared_notes
from factory_byok.reports.pictures import (
    PART_NAMES,
    PARTS,
    memory_picture,
    speed_picture,
    speed_story,
    swatch,
)
from factory_byok.screens.exercises import result_words
from factory_byok.screens.recommendation import PLACES
from factory_byok.screens.style import printable
from factory_byok.sizing.fitting.one import AtWindow

SIGNS: Final = {"error": "✗ error", "warning": "! warning", "note": "i note", "ok": "✓ ok"}
FATES: Final = {"listed": "ok", "shadowed": "warning", "dropped": "error"}
PAGES: Final = (r"docs\.factory\.ai", r"(?:docs\.)?ollama\.com", r"github\.com/ollama")
POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
HEAD: Final = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
"""


def html_lines(page: Page) -> Iterator[str]:
    """The whole file."""
    yield f"{HEAD}<title>byok report: {_plain(page.headline)}</title>"
    yield f"<style>{CSS}</style>\n</head>\n<body>\n<main>"
    yield from _header(page)
    yield from _findings(page)
    yield from _memory(page.memory)
    yield from _speed(page)
    yield from _entries(page.entries)
    for title, rows in (
        ("This machine", page.seen),
        ("Not judged", page.gaps),
        ("Versions", page.versions),
    ):
        if rows:
            yield f'<section>\n<h2>{title}</h2>\n<div class="card">{_list(rows)}</div>\n</section>'
    yield (
        "<footer>Keys, logins, the names of the user and of the machine, the home folder and "
        "private addresses have been taken out. This file loads nothing and runs nothing."
        "</footer>\n</main>\n</body>\n</html>"
    )


def _plain(text: str) -> str:
    """Text as HTML."""
    return escape(printable(text))


def prose(text: str) -> str:
    """A sentence as HTML, with what stands between backticks as code."""
    parts = re.split(r"`([^`]+)`", printable(text))
    return "".join(
        f"<code>{escape(part)}</code>" if at % 2 else _linked(part) for at, part in enumerate(parts)
    )


def _linked(text: str) -> str:
    """Text with the pages that byok itself names as links; any other address stays text."""
    parts = re.split(rf"(https://(?:{'|'.join(PAGES)})/[\w./#?=-]*\w)", text)
    return "".join(
        f'<a href="{escape(part)}">{escape(part)}</a>' if at % 2 else escape(part)
        for at, part in enumerate(parts)
    )


def _list(rows: Iterable[Row]) -> str:
    """Names and what is said about them."""
    items = "".join(f"<dt>{_plain(name)}</dt><dd>{prose(text)}</dd>" for name, text in rows)
    return f"<dl>{items}</dl>"


def _header(page: Page) -> Iterator[str]:
    """What it came to, and when."""
    yield f'<header class="status {page.status}">'
    yield f'<p class="eyebrow">byok report, {_plain(page.taken_at)}</p>'
    yield f"<h1>{_plain(page.headline)}</h1>"
    yield f'<p class="lead">{counted(page.passed, "check")} passed</p>'
    yield "</header>"


# --- findings ------------------------------------------------------------------------------------


def _findings(page: Page) -> Iterator[str]:
    """Every finding with its next step."""
    if page.findings:
        yield "<section>\n<h2>What to do</h2>"
        yield from (_finding(each) for each in page.findings)
        yield "</section>"


def _finding(told: Told) -> str:
    """One finding."""
    subject = f"<h3>{_plain(told.subject)}</h3>" if told.subject else ""
    hint = f'<p class="hint">{prose(told.hint)}</p>' if told.hint else ""
    command = f"<pre><code>{_plain(told.command)}</code></pre>" if told.command else ""
    brings = f'<p class="hint">Causes: {_plain(told.brings)}</p>' if told.brings else ""
    return (
        f'<article class="card finding {told.level}"><div class="top">'
        f'<span class="level">{SIGNS[told.level]}</span>{subject}'
        f'<span class="check mono">{_plain(told.check)}</span></div>'
        f"<p>{prose(told.message)}</p>{brings}{hint}{command}</article>"
    )


# --- pictures ------------------------------------------------------------------------------------


def _memory(models: tuple[MemoryOf, ...]) -> Iterator[str]:
    """The memory bars, the numbers behind them, and what to know about them."""
    yield '<section>\n<h2>Memory</h2>\n<div class="card">'
    if any(each.bars for each in models):
        legend = "".join(
            f"<li>{swatch(part)} {name}</li>" for part, name in zip(PARTS, PART_NAMES, strict=True)
        )
        yield f"<figure>{memory_picture(models)}"
        yield f'<figcaption><ul class="legend">{legend}</ul></figcaption></figure>'
    notes = "".join(_note(names, note) for names, note in shared_notes(models))
    yield f'<ul class="notes">{notes}</ul>' if notes else ""
    yield from _numbers(models)
    yield "</div>\n</section>"


def _note(names: tuple[str, ...], note: str) -> str:
    """What to know about some models."""
    about = ", ".join(f"<code>{_plain(name)}</code>" for name in names)
    return f"<li>{about}{': ' if about else ''}{prose(note)}</li>"


def _numbers(models: tuple[MemoryOf, ...]) -> Iterator[str]:
    """The same as tables."""
    tables = [
        _table(("Window", "Parts", "Sum", "Where"), map(_number_cells, each.bars), each.model)
        for each in models
        if each.bars
    ]
    if tables:
        yield f"<details><summary>The numbers</summary>{''.join(tables)}</details>"


def _number_cells(bar: AtWindow) -> tuple[str, ...]:
    """One window's numbers."""
    told = zip(PART_NAMES, parts(bar), strict=True)
    sizes = ", ".join(f"{name} {show_bytes(size)}" for name, size in told)
    return f"{bar.window:,}", sizes, show_bytes(bar.need.total), PLACES[bar.where]


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]], caption: str = "") -> str:
    """A table of sentences."""
    named = f"<caption>{_plain(caption)}</caption>" if caption else ""
    head = "".join(f'<th scope="col">{each}</th>' for each in heads)
    cells = ("".join(f"<td>{prose(cell)}</td>" for cell in row) for row in rows)
    body = "".join(f"<tr>{each}</tr>" for each in cells)
    return f"<table>{named}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _speed(page: Page) -> Iterator[str]:
    """The speed of what was exercised, or how to measure it."""
    yield '<section>\n<h2>Speed</h2>\n<div class="card">'
    if page.speeds:
        yield f"<figure>{speed_picture(page.speeds)}<figcaption>"
        told = "".join(f"<li>{prose(speed_story(each))}</li>" for each in page.speeds)
        yield f'<details><summary>In words</summary><ul class="notes">{told}</ul></details>'
        yield "</figcaption></figure>"
    else:
        yield "<p>No speed was measured. This measures it:</p>"
        yield f"<pre><code>{MEASURE}.html</code></pre>"
    if page.tried:
        rows = (
            (each.model, each.exercise, ": ".join(filter(None, (each.status, result_words(each)))))
            for each in page.tried
        )
        table = _table(("Model", "Exercise", "Result"), rows)
        yield f"<details><summary>What was tried</summary>{table}</details>"
    yield "</div>\n</section>"


# --- what was seen -------------------------------------------------------------------------------


def _entries(cards: tuple[Card, ...]) -> Iterator[str]:
    """Every entry as droid sees it."""
    yield "<section>\n<h2>Models in droid</h2>"
    if not cards:
        yield '<div class="card"><p>droid has no custom model</p></div>'
    for card in cards:
        kind = "error" if card.broken else FATES.get(card.fate, "note")
        fate = f'<span class="level {kind}">{_plain(card.fate)}</span>'
        yield f'<article class="card"><h3>{_plain(card.name)} {fate}</h3>'
        yield f"{_list(card.rows)}</article>"
    yield "</section>"
