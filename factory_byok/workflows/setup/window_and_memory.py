"""The middle of the guided path: the model is downloaded, gets its window, and stays in memory."""

from dataclasses import dataclass
from typing import Final

from factory_byok.core.addresses import Address
from factory_byok.core.errors import ByokError
from factory_byok.core.json_fields import count
from factory_byok.core.requirements import FLOOR
from factory_byok.core.units import Bytes, Tokens, show_bytes, show_seconds, show_tokens
from factory_byok.core.words import lower_first
from factory_byok.core.world import World
from factory_byok.diagnosis.advice import set_variable
from factory_byok.exercises.limits import load_deadline
from factory_byok.exercises.loading import resident
from factory_byok.providers.ollama import calls
from factory_byok.workflows import model_copy as deriving
from factory_byok.workflows.known_windows import remember
from factory_byok.workflows.loading import seen_loaded
from factory_byok.workflows.plan import Plan, do_all
from factory_byok.workflows.setup.state import Done, Way
from factory_byok.workflows.setup.steps import copy_there, window_to_set
from factory_byok.workflows.windows import Row, Target, found, row

HOUR: Final = "1h"
LONG: Final = 30 * 60.0  # seconds: a pause that is longer than a coffee
KEEP: Final = f"OLLAMA_KEEP_ALIVE={HOUR}"


def pull(way: Way) -> Done:
    """Downloads the model when the server does not have it; what came stays when it is cut."""
    if way.elsewhere():
        return "skipped", f"{way.elsewhere()} runs it"
    assert way.download is not None  # it was planned
    if way.download.present:
        return "unchanged", f"`{way.model}` is on the server already"
    actions = Plan("setup", (way.download.action,))
    (done,) = do_all(way.world, actions, way.progress, step=way.undo).results
    way.changed()
    return "done", (
        f"downloaded `{way.model}`, {show_bytes(done.fetched)} in {show_seconds(done.seconds)}"
    )


# --- the window ----------------------------------------------------------------------------------


def window(way: Way) -> Done:
    """Gives droid a model with a window of 32,000 tokens or more: a copy, when this one has less.

    Raises ByokError for a window that cannot be.
    """
    if way.elsewhere():
        return "skipped", f"{way.elsewhere()} decides it"
    enough = way.wanted.window or FLOOR
    now = _row(way)
    if now.window is not None and now.window >= enough:
        return "unchanged", f"{show_tokens(now.window)}, {now.basis}"
    copy = existing_copy(way, enough)
    if copy and way.entry is None:
        way.take(way.named, copy)
        return "unchanged", f"`{copy}` is there already"
    aim = window_to_set(way.wanted.window, now.longest_window, now.on_gpu)
    return _copy(way, aim)


def _row(way: Way) -> Row:
    """The model's window; the model is loaded to see it when it is not known or only assumed."""
    first = known_row(way)
    if first is not None:
        return first
    with way.progress.working("Looking at the window", long=True) as say:
        say(f"Loading {way.model} to see its window; this may take minutes")
        return _loaded_row(way, Target(way.model, way.ollama))


def known_row(way: Way) -> Row | None:
    """The model's window as far as it is known without loading the model."""
    server = way.server()
    if server is None or server.model(way.model) is None:
        return None
    first = row(way.look(), *found(way.look(), Target(way.model, way.ollama)))
    return first if first.window is not None and first.basis != "assumed" else None


def _loaded_row(way: Way, here: Target) -> Row:
    """A model's window while it is in memory. Raises ByokError when it cannot be loaded."""

    def look() -> Row:
        way.changed()
        return row(way.look(), *found(way.look(), here))

    http = way.world.http
    seen, _ = seen_loaded(http, way.ollama, here.model, look, lambda it: it.basis == "measured")
    if seen.basis == "measured":
        remember(way.world, {(way.ollama.identity(), here.model): seen.window or 0})
    return seen


