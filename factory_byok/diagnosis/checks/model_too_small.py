"""The model has fewer than 30 billion parameters.

Factory's page says that models below 30B have shown significantly lower performance on agentic
coding. All parameters count, also those of experts that are idle.
"""

from collections.abc import Iterator

from factory_byok.core.actions import by_command
from factory_byok.core.facts import Entry, Known, Snapshot
from factory_byok.core.findings import Finding, Remedy
from factory_byok.core.model_names import parameters_in
from factory_byok.core.requirements import SMALLEST
from factory_byok.core.units import Parameters, show_parameters
from factory_byok.diagnosis.advice import another_model
from factory_byok.diagnosis.recommending import pick_instead

TITLE = "Model size"
WHAT_TO_DO = "`byok fit` shows the largest model that this machine can run, and the cloud's"


def check(snap: Snapshot) -> Iterator[Finding]:
    """One finding for each listed entry that is known to be small; the server's figure wins."""
    for entry in snap.listed():
        count, basis = _parameters(snap, entry)
        if count is not None and count < SMALLEST:
            yield Finding(
                "warning",
                entry.label,
                f"`{entry.model}` has {show_parameters(count)} parameters{basis}; below "
                f"{show_parameters(SMALLEST)} models do markedly worse at agentic coding",
                _remedy(snap, entry, count),
            )


def _remedy(snap: Snapshot, entry: Entry, count: Parameters) -> Remedy:
    """Where larger models are to be found: at the entry's service, else on this machine."""
    server = snap.server(entry.endpoint)
    command = another_model(server)
    if command != ("byok", "fit"):
        return Remedy("See which larger model the service offers", by_command(command))
    pick = pick_instead(snap, server, entry.model, above=count)
    return Remedy(f"See which larger model this machine can run{pick}", by_command(command))


def _parameters(snap: Snapshot, entry: Entry) -> tuple[Parameters | None, str]:
    """The model's size and, when it is only read from the name, words that say so."""
    server = snap.server(entry.endpoint)
    model = server.model(entry.model) if server else None
    if model is not None and isinstance(model.parameters, Known):
        return model.parameters.value, ""
    return parameters_in(entry.model), " by its name"
