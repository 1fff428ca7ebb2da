"""A copy of an Ollama model with a window of its own; taking it back deletes just that copy."""

from collections.abc import Mapping
from contextlib import suppress

from factory_byok.core.actions import CopyModel
from factory_byok.core.droid_facts import Json
from factory_byok.core.errors import ByokError
from factory_byok.core.json_fields import text
from factory_byok.core.model_names import derived_from, same_model, with_window
from factory_byok.core.units import show_tokens
from factory_byok.core.world import World
from factory_byok.droid.settings.look import look
from factory_byok.providers.ollama import calls
from factory_byok.workflows.actions.running import Running, unbroken


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
    record = run.note("copy_model", endpoint=where, name=name, digest="")
    try:
        with run.progress.working(
            f"Giving {action.model} a window of {show_tokens(action.window)}", long=True
        ):
            parameters: dict[str, Json] = {"num_ctx": int(action.window)}
            calls.create(run.world.http, where, name, action.model, parameters)
    finally:  # after a failure or ctrl-c, too: the server may have made it all the same
        with unbroken(), suppress(ByokError):
            digest = calls.digest_of(run.world.http, where, name)
            if digest:
                run.amend(record, digest=digest)
            else:
                run.forget(record)
    return name


def done(memory: Mapping[str, Json]) -> tuple[str, str]:
    """What was done, and how it goes back; "" for `byok undo`."""
    word = "made" if text(memory, "digest") else "perhaps made"
    return f"{word} the copy `{text(memory, 'name')}`", ""


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
    if not text(memory, "digest") and not derived_from(name)[0]:  # byok was ended on the way
        raise ByokError(f"The model `{name}` stays: byok did not see whether it is its own copy")
    if now != (text(memory, "digest") or now):
        raise ByokError(f"The model `{name}` stays: it is no longer the copy that byok made")
    calls.delete(world.http, where, name)
    return f"Deleted the copy `{name}`"
