"""byok completion: the script that lets a shell complete byok's words, and where to put it."""

import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast, get_args

import typer

from factory_byok.answer import Answer

if TYPE_CHECKING:
    from factory_byok.render.style import Style
    from factory_byok.world import World

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
    from factory_byok.completion import script
    from factory_byok.world import World

    world = World.real()
    chosen = shell or _of_environment(world)
    place, changed = _install(world, chosen, script(chosen)) if install else (None, [])

    def words(style: "Style") -> Iterable[str]:
        if not install:
            yield script(chosen).rstrip("\n")
        elif changed:
            yield from (f"Wrote {each}" for each in changed)
            yield f"A new {chosen} completes byok's words"
        else:
            yield f"Completion for {chosen} is in {place} already; nothing was changed"

    data = {
        "shell": chosen,
        "script": script(chosen),
        "installed": str(place) if place else None,
        "changed": [str(each) for each in changed],
    }
    return Answer(data, words)


def _of_environment(world: "World") -> Shell:
    """The user's shell. Raises UsageError when it is none of ours."""
    from factory_byok.errors import UsageError

    name = Path(world.env.get("SHELL", "")).name
    for shell in get_args(Shell):
        if name == shell:
            return cast(Shell, shell)
    raise UsageError("Which shell is not known", "Say `byok completion bash`, zsh or fish")


def _install(world: "World", shell: Shell, text: str) -> tuple[Path, list[Path]]:
    """The script's place and the files that were changed. Raises ByokError."""
    from factory_byok.errors import ByokError

    place, start = _places(world, shell)
    changed = []
    try:
        if not place.exists() or place.read_text("utf-8") != text:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, "utf-8")
            changed.append(place)
        line = f"source {shlex.quote(str(place))}  # byok completion"
        if start and line not in _read(start).splitlines():
            with start.open("a", encoding="utf-8") as file:
                file.write(f"{'' if _read(start)[-1:] in ('', chr(10)) else chr(10)}{line}\n")
            changed.append(start)
    except OSError as error:
        raise ByokError(f"{error.filename} could not be written: {error.strerror}") from None
    return place, changed


def _places(world: "World", shell: Shell) -> tuple[Path, Path | None]:
    """Where the script goes, and the start file that must name it (fish needs none)."""
    home, env = world.user_home, world.env
    if shell == "fish":
        config = Path(env.get("XDG_CONFIG_HOME") or home / ".config")
        return config / "fish/completions/byok.fish", None
    place = Path(env.get("XDG_DATA_HOME") or home / ".local/share") / f"byok/completion.{shell}"
    if shell == "bash":
        return place, home / ".bashrc"
    return place, Path(env.get("ZDOTDIR") or home) / ".zshrc"


def _read(path: Path) -> str:
    """The text of a start file; empty when there is none."""
    return path.read_text("utf-8", "surrogateescape") if path.exists() else ""
