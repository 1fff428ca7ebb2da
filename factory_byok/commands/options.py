"""Options that several verbs share, so that they read the same everywhere."""

from typing import Annotated, Literal

import typer

JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
ColorOption = Annotated[
    Literal["auto", "always", "never"],
    typer.Option("--color", help="When to use colour.", show_choices=True),
]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing about progress.")]
EndpointOption = Annotated[
    str,
    typer.Option(
        "--endpoint",
        metavar="URL",
        help="Server root or base URL; else OLLAMA_HOST, else http://localhost:11434.",
    ),
]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Show the change, write nothing.")]
TimeoutOption = Annotated[
    float,
    typer.Option("--timeout", min=0.1, max=60, help="Seconds for each server, in total."),
]
