"""byok doctor: looks at machine, files, servers, models and droid, and says what to do."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from factory_byok.commands.consent import project_agreed
from factory_byok.commands.options import (
    JSON,
    EndpointOption,
    ProjectOption,
    QuietOption,
    TimeoutOption,
)
from factory_byok.core.errors import UsageError
from factory_byok.screens.answer import Answer

if TYPE_CHECKING:
    from factory_byok.core.facts import Snapshot
    from factory_byok.core.findings import Report
    from factory_byok.screens.style import Style
    from factory_byok.sizing.recommendation import Recommendation

Format = Literal["text", "markdown", "html"]
PAPER: Final = 100  # columns of a text report in a file
ENDINGS: Final[dict[str, Format]] = {
    ".html": "html",
    ".htm": "html",
    ".md": "markdown",
    ".txt": "text",
}


def run(
    context: typer.Context,
    from_file: Annotated[
        Path | None, typer.Option("--from", metavar="FILE", help="Judge a saved snapshot instead.")
    ] = None,
    deep: Annotated[
        bool, typer.Option("--deep", help="Also load and exercise each configured model.")
    ] = False,
    project: ProjectOption = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show every check and what follows from what.")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Let warnings fail too.")] = False,
    form: Annotated[
        Format | None,
        typer.Option("--format", help="The report's format; else by FILE's ending."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write the report to a file."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Write over a file that is there.")
    ] = False,
    open_it: Annotated[bool, typer.Option("--open", help="Open the file afterwards.")] = False,
    endpoint: EndpointOption = "",
    timeout: TimeoutOption = 2.0,
    quiet: QuietOption = False,
) -> Answer:
    """Look at the machine, droid's settings files, servers and models, and say what is wrong.

    Spends no tokens, loads no model and writes no file, unless --deep or --output asks for it.
    `--format markdown` is for an issue, `--format html` for a page with pictures; both leave out
    keys, names of user and machine, the home folder and private addresses.
    """
    from factory_byok.core.addresses import parse_endpoint
    from factory_byok.core.world import World
    from factory_byok.diagnosis.collect import Ask, collect
    from factory_byok.diagnosis.examine import examine
    from factory_byok.diagnosis.recommending import for_snapshot
    from factory_byok.diagnosis.replay import read_snapshot
    from factory_byok.screens.progress import progress_on
    from factory_byok.sizing.recommendation import as_json
    from factory_byok.workflows.known_windows import remember_all
    from factory_byok.workflows.next_step import after_doctor, there

    if from_file is not None and (deep or endpoint):
        told = f"`--from` and `--{'deep' if deep else 'endpoint'}` exclude each other"
        raise UsageError(told, "A saved snapshot is judged as it is, and no server is asked")
    wanted = _wanted(form, output, json=bool(context.meta.get(JSON)), force=force)
    if (open_it or force) and output is None:
        told = "--open" if open_it else "--force"
        raise UsageError(
            f"`{told}` needs a file", f"For example `byok doctor -o report.html {told}`"
        )
    world = World.real()
    interrupted = False
    if from_file is not None:
        snap = read_snapshot(from_file)
    else:
        ask = Ask(endpoint=parse_endpoint(endpoint) if endpoint else None, timeout=timeout)
        with progress_on(quiet=quiet).working(
            "Looking at the machine, the settings and the servers"
        ):
            snap = collect(world, ask)
        if deep:
            from factory_byok.workflows.exercise_entries import deepened

            snap, interrupted = deepened(
                world,
                snap,
                ask,
                progress=progress_on(quiet=quiet),
                project=project_agreed(yes=project),
            )
        remember_all(world, snap)
    report = examine(snap)
    recommendation = for_snapshot(snap)

    def words(style: "Style") -> Iterable[str]:
        if output is None:
            return _lines(wanted, snap, report, recommendation, style, verbose=verbose)
        plain = style._replace(color=False, width=PAPER, unicode=True)
        lines = _lines(wanted, snap, report, recommendation, plain, verbose=verbose)
        return _written(output, wanted, lines, force=force, open_it=open_it)

    data = {
        "outcomes": report.outcomes,
        "machine": snap.machine,
        "recommendation": as_json(recommendation),
        "results": snap.exercises,
    }
    return Answer(
        data,
        words,
        report.findings,
        report.status,
        strict,
        interrupted,
        next=after_doctor(snap, report) if from_file is None else there(after_doctor(snap, report)),
        document=output is None and wanted != "text",
    )


def _wanted(form: Format | None, output: Path | None, *, json: bool, force: bool) -> Format:
    """The format that is meant. Raises UsageError for two answers at once or a taken name."""
    if json and (form or output):
        raise UsageError(
            f"`--json` and `--{'format' if form else 'output'}` exclude each other",
            "The JSON holds everything that the report says",
        )
    if output and not force and (output.exists() or output.is_symlink()):
        from factory_byok.reports.output_file import taken

        raise taken(output)
    if form or output is None:
        return form or "text"
    ending = output.suffix.lower()
    if ending not in ENDINGS:
        told = f"`{ending}` is no ending of a report" if ending else f"{output} has no ending"
        raise UsageError(told, f"Endings are {', '.join(ENDINGS)}; or give `--format`")
    return ENDINGS[ending]


def _lines(
    form: Format,
    snap: "Snapshot",
    report: "Report",
    recommendation: "Recommendation",
    style: "Style",
    *,
    verbose: bool = False,
) -> Iterable[str]:
    """The report in one format."""
    if form == "text":
        from factory_byok.screens.doctor import doctor_lines

        return doctor_lines(snap, report, recommendation, style, verbose=verbose)
    from factory_byok.core.world import World
    from factory_byok.reports.html import html_lines
    from factory_byok.reports.markdown import markdown_lines
    from factory_byok.reports.page import make_page
    from factory_byok.reports.redaction import redacted

    page = redacted(make_page(snap, report, recommendation), World.real())
    return html_lines(page) if form == "html" else markdown_lines(page)


def _written(
    output: Path, form: Format, lines: Iterable[str], *, force: bool, open_it: bool
) -> Iterator[str]:
    """Writes the report to its file and says so."""
    from factory_byok.reports.output_file import open_report, write_report

    write_report(output, "\n".join(lines) + "\n", force=force)
    yield f"Wrote {output} ({form})"
    if open_it:
        yield open_report(output)
