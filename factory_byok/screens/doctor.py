"""The doctor's screen: what was seen, what is wrong, and the count."""

from collections.abc import Iterator

from factory_byok.core.facts import Known, Server, Snapshot, Unknown
from factory_byok.core.findings import Outcome, Report
from factory_byok.core.words import shorten_home
from factory_byok.screens.findings import findings_lines, tally
from factory_byok.screens.machine import machine_rows
from factory_byok.screens.ollama import ollama_phrase
from factory_byok.screens.recommendation import recommendation_rows
from factory_byok.screens.style import Style
from factory_byok.screens.words import columns, counted
from factory_byok.sizing.recommendation import Recommendation


def doctor_lines(
    snap: Snapshot, report: Report, recommendation: Recommendation, style: Style
) -> Iterator[str]:
    """The whole screen."""
    yield from columns(seen_rows(snap, recommendation), style)
    yield ""
    if report.findings:
        yield from findings_lines(report.findings, style)
        yield ""
    yield from _skipped(report, style)
    yield _summary(report, style)


def seen_rows(snap: Snapshot, recommendation: Recommendation) -> Iterator[tuple[str, str]]:
    """What was seen, a name and a sentence each."""
    yield from machine_rows(snap.machine)
    yield from recommendation_rows(recommendation)
    yield "Ollama", ollama_phrase(snap.ollama)
    yield "droid", _droid(snap)
    yield from _settings(snap)
    for endpoint, reading in snap.servers.items():
        yield "Server", f"{endpoint}: {_server(reading)}"


def _droid(snap: Snapshot) -> str:
    """The installed droid."""
    droid = snap.droid
    if isinstance(droid, Unknown):
        return "not on PATH" if droid.kind == "absent" else f"not known: {droid.why}"
    version = droid.value.version
    return f"{version.value if isinstance(version, Known) else 'version unknown'}"


def _settings(snap: Snapshot) -> Iterator[tuple[str, str]]:
    """Each file that exists, and how many entries droid takes from it."""
    for file in snap.files:
        if file.fate == "absent":
            continue
        listed = sum(entry.file == file.path for entry in snap.listed())
        told = "rejected" if file.fate == "rejected" else f"{counted(listed, 'entry')} listed"
        yield "Settings", f"{shorten_home(file.path)}: {told}"


def _server(reading: Known[Server] | Unknown) -> str:
    """Who answers at an endpoint, and with how much."""
    if isinstance(reading, Unknown):
        return f"no usable answer ({reading.why[:1].lower()}{reading.why[1:]})"
    server = reading.value
    name = f"Ollama {server.version}" if server.provider == "ollama" else "OpenAI-compatible"
    if isinstance(server.models, Unknown):
        return f"{name}, models not known: {server.models.why}"
    models = counted(len(server.models.value), "model")
    loaded = server.loaded
    if not isinstance(loaded, Known) or not loaded.value:
        return f"{name}, {models}"
    return f"{name}, {models}, loaded: {', '.join(each.name for each in loaded.value)}"


def _skipped(report: Report, style: Style) -> Iterator[str]:
    """Checks that could not judge, or judged only a part, and why."""
    for outcome in report.outcomes:
        if outcome.reason:
            word = "partly judged" if outcome.findings else outcome.status
            yield from style.wrapped(f"{_name(outcome)} {word}: {outcome.reason}", "", "  ")


def _name(outcome: Outcome) -> str:
    """A check by the name that `byok explain` takes."""
    return outcome.check.replace("_", "-")


def _summary(report: Report, style: Style) -> str:
    """The last line."""
    passed = sum(outcome.status == "ok" for outcome in report.outcomes)
    skipped = sum(outcome.status == "skipped" for outcome in report.outcomes)
    tail = f"{counted(passed, 'check')} found nothing wrong"
    tail += f", {skipped} skipped" if skipped else ""
    if not report.findings:
        sign = style.sign("✓ ", "")
        return style.paint(f"{sign}Nothing is wrong", "bold", "green") + f": {tail}"
    return f"{style.paint(tally(report.findings), 'bold')}; {tail}"
