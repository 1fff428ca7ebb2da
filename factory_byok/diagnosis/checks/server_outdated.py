"""The Ollama server is too old.

Before 0.10 it cannot tell the window that a loaded model really has, so droid's prompts may be cut
and nobody can see it. A model may also ask for a newer version than the one that runs.
"""

from collections.abc import Iterator

from factory_byok.core.actions import by_command
from factory_byok.core.facts import Server, Snapshot
from factory_byok.core.findings import Finding, Remedy
from factory_byok.diagnosis.advice import DOWNLOAD, runner
from factory_byok.providers.ollama.values import version_number

TITLE = "Server is recent"
WHAT_TO_DO = "Update Ollama on the server's machine"
TELLS_WINDOWS = (0, 10, 0)  # Ollama v0.33.0-rc2: `context_length` in `/api/ps`


def check(snap: Snapshot) -> Iterator[Finding]:
    """One finding for each Ollama that an entry uses, and for each model that asks for more."""
    seen = set()
    for entry, server in snap.answered():
        number = version_number(server.version)
        if not server.is_ollama or not number:
            continue
        if number < TELLS_WINDOWS and entry.endpoint not in seen:
            seen.add(entry.endpoint)
            message = f"Ollama {server.version} is too old to tell the window of a loaded model"
            yield Finding("warning", entry.endpoint, message, _update(snap, entry.endpoint, server))
        model = server.model(entry.model)
        if model is not None and number < version_number(model.requires):
            message = f"`{model.name}` needs Ollama {model.requires}, and {server.version} runs"
            yield Finding("warning", entry.label, message, _update(snap, entry.endpoint, server))


def _update(snap: Snapshot, endpoint: str, server: Server) -> Remedy:
    """How this Ollama is brought up to date."""
    kind, system = runner(snap, endpoint, server), snap.machine.system
    if kind == "remote":
        return Remedy("Update Ollama on the server's machine")
    if kind == "homebrew":
        return Remedy("Update Ollama", by_command(("brew", "upgrade", "ollama")))
    if kind == "container":
        return Remedy(
            "Get the newer image, then create the container again",
            by_command(("docker", "pull", "ollama/ollama")),
        )
    if kind == "app":
        where = "menu bar" if system == "darwin" else "tray"
        return Remedy(f"Choose `Restart to update` in Ollama's menu in the {where}")
    if system == "linux":
        return Remedy(
            "Run Ollama's installer again: `curl -fsSL https://ollama.com/install.sh | sh`"
        )
    return Remedy(f"Install the newer version from {DOWNLOAD}")
