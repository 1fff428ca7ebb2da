"""The doctor's screen: what was seen, what is wrong by model and server, and the count."""

from collections.abc import Iterator, Sequence
from typing import Final

from factory_byok.core.facts import Exercise, Known, Server, Snapshot, Unknown
from factory_byok.core.findings import WORST_FIRST, Report
from factory_byok.core.words import counted, lower_first, shorten_home
from factory_byok.diagnosis.causes import Place, causes, count, grouped
from factory_byok.providers import PROVIDERS
from factory_byok.screens.causes import MOST_SHOWN, cause_lines
from factory_byok.screens.exercises import COLORS
from factory_byok.screens.machine import machine_rows, ollama_phrase
from factory_byok.screens.recommendation import recommendation_rows
from factory_byok.screens.style import Style, printable
from factory_byok.sizing.recommendation import Recommendation

MARKS: Final = {
    "passed": ("✓", "+"), "warning": ("!", "!"), "failed": ("✗", "x"), "skipped": ("-", "-"),
}  # fmt: skip


def doctor_lines(
    snap: Snapshot,
    report: Report,
    recommendation: Recommendation,
    style: Style,
    *,
    verbose: bool = False,
) -> Iterator[str]:
    """The whole screen; `verbose` shows what follows from a cause and every check too."""
    yield from style.columns(list(seen_rows(snap, recommendation)))
    yield ""
    yield from _groups(snap, report, style, verbose=verbose)
    yield from _unjudged(report, style, verbose=verbose)
    yield _summary(snap, report, style)


# --- what was seen -------------------------------------------------------------------------------


def seen_rows(snap: Snapshot, recommendation: Recommendation) -> Iterator[tuple[str, str]]:
    """What was seen, a name and a sentence each."""
    yield from machine_rows(snap.machine)
    yield from recommendation_rows(recommendation)
    yield "Ollama", ollama_phrase(snap.ollama)
    yield "droid", _droid(snap)
    yield from _settings(snap)
    for endpoint, reading in snap.servers.items():
        yield "Server", f"{endpoint}: {server_phrase(reading)}"


def _droid(snap: Snapshot) -> str:
    """The installed droid, and whose rules the entries were judged by where that is another."""
    droid = snap.droid
    if isinstance(droid, Unknown):
        told = "not installed (no `droid` on PATH)" if droid.kind == "absent" else droid.why
    else:
        version = droid.value.version
        told = version.value if isinstance(version, Known) else "version unknown"
    rules = snap.droid_rules
    return told if told == rules or not rules else f"{told}; entries judged as {rules} reads them"


def _settings(snap: Snapshot) -> Iterator[tuple[str, str]]:
    """Each file that exists, and how many entries droid takes from it."""
    for file in snap.files:
        if file.fate == "absent":
            continue
        listed = sum(entry.file == file.path for entry in snap.listed())
        told = "rejected" if file.fate == "rejected" else f"{counted(listed, 'entry')} listed"
        yield "Settings", f"{shorten_home(file.path)}: {told}"


def server_phrase(reading: Known[Server] | Unknown) -> str:
    """Who answers at an endpoint, and with how much."""
    if isinstance(reading, Unknown):
        return f"no usable answer ({lower_first(reading.why)})"
    server = reading.value
    name = f"{PROVIDERS[server.provider].title} {server.version}".rstrip()
    if isinstance(server.models, Unknown):
        return f"{name}, models not known: {server.models.why}"
    models = counted(len(server.models.value), "model")
    loaded = server.loaded
    if not isinstance(loaded, Known) or not loaded.value:
        return f"{name}, {models}"
    return f"{name}, {models}, loaded: {', '.join(each.name for each in loaded.value)}"


# --- what is wrong -------------------------------------------------------------------------------


