"""byok window: the window each model really gets, who decides it, and a larger one."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from factory_byok.commands.consent import agreed
from factory_byok.commands.options import (
    DryRunOption,
    EndpointOption,
    QuietOption,
    TimeoutOption,
    YesOption,
)
from factory_byok.core.errors import UsageError
from factory_byok.screens.answer import Answer

if TYPE_CHECKING:
    from factory_byok.core.actions import SetServerWindow
    from factory_byok.core.findings import Status
    from factory_byok.core.world import World
    from factory_byok.screens.style import Style
    from factory_byok.workflows.model_copy import Derivation
    from factory_byok.workflows.server_setting import Setting
    from factory_byok.workflows.windows import Row, Seen, Target, Wanted


def run(
    model: Annotated[
        str, typer.Argument(help="A model or an entry; all that entries use without.")
    ] = "",
    load: Annotated[
        bool, typer.Option("--load", help="Load the models, so that the window is measured.")
    ] = False,
    set_to: Annotated[
        int | None, typer.Option("--set", metavar="N", min=256, help="Give the model N tokens.")
    ] = None,
    server: Annotated[
        bool, typer.Option("--server", help="With --set: for all models, by the server's setting.")
    ] = False,
    name: Annotated[
        str, typer.Option("--name", help="With --set: the name of the copy with that window.")
    ] = "",
    yes: YesOption = False,
    dry_run: DryRunOption = False,
    endpoint: EndpointOption = "",
    timeout: TimeoutOption = 2.0,
    quiet: QuietOption = False,
) -> Answer:
    """Show the window that each model really gets, and who decides it.

    --set N makes a copy of the model that has this window (no download, no restart) and lets
    droid's entries use it; with --server it changes the server's own setting instead. Either way
    the model is loaded afterwards to see whether it worked.
    """
    from factory_byok.core.units import Tokens
    from factory_byok.core.world import World
    from factory_byok.workflows.windows import Wanted, see, target

    world = World.real()
    wanted = Wanted(model, endpoint, timeout)
    if set_to is None:
        if server or name:
            raise UsageError(
                "`--server` and `--name` go with `--set N`",
                "For example `byok window qwen3:8b --set 32000`",
            )
        return _shown(world, wanted, load=load, quiet=quiet)
    if not model:
        raise UsageError("`--set` needs a model", "For example `byok window qwen3:8b --set 32000`")
    chosen, window = target(world, wanted), Tokens(set_to)
    if server:
        return _whole_server(world, chosen, wanted, window, yes=yes, dry_run=dry_run, quiet=quiet)
    see(world, wanted)
    return _copy(world, chosen, wanted, window, name, yes=yes, dry_run=dry_run, quiet=quiet)


def _shown(world: "World", wanted: "Wanted", *, load: bool, quiet: bool) -> Answer:
    """The table."""
    from factory_byok.screens.progress import progress_on
    from factory_byok.workflows.windows import measured, see

    with progress_on(quiet=quiet).working("Asking the servers"):
        seen = see(world, wanted)
    if load:
        with progress_on(quiet=quiet).working("Measuring", long=True) as say:
            seen = measured(world, seen, wanted, say)

    def words(style: "Style") -> Iterable[str]:
        from factory_byok.screens.window import window_lines

        return window_lines(seen.rows, style)

    from factory_byok.workflows.next_step import after_windows

    nothing = not seen.rows and not any(seen.snap.listed())
    advice = [(row.command, row.model, row.advice) for row in seen.rows]
    step = after_windows(advice, nothing=nothing)
    status: Status = "error" if any(row.load_failed for row in seen.rows) else "ok"
    return Answer({"models": seen.rows}, words, status=status, next=step)


def _copy(
    world: "World", chosen: "Target", wanted: "Wanted", window: int, name: str,
    *, yes: bool, dry_run: bool, quiet: bool,
) -> Answer:  # fmt: skip
    """A copy of the model with the window, put into the entries."""
    from factory_byok.core.units import Tokens
    from factory_byok.screens.progress import progress_on
    from factory_byok.workflows.model_copy import prepare
    from factory_byok.workflows.plan import Plan, do_all

    with progress_on(quiet=quiet).working(f"Asking {chosen.address}"):
        derivation = prepare(world, chosen, Tokens(window), name, timeout=wanted.timeout)
    if not agreed("words", yes=yes, dry_run=dry_run):
        return _copied(derivation, None, window)
    do_all(world, Plan("window", derivation.actions), progress_on(quiet=quiet))
    with progress_on(quiet=quiet).working(f"Loading {derivation.name}", long=True) as say:
        say(f"Loading {derivation.name} to measure its window; this may take minutes")
        after = _after(world, wanted, derivation.name, chosen)
    return _copied(derivation, after, window)


def _copied(derivation: "Derivation", after: "Row | None", window: int) -> Answer:
    """The result of a copy."""
    worked = after is not None and after.window == window and after.basis == "measured"
    data = {
        "model": derivation.name,
        "base": derivation.base,
        "wanted": window,
        "entries": derivation.used_by,
        "already": derivation.already,
        "diff": derivation.files.diff,
        "done": after is not None,
        "worked": worked if after is not None else None,
        "models": [after] if after is not None else [],
    }

    def words(style: "Style") -> Iterable[str]:
        from factory_byok.screens.window import copied_lines

        return copied_lines(derivation, after, style)

    from factory_byok.workflows.next_step import after_window_set

    step = after_window_set(
        derivation.name, used=bool(derivation.used_by), worked=None if after is None else worked
    )
    status: Status = "ok" if after is None or worked else "error"
    return Answer(data, words, status=status, next=step)


def _after(world: "World", wanted: "Wanted", model: str, chosen: "Target") -> "Row":
    """The model's row after loading it; a failed load is told in it."""
    from dataclasses import replace

    from factory_byok.workflows.windows import measured, see

    again = replace(wanted, model=model, endpoint=str(chosen.address))
    seen: Seen = measured(world, see(world, again), again, lambda text: None)
    return seen.rows[0]


