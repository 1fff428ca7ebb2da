"""What a report page says, as plain data that can be redacted whole before any format writes it."""

import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from shlex import join

from factory_byok import __version__
from factory_byok.core.facts import (
    Entry,
    Exercise,
    Known,
    Snapshot,
    Unknown,
)
from factory_byok.core.findings import WORST_FIRST, Level, Report, Status
from factory_byok.core.words import and_more, counted, shorten_home
from factory_byok.diagnosis.causes import Cause, causes, count
from factory_byok.reports.page_memory import MemoryOf, memory_of
from factory_byok.screens.doctor import seen_rows
from factory_byok.sizing.recommendation import Recommendation
from factory_byok.version import MEASURED_DROID, MEASURED_OLLAMA

MEASURE = "byok doctor --deep --output report"


@dataclass(frozen=True, slots=True)
class Told:
    """One finding with the check that made it and its next step as text."""

    level: Level
    check: str
    subject: str
    message: str
    hint: str = ""
    command: str = ""
    brings: str = ""


Row = tuple[str, str]  # a name and what is said about it


@dataclass(frozen=True, slots=True)
class Card:
    """One entry: how droid names it, what becomes of it, and its fields."""

    name: str
    fate: str
    rows: tuple[Row, ...]
    broken: bool = False


@dataclass(frozen=True, slots=True)
class SpeedOf:
    """How fast one model is: seconds and tokens per second, None for what was not measured."""

    model: str
    first_token: float | None
    writing: float | None
    first_request: float | None
    basis: str


@dataclass(frozen=True, slots=True)
class Page:
    """A whole report; `gaps` are checks that could not judge, `passed` counts those found well."""

    taken_at: str
    status: Status
    headline: str
    versions: tuple[Row, ...]
    seen: tuple[Row, ...]
    entries: tuple[Card, ...]
    findings: tuple[Told, ...]
    gaps: tuple[Row, ...]
    passed: int
    memory: tuple[MemoryOf, ...]
    tried: tuple[Exercise, ...]
    speeds: tuple[SpeedOf, ...]


def make_page(snap: Snapshot, report: Report, advice: Recommendation) -> Page:
    """The page of one snapshot, its findings with the worst first; nothing is redacted yet."""
    found = causes(snap, report)
    told = list(_told(found))
    broken = _broken(snap, report)
    return Page(
        taken_at=snap.taken_at,
        status=report.status,
        headline=_headline(found),
        versions=tuple(_versions(snap)),
        seen=tuple(seen_rows(snap, advice)),
        entries=tuple(
            _card(each, snap, broken.get(each.id, "") if each.fate == "listed" else "")
            for each in snap.entries
        ),
        findings=tuple(sorted(told, key=lambda each: WORST_FIRST.index(each.level))),
        gaps=tuple(
            (each.check, f"{'partly judged' if each.findings else each.status}: {each.reason}")
            for each in report.outcomes
            if each.reason
        ),
        passed=sum(each.status == "ok" for each in report.outcomes),
        memory=memory_of(snap, advice),
        tried=snap.exercises,
        speeds=tuple(_speeds(snap.exercises)),
    )


def _headline(found: Sequence[Cause]) -> str:
    """How many causes of each level, the worst first."""
    counts = [(count(found, level), level) for level in WORST_FIRST]
    return ", ".join(counted(number, level) for number, level in counts if number) or (
        "All checks passed"
    )


def _told(found: Sequence[Cause]) -> Iterator[Told]:
    """Every cause once, with what it brings with it."""
    for cause in found:
        first = cause.findings[0]
        codes = dict.fromkeys(each.check for each in cause.follows)
        commands = dict.fromkeys(join(each.command) for each in cause.findings if each.command)
        yield Told(
            cause.level,
            cause.check,
            and_more(cause.subjects),
            cause.message,
            first.remedy.text,
            "\n".join(commands),
            ", ".join(codes),
        )


def _broken(snap: Snapshot, report: Report) -> dict[str, str]:
    """Why an entry that droid lists does not work, by its id: the first error about it."""
    errors = [each for each in report.findings if each.level == "error"]
    first = {each.subject: (-place, each.check) for place, each in reversed([*enumerate(errors)])}
    found = {}
    for entry in snap.listed():
        about = [first[each] for each in (entry.id, entry.label, entry.endpoint) if each in first]
        if about:
            found[entry.id] = max(about)[1]
    return found


def _versions(snap: Snapshot) -> Iterator[Row]:
    """The versions that a reader of a bug report asks for first."""
    yield "byok", __version__
    yield "Python", platform.python_version()
    rules = snap.droid_rules or MEASURED_DROID
    yield "droid", f"{_droid(snap)} (entries judged by the rules of {rules})"
    for endpoint, reading in snap.servers.items():
        if isinstance(reading, Known) and reading.value.is_ollama:
            version = reading.value.version or "version unknown"
            text = f"{version} at {endpoint} (byok was measured with {MEASURED_OLLAMA})"
            yield "Ollama", text


def _droid(snap: Snapshot) -> str:
    """The installed droid's version."""
    if isinstance(snap.droid, Unknown):
        return "not on PATH" if snap.droid.kind == "absent" else "not known"
    version = snap.droid.value.version
    return version.value if isinstance(version, Known) else "version unknown"


def _card(entry: Entry, snap: Snapshot, broken: str) -> Card:
    """One entry with what a reader needs to judge it; never its key."""
    limit = f"{entry.max_output:,} tokens" if entry.max_output is not None else "droid's default"
    rows = [
        ("Id", entry.id),
        ("Model", entry.model),
        ("Base URL", entry.base_url),
        ("Dialect", entry.dialect),
        ("Window", _window(entry, snap)),
        ("Output limit", limit),
        ("File", shorten_home(entry.file)),
        ("Why", entry.reason),
        ("Does not work", broken),
    ]
    return Card(entry.label, entry.fate, tuple(row for row in rows if row[1]), bool(broken))


def _window(entry: Entry, snap: Snapshot) -> str:
    """The window of the entry's model with its basis; empty when there is none to tell."""
    reading = snap.servers.get(entry.endpoint)
    model = reading.value.model(entry.model) if isinstance(reading, Known) else None
    if model is None:
        return ""
    if isinstance(model.window, Unknown):
        return f"not known: {model.window.why}"
    window = model.window.value
    by = f": {window.decided_by}" if window.decided_by else ""
    return f"{window.tokens:,} tokens ({window.basis}{by})"


# --- speed ---------------------------------------------------------------------------------------


def _speeds(exercises: Sequence[Exercise]) -> Iterator[SpeedOf]:
    """One for each model that was measured; the exercise `speed` knows more than `stream`."""
    for name in dict.fromkeys(each.model for each in exercises):
        done = {each.exercise: each for each in exercises if each.model == name}
        speed, stream = done.get("speed"), done.get("stream")
        found = SpeedOf(
            model=name,
            first_token=_number("first_token_seconds", speed, stream),
            writing=_number("tokens_per_second", speed, stream),
            first_request=_number("first_request_seconds", speed),
            basis=str(speed.evidence.get("basis", "")) if speed else "",
        )
        if any((found.first_token, found.writing, found.first_request)):
            yield found


def _number(name: str, *exercises: Exercise | None) -> float | None:
    """A number from the first exercise whose evidence has it."""
    for done in exercises:
        value = done.evidence.get(name) if done else None
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
    return None