def existing_copy(way: Way, enough: Tokens) -> str:
    """A copy with a window that is enough, made by an earlier run."""
    server = way.server()
    return copy_there(server, way.named, enough) if server else ""


def _copy(way: Way, aim: Tokens) -> Done:
    """Makes the copy, lets droid's entries of the model use it, and loads it to measure.

    Raises ByokError when it does not get that window.
    """
    here = Target(way.model, way.ollama)
    with way.progress.working(f"Making a copy of {way.model}", long=True) as say:
        made = deriving.prepare(way.world, here, aim, timeout=way.wanted.timeout)
        do_all(way.world, Plan("setup", made.actions), step=way.undo)
        way.take(way.named, made.name)
        say(f"Loading {made.name} to measure its window; this may take minutes")
        after = _loaded_row(way, Target(made.name, way.ollama))
    if (after.window or 0) < aim:
        raise ByokError(
            f"`{made.name}` was made for {show_tokens(aim)}, but Ollama gives it "
            f"{show_tokens(after.window or 0)} ({after.decided_by or after.why})",
            "See `byok doctor`",
        )
    used = f"; droid's entry uses it: `{made.entries[0].label}`" if made.entries else ""
    return "done", f"`{made.name}` has {show_tokens(aim)}, {after.basis}{used}"


# --- memory --------------------------------------------------------------------------------------
# A request's own `keep_alive` stays with the loaded model: later requests without one, such as all
# on `/v1`, only start the time anew (ollama: server/sched.go, useLoadedRunner). It is gone when
# Ollama restarts, or when the model was pushed out of memory and is loaded again.


@dataclass(frozen=True, slots=True)
class Kept:
    """A loaded model: the seconds until Ollama unloads it, and the bytes that it holds."""

    seconds: float
    size: Bytes


def kept(world: World, address: Address, model: str) -> Kept | None:
    """How long the model stays when it is not used; None when it is not loaded."""
    held, seconds = resident(world.http, str(address), model) or (None, None)
    if held is None or seconds is None:
        return None
    return Kept(seconds, Bytes(count(held, "size") or 0))


def _keep(world: World, address: Address, model: str, lasting: str = "") -> None:
    """Loads the model with no options, as droid's first request would, to stay for so long.

    Without `lasting` it stays as long as the server's own setting says. Raises ByokError.
    """
    calls.load(world.http, str(address), model, load_deadline(world.env), keep_alive=lasting)


def keep_alive(way: Way) -> Done:
    """Keeps the model in memory for an hour after each use, so that a pause costs no load.

    That needs no root and lasts until the model is unloaded; the server's own setting is told.
    """
    if way.elsewhere():
        return "skipped", f"{way.elsewhere()} keeps it ready"
    now = kept(way.world, way.ollama, way.model)
    if now is None:
        now = _loaded(way)
    if now.seconds >= LONG:
        return "unchanged", f"it stays in memory {_lasting(now.seconds)}"
    server = way.server()
    for_good = set_variable(way.look(), way.ollama.identity(), server, KEEP)
    with way.progress.working(f"Loading {way.model}"):
        _keep(way.world, way.ollama, way.model, HOUR)
    return "done", (
        "it stays in memory for an hour after each use; once it is unloaded, Ollama's own time "
        f"counts again; for good: {lower_first(for_good)}"
    )


def _loaded(way: Way) -> Kept:
    """The model in memory. Raises ByokError when it cannot be loaded."""
    with way.progress.working(f"Loading {way.model}", long=True) as say:
        say(f"Loading {way.model}; this may take minutes")
        _keep(way.world, way.ollama, way.model)
    now = kept(way.world, way.ollama, way.model)
    return now if now is not None else Kept(0.0, Bytes(0))


def _lasting(seconds: float) -> str:
    """A long time in words."""
    if seconds > 3_650 * 86_400:
        return "for good"  # Go's largest duration is 292 years
    return f"for {round(seconds / 60):,} minutes more without use"
