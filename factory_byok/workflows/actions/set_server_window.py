"""The window of a whole Ollama server, by its platform's setting, and a restart."""

from collections.abc import Mapping

from factory_byok.core.actions import SetServerWindow
from factory_byok.core.droid_facts import Json
from factory_byok.core.errors import ByokError
from factory_byok.core.json_fields import text
from factory_byok.core.units import show_tokens
from factory_byok.core.world import World
from factory_byok.workflows import server_setting
from factory_byok.workflows.actions.running import Running


def describe(action: SetServerWindow) -> str:
    """Which window for which server."""
    return f"Give every model of Ollama a window of {show_tokens(action.window)}, and restart it"


def do(run: Running, action: SetServerWindow) -> server_setting.Setting:
    """Takes the steps and waits until the server answers again. Raises ByokError."""
    setting = _planned(run.world, action)
    if not setting.steps:
        raise ByokError("byok cannot set this server's window", setting.by_hand)
    record, begun = run.note("set_server_window", by_hand=setting.back), list[str]()
    with run.progress.working("Changing the server's setting", long=True) as say:

        def told(step: str) -> None:
            begun.append(step)
            say(step)

        try:
            server_setting.carry_out(run.world, setting, told)
        except ByokError:
            if len(begun) == 1 < len(setting.steps):  # sudo refused, for instance
                run.forget(record)
            raise
    return setting


def done(memory: Mapping[str, Json]) -> tuple[str, str]:
    """What was done, perhaps only in part, and how it goes back by hand."""
    return "changed the server's setting", text(memory, "by_hand")


def undo(_: World, memory: Mapping[str, Json]) -> str:
    """Never by itself: it would restart the service again."""
    raise ByokError("Ollama keeps its window", text(memory, "by_hand"))


def _planned(world: World, action: SetServerWindow) -> server_setting.Setting:
    """The steps of this platform. Raises ByokError."""
    address = world.address(action.endpoint)
    return server_setting.look_and_plan(world, address, action.model, action.window)