def _groups(snap: Snapshot, report: Report, style: Style, *, verbose: bool) -> Iterator[str]:
    """Every place with its causes and exercises, a blank line after each."""
    results = _results(snap)
    groups = list(grouped(snap, report, also=results))
    for group in groups if verbose else groups[:MOST_SHOWN]:
        yield _heading(group.place, style)
        if group.place in results:
            yield _ticks(results[group.place], style)
        for cause in group.causes if verbose else group.causes[:MOST_SHOWN]:
            yield from cause_lines(cause, style, verbose=verbose)
        if len(group.causes) > MOST_SHOWN and not verbose:
            yield f"  … and {len(group.causes) - MOST_SHOWN:,} more here; `--verbose` shows all"
        yield ""
    if len(groups) > MOST_SHOWN and not verbose:
        yield f"… and {len(groups) - MOST_SHOWN:,} places more; `--verbose` shows all"
        yield ""


def _heading(place: Place, style: Style) -> str:
    """A place in words."""
    where = place.endpoint.partition("://")[2] or place.endpoint
    told = {
        "files": "droid's settings",
        "machine": "This machine",
        "server": f"Server {where}",
        "model": f"{place.model} at {where}",
    }
    return style.paint(printable(told[place.kind]), "bold")


# --- exercises -----------------------------------------------------------------------------------


def _results(snap: Snapshot) -> dict[Place, list[Exercise]]:
    """The exercises of each model that an entry uses."""
    found: dict[Place, list[Exercise]] = {}
    for entry in snap.listed():
        results = [each for each in snap.exercises if each.entry == entry.id]
        if results:
            found.setdefault(Place("model", entry.endpoint, entry.model), results)
    return found


def _ticks(results: Sequence[Exercise], style: Style) -> str:
    """`✓ chat  ✓ stream  ✓ tools  ✓ window 32,000  ✓ speed 12.3 tokens/s`."""
    return "  " + "  ".join(_tick(each, style) for each in results)


def _tick(result: Exercise, style: Style) -> str:
    """One exercise."""
    proven = result.evidence.get("proven_window")
    number = f" {proven:,}" if isinstance(proven, int) and proven else ""
    speed = result.evidence.get("tokens_per_second")
    if result.exercise == "speed" and isinstance(speed, int | float):
        number = f" {speed:,.{0 if speed >= 100 else 1}f} tokens/s"
    sign = style.sign(*MARKS[result.status])
    return f"{style.paint(sign, COLORS[result.status])} {result.exercise}{number}"


# --- the count -----------------------------------------------------------------------------------


def _unjudged(report: Report, style: Style, *, verbose: bool) -> Iterator[str]:
    """Checks that crashed or could judge only a part; with `verbose` the skipped and passed too."""
    for outcome in report.outcomes:
        told = verbose or outcome.status == "crashed"
        if outcome.reason and told:
            word = "judged in part" if outcome.findings else outcome.status
            yield from style.wrapped(f"{outcome.check} {word}: {outcome.reason}", "", "  ")
    if verbose:
        passed = [each.check for each in report.outcomes if each.status == "ok"]
        yield from style.wrapped(f"passed: {', '.join(passed)}", "", "  ")


def _summary(snap: Snapshot, report: Report, style: Style) -> str:
    """The count of causes and checks."""
    passed = sum(outcome.status == "ok" for outcome in report.outcomes)
    skipped = sum(outcome.status == "skipped" for outcome in report.outcomes)
    tail = f"; {skipped} skipped (--verbose says why)" if skipped else ""
    if not report.findings and not any(snap.listed()):
        return f"droid has no entry of yours yet; {passed} of {len(report.outcomes)} checks passed"
    if not report.findings:
        sign = style.sign("✓ ", "")
        all_of = "All" if not skipped else f"{passed} of"
        return style.paint(f"{sign}{all_of} {len(report.outcomes)} checks passed", "green") + tail
    found = causes(snap, report)
    counts = [(count(found, level), level) for level in WORST_FIRST]
    told = ", ".join(counted(number, level) for number, level in counts if number)
    return f"{style.paint(told, 'bold')}; {passed} of {len(report.outcomes)} checks passed{tail}"
