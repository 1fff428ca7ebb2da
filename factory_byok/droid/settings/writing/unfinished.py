"""Whether a killed byok left something: cheap enough for the start of every verb."""

from contextlib import suppress

from factory_byok.core.world import World


def unfinished(world: World) -> bool:
    """Whether there is an open record or a temporary file in byok's own folder."""
    for folder in (world.state, world.state / "undo"):
        with suppress(OSError):
            if any(each.suffix in (".pending", ".tmp") for each in folder.iterdir()):
                return True
    return False
