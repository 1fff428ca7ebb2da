"""The model cannot call tools.

droid reads files, edits them and runs commands through tools alone. For a model without the
`tools` capability Ollama answers every request of droid's with an error 400.
"""

from collections.abc import Iterator

from factory_byok.core.actions import by_command
from factory_byok.core.facts import Snapshot, Unknown
from factory_byok.core.findings import Finding, Remedy
from factory_byok.diagnosis.advice import another_model
from factory_byok.diagnosis.recommending import pick_instead

TITLE = "Tool calls"
WHAT_TO_DO = "Choose a model that calls tools: `byok fit` ranks those that fit here"


def check(snap: Snapshot) -> Iterator[Finding]:
    """One finding for each entry whose server tells capabilities without `tools`."""
    unknown = []
    for entry, server, model in snap.served():
        if isinstance(model.capabilities, Unknown):
            if server.is_ollama:
                unknown.append(model.capabilities)
        elif "tools" not in model.capabilities.value:
            yield Finding(
                "error",
                entry.label,
                f"`{model.name}` cannot call tools, so droid cannot act through it",
                Remedy(
                    f"Choose a model with tool support{pick_instead(snap, server, model.name)}",
                    by_command(another_model(server)),
                ),
            )
    if unknown:
        _ = unknown[0].value  # raises NotKnown: the rest could not be judged
