"""The model writes tool calls as text on Ollama.

Ollama offers tools to these models, but what comes back is JSON in the answer's text instead of a
tool call, so droid shows it and does nothing. Users measured it for every size of qwen2.5-coder,
which Factory's page recommends (github.com/ollama/ollama/issues/12174).
"""

from collections.abc import Iterator

from factory_byok.core.actions import by_command
from factory_byok.core.facts import Snapshot
from factory_byok.core.findings import Finding, Remedy
from factory_byok.core.model_names import is_cloud
from factory_byok.diagnosis.advice import another_model
from factory_byok.diagnosis.checks.chat_fails import exercised
from factory_byok.diagnosis.recommending import pick_instead
from factory_byok.sizing.catalogue import writes_calls_as_text

TITLE = "Tool calls as text"
WHAT_TO_DO = (
    "Choose a model whose tool calls come back as such: `byok fit` ranks those that fit here; "
    "`byok test --only tools` shows what a model really answers"
)


def check(snap: Snapshot) -> Iterator[Finding]:
    """One finding for each entry whose model does so on the Ollama that serves it.

    Nothing where tool calls were exercised and came back well, and nothing for other servers.
    """
    proven = {entry.id for entry, done in exercised(snap, "tools") if done.status == "passed"}
    for entry in snap.listed():
        server = snap.server(entry.endpoint)
        if server is None or not server.is_ollama:
            continue
        if is_cloud(entry.model) or not writes_calls_as_text(entry.model) or entry.id in proven:
            continue
        yield Finding(
            "warning",
            entry.label,
            f"`{entry.model}` writes tool calls as text on Ollama, so droid cannot act through it",
            Remedy(
                "Choose a model whose tool calls come back as such"
                + pick_instead(snap, server, entry.model),
                by_command(another_model(server)),
            ),
        )
