"""The one recommendation for this machine, from whatever a verb has looked at."""

from factory_byok.core.addresses import parse_address
from factory_byok.core.facts import Known, Server, Snapshot
from factory_byok.core.world import World
from factory_byok.diagnosis.collect import Ask, look_at_machine
from factory_byok.sizing.fitting import recommended
from factory_byok.sizing.recommendation import Recommendation


def for_snapshot(snap: Snapshot) -> Recommendation:
    """The recommendation with the models of the default server, when that is an Ollama here."""
    return recommended(snap.machine, _server(snap))


def _server(snap: Snapshot) -> Server | None:
    address = parse_address(snap.default_endpoint)
    told = snap.servers.get(snap.default_endpoint)
    if address is None or not address.loopback or not isinstance(told, Known):
        return None
    return told.value if told.value.provider == "ollama" else None


def of_this_machine(world: World) -> str:
    """The name of byok's pick by the machine alone, without any server; "" when there is none."""
    own = recommended(look_at_machine(world, Ask(whole_cpu=False))).own
    return own.model if own else ""
