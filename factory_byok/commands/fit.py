"""byok fit: what this machine can run."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from factory_byok.answer import Answer
from factory_byok.commands.options import QuietOption

if TYPE_CHECKING:
    from factory_byok.render.style import Style


def run(quiet: QuietOption = False) -> Answer:
    """Show this machine and what it can run by Factory's hardware table."""
    from factory_byok.collect import Ask, look_at_machine
    from factory_byok.recommend import as_json, recommend
    from factory_byok.render.progress import working
    from factory_byok.world import World

    world = World.real()
    with working("Looking at the machine", quiet=quiet):
        machine = look_at_machine(world, Ask(whole_cpu=True))
    found = recommend(machine)

    def words(style: "Style") -> Iterable[str]:
        from factory_byok.render.fit import fit_lines

        return fit_lines(machine, found, style)

    return Answer({"machine": machine, "recommendation": as_json(found)}, words)
