"""The one recommendation for this machine, from a snapshot; and the ends of remedies that name it.

Only what finds something pays for it: the models of the catalogue are weighed at the first use.
"""

from functools import cache

from factory_byok.core.addresses import parse_address
from factory_byok.core.facts import Server, Snapshot, remembered
from factory_byok.core.model_names import same_model
from factory_byok.providers.hosted import HOSTED
from factory_byok.sizing.fitting.candidate import by_name
from factory_byok.sizing.fitting.pick import recommended
from factory_byok.sizing.recommendation import Recommendation


@remembered
def for_snapshot(snap: Snapshot) -> Recommendation:
    """The recommendation with the models of the default server, when that is an Ollama here."""
    return recommended(snap.machine, _default_ollama(snap))


def _default_ollama(snap: Snapshot) -> Server | None:
    address = parse_address(snap.default_endpoint)
    server = snap.server(address.identity()) if address and address.loopback else None
    return server if server and server.is_ollama else None


def pick_instead(snap: Snapshot, server: Server | None, model: str, above: int = -1) -> str:
    """byok's pick for this machine, to end the remedy of a finding about a model.

    "" for a service elsewhere, for that model itself, and for one without more parameters than
    `above`.
    """
    if server is not None and server.provider in HOSTED:
        return ""
    own = for_snapshot(snap).own
    if own is None or same_model(own.model, model) or _parameters(own.model) <= above:
        return ""
    return f"; byok's pick for this machine is `{own.model}`"


@cache
def _parameters(model: str) -> int:
    found = by_name(model)
    return found.shape.parameters if found else 0