def _whole_server(
    world: "World", chosen: "Target", wanted: "Wanted", window: int,
    *, yes: bool, dry_run: bool, quiet: bool,
) -> Answer:  # fmt: skip
    """The server's own setting, asked for before anything is restarted."""
    from dataclasses import replace

    from factory_byok.core.actions import SetServerWindow
    from factory_byok.core.units import Tokens
    from factory_byok.screens.progress import progress_on
    from factory_byok.workflows.asked_server import server_at
    from factory_byok.workflows.plan import Plan, do_all
    from factory_byok.workflows.server_setting import plan
    from factory_byok.workflows.windows import see

    progress = progress_on(quiet=quiet)
    with progress.working(f"Asking {chosen.address}"):
        seen = see(world, replace(wanted, model=chosen.model, endpoint=str(chosen.address)))
    server = server_at(seen.snap, chosen.address)
    setting = plan(world, seen.snap, server, chosen.address, Tokens(window))
    action = SetServerWindow(chosen.model, Tokens(window), str(chosen.address))

    def shown(style: "Style") -> Iterable[str]:
        from factory_byok.screens.window import step_lines

        return step_lines(setting, action, style)

    if not setting.steps or not agreed(
        "nobody", shown, yes=yes, dry_run=dry_run, by_hand=setting.by_hand
    ):
        return _told(setting, action, None)
    do_all(world, Plan("window", (action,)), progress)
    with progress.working(f"Loading {chosen.model}", long=True) as say:
        say(f"Loading {chosen.model} to measure its window; this may take minutes")
        after = _after(world, wanted, chosen.model, chosen)
    return _told(replace(setting, done=True), action, after)


def _told(setting: "Setting", action: "SetServerWindow", after: "Row | None") -> Answer:
    """The result of the server's setting."""
    # a model that ends before the wanted window gets all that it has
    least = min(setting.window, after.longest_window or setting.window) if after else 0
    worked = after is not None and (after.window or 0) >= least
    data = {
        "endpoint": str(setting.address),
        "wanted": setting.window,
        "by_hand": setting.by_hand,
        "commands": [list(step.command) for step in setting.steps],
        "done": setting.done,
        "worked": worked if after is not None else None,
        "models": [after] if after is not None else [],
    }

    def words(style: "Style") -> Iterable[str]:
        from factory_byok.screens.window import setting_lines

        return setting_lines(setting, action, after, style)

    from factory_byok.workflows.next_step import after_window_set

    model = after.model if after is not None else ""
    step = after_window_set(model, used=True, worked=None if after is None else worked)
    status: Status = "ok" if after is None or worked else "error"
    return Answer(data, words, status=status, next=step)
