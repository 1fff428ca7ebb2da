"""The server does not have the model.

Ollama answers 404 for a name that `ollama list` does not show; a forgotten tag means `:latest`.
droid never asks whether a model exists, so the entry looks fine until the first message. Sometimes
the model was pulled into another Ollama on the same machine, that of the service or one's own.
Other servers may take names that they do not list, so there it is a warning at most.
"""

from collections.abc import Iterator

from factory_byok.core.facts import Known, Snapshot
from factory_byok.core.findings import Finding
from factory_byok.core.model_names import is_cloud
from factory_byok.diagnosis.missing_models import (
    elsewhere,
    is_absent,
    like,
    near_names,
    remedy_for,
    unlisted,
)

TITLE = "Model is installed"
WHAT_TO_DO = "`byok pull MODEL` downloads it; `byok set ENTRY model=NAME` corrects the name"


def check(snap: Snapshot) -> Iterator[Finding]:
    """One finding for each listed entry whose server lists its models without it.

    A cloud model need not be in Ollama's list: the server passes its name on.
    """
    for entry, server in snap.answered():
        if not isinstance(server.models, Known) or server.model(entry.model) is not None:
            continue
        near = near_names(entry.model, server)
        if not server.is_ollama:
            yield from unlisted(entry, server, near)
            continue
        if is_cloud(entry.model):
            continue
        other = elsewhere(snap, entry.model, entry.endpoint)
        also = f"; another Ollama on this machine, at {other}, has it" if other else like(near)
        yield Finding(
            "error",
            entry.label,
            f"`{entry.model}` {is_absent('ollama')} at {entry.endpoint}{also}",
            remedy_for(snap, entry, server),
        )
