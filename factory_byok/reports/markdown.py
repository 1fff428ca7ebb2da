"""A report as Markdown, to be pasted into an issue: nothing in it mentions or links by accident."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from factory_byok.core.units import show_bytes, show_seconds
from factory_byok.core.words import counted
from factory_byok.exercises.projection import FIRST_REQUEST
from factory_byok.reports.page import MEASURE, Page, Row, Told
from factory_byok.reports.page_memory import MemoryOf, parts, shared_notes
from factory_byok.screens.exercises import result_words
from factory_byok.screens.recommendation import PLACES
from factory_byok.screens.style import printable

SIGNS: Final = {"error": "❌", "warning": "⚠️", "note": "ℹ️"}
_ACTIVE: Final = re.compile(r"([\\*_\[\]<>~|$])")
_REFERENCE: Final = re.compile(r"([@#])(?=\w)|\b(GH-)(?=\d)", re.IGNORECASE)


def markdown_lines(page: Page) -> Iterator[str]:
    """The whole report."""
    yield f"## byok report: {page.headline}"
    yield ""
    yield from table(("", ""), page.versions)
    yield from _findings(page)
    yield from _entries(page)
    yield from _memory(page.memory)
    yield from _speed(page)
    yield from _folded("This machine", page.seen)
    yield from _folded("Not judged", page.gaps)
    yield (
        f"Taken at {page.taken_at}. {counted(page.passed, 'check')} passed. Keys, "
        "logins, names of the user and of the machine, the home folder and private addresses have "
        "been taken out."
    )


def text(words: str) -> str:
    """Text that stays what it is: no markup, no mention, no reference; code stays code."""
    flat = " ".join(printable(words).split())
    parts = re.split(r"`([^`]+)`", flat)
    return "".join(code(part) if at % 2 else _inert(part) for at, part in enumerate(parts))


def code(words: str) -> str:
    """A literal in backticks, more of them than it has itself."""
    flat = " ".join(printable(words).split())
    longest = max((len(run) for run in re.findall("`+", flat)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if flat.startswith("`") or flat.endswith("`") else ""
    return f"{fence}{pad}{flat}{pad}{fence}" if flat else ""


def _inert(words: str) -> str:
    """Plain words without anything that GitHub would act on; a bare URL may become a link."""
    quiet = _ACTIVE.sub(r"\\\1", words.replace("&", "&amp;"))
    return _REFERENCE.sub(lambda found: f"{found[0]}<!-- -->", quiet).replace("`", "\\`")


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A table of texts, and an empty line."""
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(_cell(cell) for cell in row)} |"
    yield ""


def _cell(words: str) -> str:
    """A text in a table, where a bar ends the cell even inside code."""
    return re.sub(r"(?<!\\)\|", r"\\|", text(words))


def _fenced(words: str) -> Iterator[str]:
    """A block of code whose fence is longer than any inside."""
    longest = max((len(run) for run in re.findall("`{3,}", words)), default=2)
    fence = "`" * (longest + 1)
    yield f"  {fence}sh"
    yield from (f"  {line}" for line in printable(words).splitlines())
    yield f"  {fence}"


def _findings(page: Page) -> Iterator[str]:
    """Every finding with its next step."""
    if not page.findings:
        return
    yield "### What to do"
    yield ""
    for each in page.findings:
        yield from _finding(each)
        yield ""


def _finding(told: Told) -> Iterator[str]:
    """One finding as an item of a list."""
    subject = f" {text(told.subject)}:" if told.subject else ""
    yield f"- {SIGNS[told.level]} **{told.level}**{subject} {text(told.message)} (`{told.check}`)"
    if told.brings:
        yield ""
        yield f"  Causes: {text(told.brings)}"
    if told.hint:
        yield ""
        yield f"  {text(told.hint)}"
    if told.command:
        yield ""
        yield from _fenced(told.command)


def _entries(page: Page) -> Iterator[str]:
    """Every entry as droid sees it."""
    yield "### Models in droid"
    yield ""
    if not page.entries:
        yield "droid has no custom model."
        yield ""
        return
    names = ("Model", "Base URL", "Window", "Output limit", "File")
    rows = []
    for card in page.entries:
        told = dict(card.rows)
        fate = f"{card.fate}: {told['Why']}" if "Why" in told else card.fate
        rows.append((card.name, fate, *(told.get(name, "") for name in names)))
    yield from table(("Entry", "droid", *names), rows)


def _memory(models: Sequence[MemoryOf]) -> Iterator[str]:
    """The memory that each model needs at each window."""
    yield "### Memory"
    yield ""
    rows = [
        (
            f"`{each.model}`",
            f"{bar.window:,}",
            *(show_bytes(size) for size in parts(bar)),
            show_bytes(bar.need.total),
            PLACES[bar.where],
        )
        for each in models
        for bar in each.bars
    ]
    if rows:
        heads = ("Model", "Window", "Weights", "KV cache", "Compute", "Overhead", "Sum", "Where")
        yield from table(heads, rows)
    for each in models:
        for words in _free(each):
            yield f"- {code(each.model)}: {words}"
    for names, note in shared_notes(tuple(models)):
        about = ", ".join(code(name) for name in names)
        yield f"- {about}{': ' if about else ''}{text(note)}"
    yield ""


def _free(each: MemoryOf) -> Iterator[str]:
    """What is free for a model."""
    if each.on_gpu is not None:
        both = f", {show_bytes(each.together)} with system memory" if each.together else ""
        yield f"{show_bytes(each.on_gpu)} free on the GPU{both}"
    elif each.together is not None:
        yield f"{show_bytes(each.together)} of memory available, no GPU"


def _speed(page: Page) -> Iterator[str]:
    """The speed of what was exercised, or how to measure it, and what was tried."""
    yield "### Speed"
    yield ""
    if page.speeds:
        request = f"droid's first request ({FIRST_REQUEST:,} tokens)"
        heads = ("Model", "First token", "Writing", request, "Basis")
        rows = [
            (
                f"`{each.model}`",
                show_seconds(each.first_token) if each.first_token is not None else "",
                f"{each.writing:.1f} tokens/s" if each.writing is not None else "",
                show_seconds(each.first_request) if each.first_request is not None else "",
                each.basis,
            )
            for each in page.speeds
        ]
        yield from table(heads, rows)
    else:
        yield f"Not measured. `{MEASURE}.md` does."
        yield ""
    if page.tried:
        told = [(f"`{e.model}`", e.exercise, e.status, result_words(e)) for e in page.tried]
        yield from table(("Model", "Exercise", "Result", "Why or how well"), told)


def _folded(title: str, rows: Sequence[Row]) -> Iterator[str]:
    """A table that is closed until someone opens it."""
    if rows:
        yield f"<details><summary>{title}</summary>"
        yield ""
        yield from table(("", ""), rows)
        yield "</details>"
        yield ""
