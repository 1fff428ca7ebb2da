"""A command that byok shows and never runs: it is the user's to run."""

from collections.abc import Mapping
from shlex import join

from factory_byok.core.actions import RunCommand
from factory_byok.core.droid_facts import Json
from factory_byok.core.errors import ByokError
from factory_byok.core.world import World
from factory_byok.workflows.actions.running import Running


def describe(action: RunCommand) -> str:
    """The command."""
    return f"Run `{join(action.command)}`"


def do(_: Running, action: RunCommand) -> None:
    """Refuses. Raises ByokError."""
    raise ByokError("byok does not run this by itself", f"Run `{join(action.command)}`")


def undo(_: World, memory: Mapping[str, Json]) -> str:
    """Never called: it was never done."""
    raise ByokError("It was not byok that ran it")
