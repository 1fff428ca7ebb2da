"""The doctor's screen: what was seen, what is wrong by model and server, and the count."""

from collections.abc import Iterator, Sequence
from typing import Final

from factory_byok.core.facts import Exercise, Known, Server, Snapshot, Unknown
from factory_byok.core.findings import WORST_FIRST, Finding, Outcome, Report
from factory_byok.core.words import MOST_NAMED, and_more, lower_first, shorten_home
from factory_byok.diagnosis.causes import Cause, Place, causes, count, grouped, nameless
from factory_byok.screens.findings import COLORS, remedy_lines
from factory_byok.screens.machine import machine_rows
from factory_byok.screens.ollama import ollama_phrase
from factory_byok.screens.recommendation import recommendation_rows
from factory_byok.screens.style import Style, printable
from factory_byok.screens.words import counted
from factory_byok.sizing.recommendation import Recommendation

INDENT: Final = "            "
SIGNS: Final = {"error": ("✗", "x"), "warning": ("!", "!"), "note": ("i", "i")}
MARKS: Final = {
    "passed": ("✓", "+"), "warning": ("!", "!"), "failed": ("✗", "x"), "skipped": ("-", "-"),
}  # fmt: skip
MARK_COLORS: Final = {"passed": "green", "warning": "yellow", "failed": "red", "skipped": "dim"}


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
    name = f"Ollama {server.version}" if server.is_ollama else "OpenAI-compatible"
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
    for group in grouped(snap, report, also=results):
        yield _heading(group.place, style)
        if group.place in results:
            yield _ticks(results[group.place], style)
        for cause in group.causes:
            yield from cause_lines(cause, style, verbose=verbose)
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


def cause_lines(cause: Cause, style: Style, *, verbose: bool = False) -> Iterator[str]:
    """One cause: level, sentence, check; whom it concerns, what follows, and the remedy."""
    sign = style.sign(*SIGNS[cause.level])
    label = f"  {sign} {cause.level}".ljust(len(INDENT))
    code = f"[{cause.check.replace('_', '-')}]"
    first, *rest = style.wrapped(printable(f"{cause.message} {code}"), INDENT)
    yield style.paint(label, *COLORS[cause.level]) + _dim_code(first[len(INDENT) :], code, style)
    yield from (_dim_code(line, code, style) for line in rest)
    named = (cause.place.endpoint, cause.place.model)  # by the heading
    concerned = [each for each in cause.subjects if each not in named and each not in cause.message]
    if concerned:
        names = and_more([shorten_home(each) for each in concerned])
        yield from _soft(f"concerns: {names}", style)
    if cause.follows and not verbose:
        codes = dict.fromkeys(each.check.replace("_", "-") for each in cause.follows)
        yield from _soft(f"brings with it: {', '.join(codes)}", style)
    for each in cause.follows if verbose else ():
        yield from _soft(f"brings with it: {each.subject}: {each.message}", style)
    yield from _remedies(cause, style)


def _dim_code(line: str, code: str, style: Style) -> str:
    """A line with the check's code dim."""
    return line.replace(code, style.paint(code, "dim"), 1)


def _soft(text: str, style: Style) -> Iterator[str]:
    """A dim line under a cause."""
    for line in style.wrapped(printable(text), INDENT, INDENT + "  "):
        yield style.paint(line, "dim")


def _remedies(cause: Cause, style: Style) -> Iterator[str]:
    """What to do, each sentence and command once."""
    hints: set[str] = set()
    commands: set[tuple[str, ...]] = set()
    told: list[tuple[Finding, bool]] = []
    for finding in cause.findings:
        hint = nameless(finding.remedy.text, finding, cause.place)
        if hint not in hints or (finding.command and finding.command not in commands):
            told.append((finding, hint not in hints))
        hints.add(hint)
        commands.add(finding.command)
    for finding, text in told[:MOST_NAMED]:
        yield from remedy_lines(finding, style, INDENT, text=text)
    if len(told) > MOST_NAMED:
        yield from _soft(f"and {len(told) - MOST_NAMED:,} more like these (--json has all)", style)


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
    return f"{style.paint(sign, MARK_COLORS[result.status])} {result.exercise}{number}"


# --- the count -----------------------------------------------------------------------------------


def _unjudged(report: Report, style: Style, *, verbose: bool) -> Iterator[str]:
    """Checks that crashed or could judge only a part; with `verbose` the skipped and passed too."""
    for outcome in report.outcomes:
        told = verbose or outcome.status == "crashed"
        if outcome.reason and told:
            word = "judged in part" if outcome.findings else outcome.status
            yield from style.wrapped(f"{_name(outcome)} {word}: {outcome.reason}", "", "  ")
    if verbose:
        passed = [_name(each) for each in report.outcomes if each.status == "ok"]
        yield from style.wrapped(f"passed: {', '.join(passed)}", "", "  ")


def _name(outcome: Outcome) -> str:
    """A check by the name that `byok explain` takes."""
    return outcome.check.replace("_", "-")


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
