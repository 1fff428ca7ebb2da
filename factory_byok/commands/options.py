"""Options that several verbs share, so that they read the same everywhere."""

from typing import Annotated, Final, Literal

import typer


def _remember(context: typer.Context, value: bool) -> bool:
    """Lets a verb know of `--json`, which otherwise only the CLI reads."""
    context.meta[JSON] = value
    return value


JSON: Final = "byok.json"  # the key in a context's `meta`
JsonOption = Annotated[
    bool, typer.Option("--json", callback=_remember, help="Print the result as JSON.")
]
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
    typer.Option(
        "--timeout", metavar="SECONDS", min=0.1, max=60, help="For each server, in total."
    ),
]
