"""byok's pick for a machine that nothing else was asked of."""

from factory_byok.core.world import World
from factory_byok.diagnosis.collect import Ask, look_at_machine
from factory_byok.sizing.fitting import recommended


def of_this_machine(world: World) -> str:
    """The name of byok's pick by the machine alone, without any server; "" when there is none."""
    own = recommended(look_at_machine(world, Ask(whole_cpu=False))).own
    return own.model if own else ""
