"""byok snapshot: all facts as JSON without secrets, for a bug report or a replay."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from factory_byok.commands.options import EndpointOption, QuietOption, TimeoutOption
from factory_byok.screens.answer import Answer

if TYPE_CHECKING:
    from factory_byok.screens.style import Style


def run(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write it to a file.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Write over a file that is there.")
    ] = False,
    endpoint: EndpointOption = "",
    timeout: TimeoutOption = 2.0,
    quiet: QuietOption = False,
) -> Answer:
    """Print all facts as JSON, with keys and names of the user removed.

    `byok doctor --from FILE` judges it again, on any machine.
    """
    from factory_byok.core.addresses import parse_endpoint
    from factory_byok.core.serialization import to_json
    from factory_byok.core.world import World
    from factory_byok.diagnosis.collect import Ask, collect
    from factory_byok.reports.output_file import write_report
    from factory_byok.reports.redaction import redacted
    from factory_byok.screens.progress import progress_on
    from factory_byok.workflows.next_step import run as run_next

    world = World.real()
    where = parse_endpoint(endpoint) if endpoint else None
    with progress_on(quiet=quiet).working("Looking at everything"):
        snap = collect(world, Ask(endpoint=where, timeout=timeout, whole_cpu=True))
    body = to_json(redacted(snap, world))
    if output is not None:
        write_report(output, json.dumps(body, indent=2) + "\n", force=force)

    def words(style: "Style") -> Iterable[str]:
        yield f"Wrote {output}" if output else json.dumps(body, indent=2)

    replay = run_next("byok", "doctor", "--from", str(output or "FILE"), why="judges it again")
    return Answer(body, words, next=replay, document=output is None)
