"""Options that several verbs share, so that they read the same everywhere."""

import os
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
DROID_VERSION_VERBS: Final = ("doctor", "list", "add", "remove", "set", "apply")


def _pin(value: str | None) -> str | None:
    """Remembers pinned versions where `World.real()` finds them. Raises for what is none."""
    if not value:
        return None
    from factory_byok.core.errors import UsageError
    from factory_byok.core.world import DROID_VERSION
    from factory_byok.droid.rules import is_version

    wrong = [each for each in value.replace(",", " ").split() if not is_version(each)]
    if wrong:
        raise UsageError(f"`{wrong[0]}` is not a version of droid", "Versions look like 0.225.2")
    os.environ[DROID_VERSION] = value
    return value


DroidVersionOption = Annotated[
    str | None,
    typer.Option(
        "--droid-version",
        metavar="V[,V]",
        callback=_pin,
        envvar="BYOK_DROID_VERSION",
        show_envvar=False,
        help="Prepare for this droid; else the installed one, else the newest known.",
    ),
]
ColorOption = Annotated[
    Literal["auto", "always", "never"] | None,
    typer.Option("--color", help="When to use colour; else on a terminal.", show_choices=True),
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
AllOption = Annotated[
    bool, typer.Option("--all", help="Add every chat model of the server that droid lacks.")
]
PruneOption = Annotated[
    bool, typer.Option("--prune", help="Remove the entries whose model is gone at the server.")
]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")]
ProjectOption = Annotated[
    bool, typer.Option("--project", help="Also try entries of this project's own file.")
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Show the change, write nothing.")]
TimeoutOption = Annotated[
    float,
    typer.Option(
        "--timeout", metavar="SECONDS", min=0.1, max=60, help="For each server, in total."
    ),
]
