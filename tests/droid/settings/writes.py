"""Transactions of a single file, and undo by the name of a step, as tests need them most."""

from collections.abc import Callable
from pathlib import Path

from factory_byok.core.world import World
from factory_byok.droid.settings.writing import transaction
from factory_byok.droid.settings.writing.journal import Journal
from factory_byok.droid.settings.writing.transaction import Written


def transact(
    world: World,
    path: Path,
    change: Callable[[str | None], str | None],
    *,
    verb: str,
    repair: bool = False,
    step: str = "",
) -> Written:
    """One file changed as a whole."""
    (written,) = transaction.transact(
        world,
        [path],
        lambda texts: {path: change(texts[path])},
        verb=verb,
        repair=repair,
        step=step,
    )
    return written


def undo(world: World, step: str = "") -> tuple[Written, ...]:
    """What `byok undo` does to files."""
    return transaction.undo(world, Journal(world).chosen(step))
