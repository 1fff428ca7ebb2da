"""A copy of an Ollama model with a window of its own; taking it back deletes just that copy."""

from collections.abc import Mapping

from factory_byok.core.actions import CopyModel
from factory_byok.core.droid_facts import Json
from factory_byok.core.errors import ByokError
from factory_byok.core.json_fields import text
from factory_byok.core.model_names import same_model, with_window
from factory_byok.core.units import show_tokens
from factory_byok.core.world import World
from factory_byok.droid.settings.look import look
from factory_byok.providers.ollama import calls
from factory_byok.workflows.actions.running import Running


def name_of(action: CopyModel) -> str:
    """What the copy is called."""
    return action.name or with_window(action.model, action.window)


def describe(action: CopyModel) -> str:
    """Which copy of which model."""
    told = show_tokens(action.window)
    return f"Make {name_of(action)}, a copy of {action.model} with a window of {told}"


def do(run: Running, action: CopyModel) -> str:
    """Makes it; the name of the copy. Raises ByokError."""
    name, where = name_of(action), str(run.world.address(action.endpoint))
    try:
        with run.progress.working(
            f"Giving {action.model} a window of {show_tokens(action.window)}", long=True
        ):
            parameters: dict[str, Json] = {"num_ctx": int(action.window)}
            calls.create(run.world.http, where, name, action.model, parameters)
    except KeyboardInterrupt:
        _note(run, where, name)  # the server may have made it all the same
        raise
    _note(run, where, name)
    return name


def _note(run: Running, where: str, name: str) -> None:
    """Remembers the copy for `byok undo`, when the server has it."""
    digest = calls.digest_of(run.world.http, where, name)
    if digest:
        done, back = f"The copy `{name}` was made", f"`ollama rm {name}` removes it"
        run.note("copy_model", done, back, endpoint=where, name=name, digest=digest)


def done(memory: Mapping[str, Json]) -> tuple[str, str]:
    """What was done, and how it goes back; "" for `byok undo`."""
    return f"made the copy `{text(memory, 'name')}`", ""


def undo(world: World, memory: Mapping[str, Json]) -> str:
    """Deletes the copy, when it is still the one that byok made and nobody's entry uses it."""
    name, where = text(memory, "name"), text(memory, "endpoint")
    used = [
        entry.label
        for entry in look(world).entries
        if entry.fate == "listed" and same_model(entry.model, name)
    ]
    if used:
        raise ByokError(f"The copy `{name}` stays: droid's entry `{used[0]}` uses it")
    now = calls.digest_of(world.http, where, name)
    if not now:
        return f"The copy `{name}` is gone already"
    if now != text(memory, "digest"):
        raise ByokError(f"The model `{name}` stays: it is no longer the copy that byok made")
    calls.delete(world.http, where, name)
    return f"Deleted the copy `{name}`"
