"""A cloud model cannot be used through this Ollama.

Ollama passes requests for cloud models on to ollama.com with the account that the server is signed
in with. Signed out, it answers 401; with the cloud switched off, 403; without a network, 502.
"""

from collections.abc import Iterator

from factory_byok.core.actions import by_command
from factory_byok.core.facts import Entry, Server, Snapshot
from factory_byok.core.findings import Finding, Remedy
from factory_byok.core.model_names import is_cloud
from factory_byok.diagnosis.advice import set_variable

TITLE = "Ollama's cloud"
WHAT_TO_DO = "`ollama signin` on the server's machine, or a local model (`byok fit` says which fit)"


def check(snap: Snapshot) -> Iterator[Finding]:
    """One finding for each listed cloud model whose server may not use the cloud."""
    for entry, server in snap.answered():
        if server.is_ollama and _remote(entry, server):
            state = server.cloud.value  # raises NotKnown: then this check has nothing to judge
            if state != "usable":
                message, remedy = _words(snap, entry, server, state)
                yield Finding("error", entry.label, message, remedy)


def _remote(entry: Entry, server: Server) -> bool:
    """Whether the cloud runs an entry's model."""
    model = server.model(entry.model)
    return is_cloud(entry.model) or (model is not None and bool(model.remote_host))


def _words(snap: Snapshot, entry: Entry, server: Server, state: str) -> tuple[str, Remedy]:
    """What is in the way, and what to do about it."""
    subject = f"`{entry.model}` is a cloud model"
    if state == "signed out":
        message = f"{subject}, and the Ollama at {entry.endpoint} is not signed in"
        return message, Remedy("Sign in on the server's machine", by_command(("ollama", "signin")))
    if state == "disabled":
        message = f"{subject}, and the Ollama at {entry.endpoint} has the cloud switched off"
        on = set_variable(snap, entry.endpoint, server, "OLLAMA_NO_CLOUD=0")
        return message, Remedy(
            f"{on}, and remove `disable_ollama_cloud` from `~/.ollama/server.json`; "
            "or choose a local model"
        )
    message = f"{subject}, and the Ollama at {entry.endpoint} cannot reach ollama.com"
    return message, Remedy("Connect the server's machine to the internet, or choose a local model")
