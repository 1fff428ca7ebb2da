"""byok completion: the script that lets a shell complete byok's words, and where to put it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from factory_byok.screens.answer import Answer

if TYPE_CHECKING:
    from factory_byok.screens.style import Style

Shell = Literal["bash", "zsh", "fish"]


def run(
    shell: Annotated[
        Shell | None, typer.Argument(help="bash, zsh or fish; else the one that SHELL names.")
    ] = None,
    install: Annotated[
        bool, typer.Option("--install", help="Put it where the shell finds it from now on.")
    ] = False,
) -> Answer:
    """Print the script that completes verbs, options, entries, models and checks.

    For this session: `source <(byok completion bash)`, in fish `byok completion fish | source`.
    For good: `byok completion --install`.
    """
    from factory_byok.core.words import shorten_home
    from factory_byok.core.world import World
    from factory_byok.workflows import shell_completion
    from factory_byok.workflows.next_step import NextStep
    from factory_byok.workflows.next_step import run as run_next

    world = World.real()
    chosen = shell or shell_completion.shell_of_environment(world)
    script = shell_completion.script(chosen)
    place, changed = shell_completion.install(world, chosen, script) if install else (None, [])

    def words(style: "Style") -> Iterable[str]:
        if not install:
            yield script.rstrip("\n")
        elif changed:
            yield from (f"Wrote {shorten_home(str(each))}" for each in changed)
            yield f"A new {chosen} completes byok's words"
        else:
            where = shorten_home(str(place))
            yield f"Completion for {chosen} is in {where} already; nothing was changed"

    data = {
        "shell": chosen,
        "script": script,
        "installed": str(place) if place else None,
        "changed": [str(each) for each in changed],
    }
    following = (
        NextStep(f"open a new {chosen}, type `byok ` and press Tab")
        if install
        else run_next("byok", "completion", chosen, "--install", why="for good")
    )
    return Answer(data, words, next=following, document=not install)
