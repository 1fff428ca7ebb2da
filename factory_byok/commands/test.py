"""byok test: chats with a model exactly as droid will, and says what works and what does not."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from factory_byok.commands.consent import project_agreed
from factory_byok.commands.options import EndpointOption, ProjectOption, QuietOption, TimeoutOption
from factory_byok.screens.answer import Answer

if TYPE_CHECKING:
    from factory_byok.core.findings import Status
    from factory_byok.screens.style import Style


def run(
    entries: Annotated[
        list[str] | None, typer.Argument(help="Ids, names or models; all entries without.")
    ] = None,
    only: Annotated[
        str,
        typer.Option(
            "--only", metavar="NAMES", help="chat, stream, tools, window, speed, by commas."
        ),
    ] = "",
    window_tokens: Annotated[
        int | None,
        typer.Option("--window-tokens", min=1000, help="How large a window to prove, in tokens."),
    ] = None,
    load_timeout: Annotated[
        float | None, typer.Option("--load-timeout", min=1, help="Seconds for a model to load.")
    ] = None,
    repeat: Annotated[
        int, typer.Option("--repeat", min=1, max=100, help="Run everything so often.")
    ] = 1,
    droid: Annotated[
        bool, typer.Option("--droid", help="Also let the installed droid take one turn.")
    ] = False,
    cheap: Annotated[
        bool,
        typer.Option("--cheap", help="Send no request of droid's full size where tokens cost."),
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Let warnings fail too.")] = False,
    project: ProjectOption = False,
    slow_first_request: Annotated[
        float | None,
        typer.Option("--slow-first-request", min=1, help="Seconds from which too_slow fires."),
    ] = None,
    slow_tokens: Annotated[
        float | None,
        typer.Option("--slow-tokens", min=0.1, help="Tokens/s below which too_slow fires."),
    ] = None,
    endpoint: EndpointOption = "",
    timeout: TimeoutOption = 2.0,
    quiet: QuietOption = False,
) -> Answer:
    """Chat with a model exactly as droid will.

    Sends droid's kind of requests through the entry's own base URL, dialect, key and headers, and
    fails where `droid exec` would; what droid ends well in spite of is a warning. A word that
    names no entry is taken for a model of the server, without any entry.
    """
    from factory_byok.core.units import Tokens
    from factory_byok.core.world import World
    from factory_byok.screens.progress import progress_on
    from factory_byok.workflows.exercise_entries import Proof, prove
    from factory_byok.workflows.next_step import after_test

    names = tuple(name.strip() for name in only.split(",") if name.strip())
    proof = Proof(
        names=names,
        window_tokens=Tokens(window_tokens) if window_tokens else None,
        load=load_timeout,
        repeat=repeat,
        droid=droid,
        cheap=cheap,
        project=project_agreed(yes=project),
        slow_first_request=slow_first_request,
        slow_tokens_per_second=slow_tokens,
        endpoint=endpoint,
        timeout=timeout,
    )
    proven = prove(World.real(), entries or [], proof, progress=progress_on(quiet=quiet))
    results = proven.results
    failed = any(result.status == "failed" for result in results)

    def words(style: "Style") -> Iterable[str]:
        from factory_byok.screens.exercises import exercise_lines
        from factory_byok.screens.findings import findings_lines, reasons_once

        yield from exercise_lines(results, style)
        if proven.findings:
            yield ""
            yield from findings_lines(reasons_once(proven.findings), style)

    data = {"results": results, "interrupted": proven.interrupted}
    status: Status = "error" if failed else "warning" if proven.findings else "ok"
    return Answer(
        data,
        words,
        proven.findings,
        status,
        interrupted=proven.interrupted,
        strict=strict,
        next=after_test(results, proven.findings, proven.entries),
    )
