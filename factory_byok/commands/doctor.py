"""byok doctor: looks at machine, files, servers, models and droid, and says what to do."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from factory_byok.answer import Answer
from factory_byok.commands.options import EndpointOption, QuietOption, TimeoutOption

if TYPE_CHECKING:
    from factory_byok.render.style import Style


def run(
    from_file: Annotated[
        Path | None, typer.Option("--from", metavar="FILE", help="Judge a saved snapshot instead.")
    ] = None,
    deep: Annotated[
        bool, typer.Option("--deep", help="Also load and exercise each configured model.")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Let warnings fail too.")] = False,
    endpoint: EndpointOption = "",
    timeout: TimeoutOption = 2.0,
    quiet: QuietOption = False,
) -> Answer:
    """Look at the machine, droid's settings files, servers and models, and say what is wrong.

    Spends no tokens, loads no model and writes no file, unless --deep asks for it.
    """
    from factory_byok.address import parse_endpoint
    from factory_byok.collect import Ask, collect
    from factory_byok.doctor import examine
    from factory_byok.recommend import as_json, recommend
    from factory_byok.render.progress import working
    from factory_byok.replay import read_snapshot
    from factory_byok.world import World

    interrupted = False
    if from_file is not None:
        snap = read_snapshot(from_file)
    else:
        ask = Ask(endpoint=parse_endpoint(endpoint) if endpoint else None, timeout=timeout)
        world = World.real()
        with working("Looking at the machine, the settings and the servers", quiet=quiet):
            snap = collect(world, ask)
        if deep:
            from factory_byok.proving import deepened

            snap, interrupted = deepened(world, snap, ask, quiet=quiet)
    report = examine(snap)
    recommendation = recommend(snap.machine)

    def words(style: "Style") -> Iterable[str]:
        from factory_byok.render.doctor import doctor_lines

        return doctor_lines(snap, report, recommendation, style)

    data = {
        "outcomes": report.outcomes,
        "machine": snap.machine,
        "recommendation": as_json(recommendation),
        "results": snap.exercises,
    }
    return Answer(data, words, report.findings, report.status, strict, interrupted)
